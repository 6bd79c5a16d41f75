"""Databases that may be lost at any time: a damaged one is thrown away and made anew."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from thea_code_system.wrappers.platform import Platform

_VERSION = 1


class DisposableCursor(sqlite3.Cursor):
    """Rows up to the first that cannot be read."""

    connection: DisposableConnection

    def __next__(self) -> Any:
        """As usual; the end where it fails."""
        try:
            return super().__next__()
        except sqlite3.DatabaseError as error:
            self.connection.forgive(error)
            raise StopIteration from error

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return list(self)

    def fetchone(self) -> Any:
        """The next row, if there is one."""
        return next(self, None)


class DisposableConnection(sqlite3.Connection):
    """A connection that forgets what it cannot write, and knows nothing that it cannot read.

    A disk that is full, or a file that somebody damages, is no reason to end a run. ``damaged`` is
    whether SQLite has found that the file is none of its own.
    """

    lenient = False
    damaged = False

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """As usual; no rows where it fails, and none after one that cannot be read."""
        return self._try(self.cursor(DisposableCursor).execute, *arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        """As usual; nothing where it fails."""
        return self._try(super().executemany, *arguments)

    def executescript(self, *arguments: Any) -> sqlite3.Cursor:
        """As usual; nothing where it fails."""
        return self._try(super().executescript, *arguments)

    def commit(self) -> None:
        """As usual; nothing where it fails."""
        self._try(super().commit)

    def __exit__(self, *raised: object) -> Literal[False]:
        """Commit; or roll back, where the block or the commit failed."""
        if raised[0] is None:
            self.commit()
        else:
            self.rollback()
        return False

    def forgive(self, error: sqlite3.DatabaseError) -> None:
        """Go on after an error, and remember whether the file is to blame.

        Raises:
            sqlite3.DatabaseError: this connection is not lenient yet.
        """
        if not self.lenient:
            raise error
        self.damaged = self.damaged or type(error) is sqlite3.DatabaseError

    def _try(self, work: Callable[..., Any], *arguments: Any) -> sqlite3.Cursor:
        try:
            return work(*arguments) or self.cursor()
        except sqlite3.DatabaseError as error:
            self.forgive(error)
            with contextlib.suppress(sqlite3.DatabaseError):
                self.rollback()
            return self.cursor()


@dataclass(frozen=True, slots=True)
class DisposableDatabase:
    """A SQLite file for what can be computed again; None keeps it in memory."""

    path: Path | None

    def connect(self) -> tuple[DisposableConnection, str]:
        """A connection, and a warning where what was there could not be used."""
        if self.path is None:
            return self._open(":memory:"), ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._open(str(self.path)), ""
        except (sqlite3.DatabaseError, OSError) as error:
            return self._anew(self.path, error)

    def _anew(self, path: Path, problem: Exception) -> tuple[DisposableConnection, str]:
        try:
            self.remove()
            return self._open(str(path)), f"the cache {path} was unreadable and starts anew"
        except (sqlite3.DatabaseError, OSError):
            return self._open(":memory:"), f"no cache is kept: {path}: {problem}"

    def _open(self, name: str) -> DisposableConnection:
        if name != ":memory:":
            with contextlib.suppress(OSError):  # SQLite says what is wrong
                Platform().make_private(Path(name))
        connection = sqlite3.connect(
            name, timeout=10, check_same_thread=False, factory=DisposableConnection
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        connection.lenient = True
        return connection

    @staticmethod
    def _prepare(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError(f"version {version}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")

    def remove(self) -> None:
        """Remove the file and what belongs to it.

        Raises:
            OSError: it cannot be removed.
        """
        for file in self.files:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the database may lie in."""
        if self.path is None:
            return ()
        ends = ("", "-wal", "-shm")
        return tuple(self.path.with_name(f"{self.path.name}{end}") for end in ends)
