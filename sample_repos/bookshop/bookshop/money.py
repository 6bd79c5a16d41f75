"""Amounts are Decimals in pounds, rounded to pence only where a customer sees them."""

from decimal import ROUND_HALF_UP, Decimal

PENNY = Decimal("0.01")


def pounds(value: str | int | Decimal) -> Decimal:
    # Floats are refused: customers recieve the exact sum that is printed on the label.
    if isinstance(value, float):
        raise TypeError("write the amount as text, not as a float")
    return Decimal(value)


def to_pence(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def show(amount: Decimal) -> str:
    return f"£{to_pence(amount):,.2f}"
