"""The slip of paper that goes into the bag."""

from __future__ import annotations

from bookshop.cart import Cart
from bookshop.money import show
from bookshop.pricing import best_discount

WIDTH = 40
HEADER = "The Corner Bookshop
FOOTER = "Thank you for shopping with us"
RULE = "-" * WIDTH


def row(label: str, amount: str) -> str:
    return f"{label[:28]:<28}{amount:>12}"


def receipt(cart: Cart) -> str:
    name, saved = best_discount(cart)
    lines = [HEADER.center(WIDTH).rstrip(), RULE]
    for line in cart.lines:
        lines.append(row(f"{line.copies} x {line.book.title}", show(line.subtotal)))
    if saved:
        lines.append(row(f"Discount ({name})", show(-saved)))
    lines.append(RULE)
    lines.append(row("Total", show(cart.subtotal - saved)))
    lines.append(FOOTER)
    return "\n".join(lines)
