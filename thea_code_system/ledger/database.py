"""The ledger's database: opened, migrated, and changed in transactions."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.migrations import Migrations
from thea_code_system.wrappers.platform import Platform

_DAMAGED = "Move its folder away to start a new one; what it could undo is lost then."
_HINTS = {
    "locked": "Another process holds it: wait for that, or end it, and run again.",
    "full": "Make some room, and run again; `thea clean` keeps the ledger itself small.",
    "readonly": "Make it writable, and run again.",
    "disk I/O": "See whether its disk is full or failing, and run again.",
    "unable to open": "Its folder is gone or cannot be entered; run again once that is mended.",
}


class LedgerDatabase:
    """An SQLite database in WAL mode.

    What has to survive a power failure (pre-images and intents, before a file is touched) is
    committed with a full fsync, everything else with the next checkpoint.

    Raises:
        LedgerError: it cannot be opened, read or written, or a newer Thea made it.
    """

    patience: ClassVar[float] = 30  # seconds of waiting for a process that holds it

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._telling("opened"):
            if path != Path(":memory:"):
                with contextlib.suppress(OSError):  # SQLite says what is wrong, better than we
                    Platform().make_private(path)  # and gives its journals the same mode
            self._connection = sqlite3.connect(
                path, timeout=self.patience, check_same_thread=False, isolation_level=None
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._durably(full=False)
            Migrations().apply(self._connection)
        self._inode = self._present()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def rows(self, query: str, *values: object) -> list[Any]:
        """All rows of a query."""
        with self._telling("read"):
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> Any:
        """The first row of a query; None if there is none."""
        with self._telling("read"):
            return self._connection.execute(query, values).fetchone()

    def each(self, query: str) -> Iterator[Any]:
        """The rows of a query, one after the other."""
        with self._telling("read"):
            yield from self._connection.execute(query)

    def execute(self, statement: str, *values: object) -> None:
        """Run one statement, within a transaction."""
        with self._telling("written"):
            self._connection.execute(statement, values)

    def execute_all(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of values, within a transaction."""
        with self._telling("written"):
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
        """All or nothing; ``full`` waits until it is on the disk.

        Raises:
            LedgerError: it cannot be written; or its file is gone, so that what is written into
                it now would be gone, too.
        """
        if self._present() != self._inode:
            raise LedgerError(
                f"the ledger {self._path} was removed meanwhile",
                "Run again; a new one is started, and knows nothing of earlier runs.",
            )
        with self._telling("written"):
            self._durably(full=full)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                self._durably(full=False)

    def compact(self) -> None:
        """Give room that is not used any more back to the disk."""
        with self._telling("compacted"):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _durably(self, *, full: bool) -> None:
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")

    def _present(self) -> int | None:
        """What tells the ledger's file from another one in its place; None if there is none."""
        try:
            return self._path.stat().st_ino
        except OSError:
            return None

    @contextlib.contextmanager
    def _telling(self, done: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            hints = (hint for words, hint in _HINTS.items() if words in str(error))
            raise LedgerError(
                f"the ledger {self._path} cannot be {done}: {error}", next(hints, _DAMAGED)
            ) from error
