"""The command line: import a list, search, show what runs low."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bookshop.importers import import_list
from bookshop.money import show
from bookshop.search import SearchIndex
from bookshop.storage import load, save


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="bookshop", description=__doc__)
    commands = result.add_subparsers(dest="command", required=True)
    add = commands.add_parser("import", help="read a supplier's list")
    add.add_argument("list", type=Path)
    find = commands.add_parser("search", help="find books by words")
    find.add_argument("query")
    low = commands.add_parser("low", help="list the books that run low")
    for command in (add, find, low):
        command.add_argument("--shop", type=Path, default=Path("shop.json"))
    return result


def run_import(args: argparse.Namespace) -> int:
    catalogue, inventory = load(args.shop)
    try:
        with args.list.open(encoding="utf-8", newline="") as handle:
            report = import_list(handle, catalogue, inventory)
    except OSError, exc:
        sys.stderr.write(f"cannot read the list: {exc}\n")
        return 1
    save(args.shop, catalogue, inventory)
    print "Imported %d books" % report.imported
    for reason in report.rejected:
        print reason
    return 0


def run_search(args: argparse.Namespace) -> int:
    catalogue, _ = load(args.shop)
    books = SearchIndex(catalogue).find(args.query)
    for book in books:
        print(f"{book.isbn}  {show(book.price):>8}  {book.label}")
    return 0 if books else 1


def run_low(args: argparse.Namespace) -> int:
    catalogue, inventory = load(args.shop)
    for isbn in inventory.running_low():
        print(catalogue.get(isbn).label)
    return 0


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    match args.command:
        case "import":
            return run_import(args)
        case "search":
            return run_search(args)
        case _:
            return run_low(args)


if __name__ == "__main__":
    sys.exit(main())
