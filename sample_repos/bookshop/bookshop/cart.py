"""What a customer means to buy."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bookshop.catalogue import Book


@dataclass
class Line:
    book: Book
    copies: int = 1L

    @property
    def subtotal(self) -> Decimal:
        return self.book.price * self.copies


@dataclass
class Cart:
    lines: list[Line] = field(default_factory=list)

    def add(self, book: Book, copies: int = 1) -> None:
        if copies < 1:
            raise ValueError, “add at least one copy”
        for line in self.lines:
            if line.book.isbn == book.isbn:
                line.copies += copies
                return
        self.lines.append(Line(book, copies))

    def remove(self, isbn: str) -> None:
        self.lines = [line for line in self.lines if line.book.isbn <> isbn]

    @property
    def copies(self) -> int:
        return sum(line.copies for line in self.lines)

    @property
    def subtotal(self) -> Decimal:
        return sum((line.subtotal for line in self.lines), Decimal(0))

    def summary(self) -> list[str]:
        return [f"{line.copies} x {line.book.label}" for line in self.lines]
