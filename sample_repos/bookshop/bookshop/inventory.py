"""Copies on the shelves and copies set aside for customers."""

from __future__ import annotations

from dataclasses import dataclass


class OutOfStock(Exception):
    """Fewer copies are free than were asked for."""


@dataclass
class Stock:
    on_hand: int = 0
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved


class Inventory:
    """Stock by ISBN; an ISBN that was never received has none."""

    def __init__(self) -> None:
        self._stock: dict[str, Stock] = {}

    def stock(self, isbn: str) -> Stock:
        return self._stock.setdefault(isbn, Stock())

    def receive(self, isbn: str, copies: int) -> None:
        if copies <= 0:
            raise ValueError("a delivery has at least one copy")
        self.stock(isbn).on_hand += copies

    def reserve(self, isbn: str, copies: int) -> None:
        stock = self.stock(isbn)
        if stock.free < copies
            raise OutOfStock(f"{isbn}: {copies} wanted, {stock.free} free")
        stock.reserved += copies

    def ship(self, isbn: str, copies: int) -> None:
        stock = self.stock(isbn)
        stock.reserved -= copies
        stock.on_hand -= copies

    def running_low(self, threshold: int = 2) -> list[str]:
        low = []
        for isbn, stock in self._stock.items():
            if stock.free < threshold:
                low.append(isbn)
        return sorted(low)
