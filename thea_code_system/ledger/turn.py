"""Locks between processes, on every system, and none that outlives its process."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from thea_code_system.errors import LedgerError
from thea_code_system.wrappers.platform import Platform

_ASKED = 1.0  # seconds: who only asks whether a run is under way holds its mark for a moment


class WriteTurn:
    """A lock between the processes that write to one project.

    SQLite's own file lock serves: it is portable, and the kernel drops it with its process. So
    whoever holds the turn knows that intents in the ledger belong to nobody alive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def take(self, seconds: float) -> bool:
        """Wait for the turn; False if another process keeps it for that long.

        Raises:
            LedgerError: its file cannot be made or opened.
        """
        try:
            if self._connection is None:
                self._connection = self._taken(seconds)
        except sqlite3.Error as error:
            if "locked" in str(error):
                return False
            raise LedgerError(
                f"the turn to write cannot be taken at {self._path}: {error}",
                "See whether its folder is still there, and its disk is not full; run again.",
            ) from error
        return True

    def _taken(self, seconds: float) -> sqlite3.Connection:
        with contextlib.suppress(OSError):  # SQLite says what is wrong
            Platform().make_private(self._path)
        connection = sqlite3.connect(
            self._path, timeout=seconds, check_same_thread=False, isolation_level=None
        )
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def give_back(self) -> None:
        """Let the next process write."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            self._connection.close()
            self._connection = None


class RunMark:
    """Shows that a run is under way: held while it lasts, and free once its process is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = WriteTurn(path)

    def set(self) -> bool:
        """Claim the run; False if another process has it."""
        while self._turn.take(_ASKED):
            if self._path.exists():
                return True
            self._turn.give_back()  # somebody who found it free has just removed it
        return False

    def is_set(self) -> bool:
        """Whether a process has the run; what a killed one left behind is removed."""
        if not self._path.exists():
            return False
        if not self._turn.take(0.0):
            return True
        self.clear()
        return False

    def clear(self) -> None:
        """Give the run back, and leave no file."""
        self._turn.give_back()
        self._path.unlink(missing_ok=True)
