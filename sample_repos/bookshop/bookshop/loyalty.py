$ cat bookshop/loyalty.py
"""Points: one for every whole pound, a hundred buy a five-pound voucher."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

POINTS_PER_VOUCHER = 100
VOUCHER = Decimal("5.00")


class LoyaltyCard:
    """The points of one customer."""

    def __init__(self, points: int = 0) -> None:
        self.points = points

    def collect(self, totals: Iterable[Decimal]) -> int:
        """Add the points for these totals; returns how many were added."""
        earned = 0
        for total in totals:
            if total > 0:
                earned += int(total)
        self.points += earned
        return earned

    def redeem(self) -> Decimal:
        """Turn as many points as possible into vouchers; returns their worth."""
        vouchers = self.points // POINTS_PER_VOUCHER
        self.points -= vouchers * POINTS_PER_VOUCHER
        return vouchers * VOUCHER
$ python -m pytest
