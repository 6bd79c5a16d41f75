"""Databases that may be lost at any time: a damaged one is thrown away and made anew."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

_VERSION = 1


@dataclass(frozen=True, slots=True)
class DisposableDatabase:
    """A SQLite file for what can be computed again; None keeps it in memory."""

    path: Path | None

    def connect(self) -> tuple[sqlite3.Connection, str]:
        """A connection, and a warning where what was there could not be used."""
        if self.path is None:
            return self._open(":memory:"), ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._open(str(self.path)), ""
        except (sqlite3.DatabaseError, OSError) as error:
            return self._anew(self.path, error)

    def _anew(self, path: Path, problem: Exception) -> tuple[sqlite3.Connection, str]:
        try:
            self._remove(path)
            return self._open(str(path)), f"the cache {path} was unreadable and starts anew"
        except (sqlite3.DatabaseError, OSError):
            return self._open(":memory:"), f"no cache is kept: {path}: {problem}"

    def _open(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(name, timeout=10, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _prepare(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError(f"version {version}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")

    @staticmethod
    def _remove(path: Path) -> None:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(name).unlink()
