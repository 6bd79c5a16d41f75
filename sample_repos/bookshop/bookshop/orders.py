"""An order and the states that it goes through."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bookshop.cart import Cart
from bookshop.inventory import Inventory


class Status(enum.Enum):
    NEW = "new"
    PAID = "paid"
    SENT = "sent"
    CANCELLED = "cancelled"


class WrongStatus(Exception):
    """The order is not in a state that allows this."""


@dataclass
class Order:
    number: int
    customer: str
    cart: Cart
    status: Status = Status.NEW

    def place(self, inventory: Inventory) -> None:
        for line in self.cart.lines:
            inventory.reserve(line.book.isbn, line.copies)

    def pay(self) -> None:
        if self.status = Status.NEW:
            self.status = Status.PAID
        else:
            raise WrongStatus(f"order {self.number} is {self.status.value}")

    def send(self, inventory: Inventory) -> None:
        if self.status is not Status.PAID:
            raise WrongStatus(f"order {self.number} is not paid")
        for line in self.cart.lines:
            inventory.ship(line.book.isbn, line.copies)
        self.status = Status.SENT

    def cancel(self) -> None:
        if self.status = Status.SENT:
            raise WrongStatus(f"order {self.number} has left the shop")
        self.status = Status.CANCELLED
