"""Tables: drawn by rich on a terminal, plain columns in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from thea_cli.console import Console


class Table:
    """Rows under headings; columns named in ``right`` are numbers."""

    def __init__(self, *headings: str, right: Sequence[str] = (), title: str = "") -> None:
        self._headings, self._right, self._title = headings, right, title
        self._rows: list[tuple[str, ...]] = []

    def row(self, *cells: object) -> None:
        """Add a row."""
        self._rows.append(tuple(map(str, cells)))

    def print(self) -> None:
        """Write the table to standard output; nothing where it has no rows."""
        if not self._rows:
            return
        if sys.stdout.isatty():
            self._draw()
        else:
            self._align()

    def _draw(self) -> None:
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable(
            title=self._title or None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
        )
        for heading in self._headings:
            justify: Literal["left", "right"] = "right" if heading in self._right else "left"
            first = heading == self._headings[0]  # codes and ids: to be copied, so never cut
            table.add_column(heading, justify=justify, overflow="fold", no_wrap=first)
        for cells in self._rows:
            table.add_row(*(Text(cell) for cell in cells))
        Console.rich().print(table)

    def _align(self) -> None:
        """Two spaces between columns, so that `cut`, `awk` and eyes can take it apart."""
        rows = [self._headings, *self._rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if self._title:
            Console.print(self._title)
        for cells in rows:
            aligned = (
                cell.rjust(width) if heading in self._right else cell.ljust(width)
                for cell, width, heading in zip(cells, widths, self._headings, strict=True)
            )
            Console.print("  ".join(aligned).rstrip())
        Console.print("")
