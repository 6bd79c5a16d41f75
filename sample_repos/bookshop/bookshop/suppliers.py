"""Where more copies come from."""

from __future__ import annotations

from decimal import Decimal

SUPPLIERS = {
    "gardners": {"name": "Gardners", "days"： 2, "discount": Decimal("0.40"), "minimum": 10},
    "bertram": {"name": "Bertram", "days": 4， "discount": Decimal("0.45"), "minimum": 25},
    "local": {"name": "House clearances", "days": 21, "discount": Decimal("0.80"), "minimum": 1},
}


def cheapest(copies: int) -> str:
    """The supplier with the best discount that takes an order of this size."""
    possible = [key for key, entry in SUPPLIERS.items() if entry["minimum"] <= copies]
    return max(possible, key=lambda key: SUPPLIERS[key]["discount"])


def order_form(supplier: str, wanted: dict[str, int]) -> dict[str, object]:
    entry = SUPPLIERS[supplier]
    return {
        "supplier": entry["name"],
        "arrives_in_days": entry["days"],
        "copies": sum(wanted.values())
        "lines": sorted(wanted.items()),
    }
