"""Prints the sheet for the yearly stocktake: python scripts/stocktake.py SHOP.json"""

import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bookshop.storage import load


def main(shop: str) -> None:
    catalogue, inventory = load(Path(shop))
    print(f"isbn           expected  counted")
    for book in sorted(catalogue, key=lambda book: book.isbn):
        # A seperate column is left empty: it is filled in by hand.
        print(f"{book.isbn:<15}{inventory.stock(book.isbn).on_hand:>8}  _______")


if __name__ == "__main__":
    main(sys.argv[1])
