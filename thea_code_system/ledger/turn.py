"""One writer at a time, on every system, and none that outlives its process."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path


class WriteTurn:
    """A lock between the processes that write to one project.

    SQLite's own file lock serves: it is portable, and the kernel drops it with its process. So
    whoever holds the turn knows that intents in the ledger belong to nobody alive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def take(self, seconds: float) -> bool:
        """Wait for the turn; False if another process keeps it for that long."""
        if self._connection is not None:
            return True
        connection = sqlite3.connect(
            self._path, timeout=seconds, check_same_thread=False, isolation_level=None
        )
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return False
        self._connection = connection
        return True

    def give_back(self) -> None:
        """Let the next process write."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            self._connection.close()
            self._connection = None
