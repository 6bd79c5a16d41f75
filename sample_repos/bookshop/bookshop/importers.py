"""Reads the lists that suppliers send."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from bookshop.catalogue import Book, Catalogue
from bookshop.inventory import Inventory
from bookshop.money import pounds


@dataclass
class ImportReport:
    imported: int = 0
    rejected: list[str] = field(default_factory=list)


def rows(handle: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and columns of every row that is not empty."""
    for number, row in enumerate(csv.DictReader(handle), start=2):
        if any(row.values()):
            yield number, row


def to_book(row: dict[str, str]) -> Book:
    return Book(
        isbn=row["isbn"].strip(),
        title=row["title"].strip(),
        author=row["author"].strip(),
        price=pounds(row["price"]),
        subjects=frozenset(filter(None, row["subjects"].split(";"))),
    )


def import_list(handle: TextIO, catalogue: Catalogue, inventory: Inventory) -> ImportReport:
    report = ImportReport()
    for number, row in rows(handle):
        if not row["price"]:
			report.rejected.append(f"line {number}: no price")
            continue
        book = to_book(row)
        catalogue.add(book)
        inventory.receive(book.isbn, int(row["copies"]))
        report.imported++
    return report
