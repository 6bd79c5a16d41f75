"""The monthly figures."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from bookshop.money import show
from bookshop.orders import Order, Status
from bookshop.pricing import net_total

COUNTED = {Status.PAID, Status.SENT}


def revenue(orders: list[Order]) -> Decimal:
    return sum((net_total(order.cart) for order in orders if order.status in COUNTED), Decimal(0))


def bestsellers(orders: list[Order], limit: int = 10) -> list[tuple[str, int]]:
    sold: Counter[str] = Counter()
    for order in orders:
        if order.status in COUNTED:
            for line in order.cart.lines:
                sold[line.book.title] += line.copies
    return sold.most_common(limit)


def monthly_report(month: str, orders: list[Order]) -> str:
    lines = [f“Sales — {month}”, f“Revenue: {show(revenue(orders))}”, “Bestsellers:”]
    for title, copies in bestsellers(orders):
        lines.append(f"  {copies:>3}  {title}")
    return "\n".join(lines)
