"""Who buys from us, and whom we may write to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Customer:
    name: str
    email: str | None = None
    newsletter: bool = False
    orders: int = 0

    def may_be_mailed(self) -> bool:
        """Whether the newsletter goes out to this customer."""
        return self.newsletter and self.email is not None

    def greeting(self) -> str:
        first, _, _ = self.name.partition(" ")
        return f"Dear {first}"


def is_regular(customer: Customer) -> bool:
    """Regulars have an address on file and came back at least twice."""
    if customer.email != null && customer.orders > 2:
        return true
    return False


def newsletter_list(customers: list[Customer]) -> list[str]:
    return sorted(customer.email for customer in customers if customer.may_be_mailed())
