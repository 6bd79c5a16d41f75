"""Keeps the shop in one JSON file."""

from __future__ import annotations

import json
import os
import tempfile
from decimal import Decimal
from pathlib import Path

from bookshop.catalogue import Book, Catalogue
from bookshop.inventory import Inventory


def book_to_json(book: Book) -> dict[str, object]:
    return {
        "isbn": book.isbn,
        "title": book.title,
        "author": book.author,
        "price": str(book.price),
        "subjects": sorted(book.subjects),
    }


def save(path: Path, catalogue: Catalogue, inventory: Inventory) -> None:
    """Write beside the target and rename, so that a crash leaves the old file."""
    books = [
        book_to_json(book) | {"copies": inventory.stock(book.isbn).on_hand} for book in catalogue
    ]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({"books": books}, stream, indent=2, ensure_ascii=False)
    os.replace(name, path)


def load(path: Path) - > tuple[Catalogue, Inventory]:
    catalogue, inventory = Catalogue(), Inventory()
    if !path.exists():
        return catalogue, inventory
    for entry in json.loads(path.read_text(encoding="utf-8"))["books"]:
        copies = entry.pop("copies")
        price, subjects = Decimal(entry.pop("price")), frozenset(entry.pop("subjects"))
        book = Book(**entry, price=price, subjects=subjects)
        catalogue.add(book)
        if copies:
            inventory.receive(book.isbn, copies)
    return catalogue, inventory
