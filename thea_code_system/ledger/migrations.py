"""The ledger's schema, as the ordered steps that lead to it."""

from __future__ import annotations

import sqlite3

from thea_code_system.errors import LedgerError

STEPS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE run (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        command TEXT NOT NULL,
        version TEXT NOT NULL,
        settings TEXT NOT NULL,
        mode TEXT NOT NULL,
        started REAL NOT NULL,
        finished REAL,
        report TEXT NOT NULL DEFAULT '{}',
        statistics TEXT NOT NULL DEFAULT '{}'
    );
    CREATE TABLE file (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        path TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;
    CREATE INDEX file_by_path ON file (path);
    CREATE TABLE correction (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        id TEXT NOT NULL,
        path TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        rules TEXT NOT NULL,
        message TEXT NOT NULL,
        edits TEXT NOT NULL,
        safety INTEGER NOT NULL,
        confidence REAL NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        pass INTEGER NOT NULL,
        evidence TEXT NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (run, id)
    ) WITHOUT ROWID;
    CREATE INDEX correction_by_path ON correction (run, path);
    CREATE TABLE preimage (digest TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE intent (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        path TEXT NOT NULL,
        planned TEXT NOT NULL,
        done TEXT NOT NULL,
        undone TEXT NOT NULL,
        verdict TEXT NOT NULL,
        source TEXT NOT NULL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;
    CREATE TABLE refusal (
        fingerprint TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        rules TEXT NOT NULL,
        message TEXT NOT NULL,
        at REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE evidence (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        run TEXT NOT NULL,
        correction TEXT NOT NULL,
        rules TEXT NOT NULL,
        confidence REAL NOT NULL,
        verdict TEXT NOT NULL,
        source TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE intent ADD COLUMN after TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE run ADD COLUMN request TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE INDEX evidence_by_correction ON evidence (correction);
    """,
)


class Migrations:
    """Brings a database up to the newest schema, each step in a transaction of its own."""

    def __init__(self, steps: tuple[str, ...] = STEPS) -> None:
        self._steps = steps

    def apply(self, connection: sqlite3.Connection) -> None:
        """Apply what is missing.

        Raises:
            LedgerError: the database was made by a newer Thea.
        """
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(self._steps):
            raise LedgerError(
                f"the ledger has schema {version}, this Thea knows {len(self._steps)}",
                "Upgrade Thea, or move the .thea folder away (its undo history goes with it).",
            )
        for number, step in enumerate(self._steps, 1):
            if number > version:
                self._apply(connection, number, step)

    @staticmethod
    def _apply(connection: sqlite3.Connection, number: int, step: str) -> None:
        """One step; another process may have been faster."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < number:
                for statement in step.split(";"):
                    if statement.strip():
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
