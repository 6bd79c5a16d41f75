"""The ledger's database: opened, migrated, and changed in transactions."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.migrations import Migrations


class LedgerDatabase:
    """An SQLite database in WAL mode.

    What has to survive a power failure (pre-images and intents, before a file is touched) is
    committed with a full fsync, everything else with the next checkpoint.

    Raises:
        LedgerError: it cannot be opened, or a newer Thea made it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                path, timeout=30, check_same_thread=False, isolation_level=None
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._durably(full=False)
            Migrations().apply(self._connection)
        except sqlite3.Error as error:
            raise LedgerError(
                f"the ledger {path} cannot be opened: {error}",
                "Move its folder away to start a new one; what it could undo is lost then.",
            ) from error

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def rows(self, query: str, *values: object) -> list[Any]:
        """All rows of a query."""
        return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> Any:
        """The first row of a query; None if there is none."""
        return self._connection.execute(query, values).fetchone()

    def each(self, query: str) -> Iterator[Any]:
        """The rows of a query, one after the other."""
        yield from self._connection.execute(query)

    def execute(self, statement: str, *values: object) -> None:
        """Run one statement, within a transaction."""
        self._connection.execute(statement, values)

    def execute_all(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of values, within a transaction."""
        self._connection.executemany(statement, rows)

    def number(self, run: str) -> int:
        """The row number of a run.

        Raises:
            LedgerError: there is no such run.
        """
        row = self.row("SELECT seq FROM run WHERE id = ?", run)
        if row is None:
            raise LedgerError(f"there is no run {run}", "See `thea history`.")
        return int(row[0])

    @contextlib.contextmanager
    def transaction(self, *, full: bool = False) -> Iterator[None]:
        """All or nothing; ``full`` waits until it is on the disk."""
        self._durably(full=full)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        finally:
            self._durably(full=False)

    def _durably(self, *, full: bool) -> None:
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
