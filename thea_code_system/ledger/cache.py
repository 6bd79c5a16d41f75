"""What is known already: outcomes of files and of whole runs, and what the edit model said."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thea_code_system.ledger.codec import OutcomeCodec
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import Failed, FileOutcome, Skipped, SkipReason
from thea_code_system.values.workspace import Manifest

_SCHEMA = """
CREATE TABLE IF NOT EXISTS turn (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS outcome (key BLOB PRIMARY KEY, value TEXT, turn INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outcome_by_turn ON outcome (turn);
CREATE TABLE IF NOT EXISTS kept_run (
    key BLOB PRIMARY KEY, paths BLOB, stamps BLOB, outcomes TEXT, counts TEXT, turn INTEGER
);
CREATE TABLE IF NOT EXISTS memo (key BLOB PRIMARY KEY, value BLOB, turn INTEGER);
"""
_TURNS = 64  # outcomes that none of the last 64 storing runs met are dropped
_RECENT = 16
_ROWS = 200_000
_RUNS = 32
_MEMOS = 64_000_000  # bytes of memos
_DAMAGED = (ValueError, TypeError, KeyError, IndexError)
_PASSING = frozenset({SkipReason.TIME, SkipReason.CHANGED, SkipReason.GONE, SkipReason.BUDGET})


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A whole run that wrote nothing.

    ``outcomes`` are those that say more than "clean"; ``counts`` are files by status.
    """

    manifest: Manifest
    outcomes: tuple[FileOutcome, ...]
    counts: Mapping[str, int]


class OutcomeCache:
    """Keeps outcomes by everything that decides about them.

    Args:
        connection: a database that may be lost at any time.
        environment: names the versions of rules, tools, calibration and weights, and the settings.
    """

    def __init__(self, connection: sqlite3.Connection, environment: str) -> None:
        self._database = connection
        self._environment = environment
        self._codec = OutcomeCodec()
        self._turn: int | None = None
        with connection:
            connection.executescript(_SCHEMA)

    def recall(
        self, wanted: Iterable[tuple[str, str, frozenset[str]]], context: ProjectContext
    ) -> dict[str, FileOutcome]:
        """Known outcomes by path.

        ``wanted`` gives path, digest and refused fingerprints of each file. An outcome counts only
        if every fact that it read is what it was.
        """
        keys = {self._key(*one): one[0] for one in wanted}
        recent = self._recent_turns()
        seen: dict[tuple[str, str], str] = {}
        found = {}
        aged = []
        for key, value, turn in self._select("outcome", tuple(keys)):
            outcome = self._loaded(value)
            if outcome is not None and self._holds(outcome, context, seen):
                found[keys[key]] = outcome
                if turn not in recent:
                    aged.append(key)
        self._renew(aged)
        return found

    def store(self, outcomes: Iterable[tuple[FileOutcome, frozenset[str]]]) -> None:
        """Keep outcomes, each with the refused fingerprints of its file.

        What another run might decide otherwise (out of time, changed meanwhile, not readable) is
        not kept. Leave out those that a missing tool cut short.
        """
        turn = self._current_turn()
        rows = [
            (self._key(outcome.path, outcome.digest, refused), self._codec.dumps(outcome), turn)
            for outcome, refused in outcomes
            if outcome.digest and self.keeps(outcome)
        ]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)", rows)

    @staticmethod
    def keeps(outcome: FileOutcome) -> bool:
        """Whether the same file would come to the same end again."""
        if isinstance(outcome, Skipped):
            return outcome.why not in _PASSING
        return not isinstance(outcome, Failed) or outcome.broken

    def kept_run(self, key: str) -> KeptRun | None:
        """The last run under this key that wrote nothing."""
        query = "SELECT paths, stamps, outcomes, counts FROM kept_run WHERE key = ?"
        row = self._database.execute(query, (self._run_key(key),)).fetchone()
        if row is None:
            return None
        paths, stamps, outcomes, counts = row
        try:
            loaded = tuple(self._codec.loads(text) for text in json.loads(outcomes))
            return KeptRun(Manifest(paths, stamps), loaded, json.loads(counts))
        except _DAMAGED:
            return None

    def keep_run(self, key: str, run: KeptRun) -> None:
        """Remember a whole run, if every outcome in it is one to keep."""
        if not all(self.keeps(outcome) for outcome in run.outcomes):
            return
        values = (
            self._run_key(key),
            run.manifest.paths,
            run.manifest.stamps,
            json.dumps([self._codec.dumps(outcome) for outcome in run.outcomes]),
            json.dumps(dict(run.counts)),
            self._current_turn(),
        )
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO kept_run VALUES (?,?,?,?,?,?)", values)

    def memos(self, root: str, paths: Iterable[str]) -> dict[str, bytes]:
        """What the edit model said of some files, by path, whatever was in them then."""
        keys = {self._memo_key(root, path): path for path in paths}
        rows = self._select("memo", tuple(keys))
        return {keys[key]: value for key, value, _ in rows if isinstance(value, bytes)}

    def keep_memos(self, root: str, memos: Mapping[str, bytes]) -> None:
        """Keep what the edit model said, in the place of what it had said of the same files.

        The oldest for which there is no room go.
        """
        if not memos:
            return
        turn = self._current_turn()
        rows = [(self._memo_key(root, path), memo, turn) for path, memo in memos.items()]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", rows)
            self._database.executemany("DELETE FROM memo WHERE key = ?", self._without_room())

    def _without_room(self) -> list[tuple[bytes]]:
        """The keys of the oldest memos that are too many."""
        from thea_code_system.wrappers.torch_wrapper import TorchMath

        query = "SELECT key, length(value) FROM memo ORDER BY turn DESC, rowid DESC"
        rows = self._database.execute(query).fetchall()
        if not rows:
            return []
        fits = TorchMath.plain(TorchMath.within([size for _, size in rows], _MEMOS))
        return [(key,) for (key, _), fit in zip(rows, fits, strict=True) if not fit]

    def prune(self) -> None:
        """Drop what was not met for long; nothing to do where this run stored nothing."""
        if self._turn is None:
            return
        with self._database:
            self._database.execute(
                "DELETE FROM outcome WHERE turn NOT IN"
                " (SELECT id FROM turn ORDER BY id DESC LIMIT ?)",
                (_TURNS,),
            )
            self._database.execute(
                "DELETE FROM outcome WHERE key IN"
                " (SELECT key FROM outcome ORDER BY turn DESC LIMIT -1 OFFSET ?)",
                (_ROWS,),
            )
            self._database.execute(
                "DELETE FROM kept_run WHERE key IN"
                " (SELECT key FROM kept_run ORDER BY turn DESC LIMIT -1 OFFSET ?)",
                (_RUNS,),
            )

    def _recent_turns(self) -> frozenset[int]:
        """The last turns: an outcome met in one of them need not be marked again."""
        query = "SELECT id FROM turn ORDER BY id DESC LIMIT ?"
        return frozenset(turn for (turn,) in self._database.execute(query, (_RECENT,)))

    def _renew(self, keys: Sequence[bytes]) -> None:
        if keys:
            turn = self._current_turn()
            with self._database:
                self._database.executemany(
                    "UPDATE outcome SET turn = ? WHERE key = ?", [(turn, key) for key in keys]
                )

    def _current_turn(self) -> int:
        """The number of this run among those that used the cache."""
        if self._turn is None:
            with self._database:
                self._turn = self._database.execute("INSERT INTO turn DEFAULT VALUES").lastrowid
        return self._turn or 0

    def _loaded(self, value: object) -> FileOutcome | None:
        """An outcome; None where somebody has damaged it."""
        try:
            return self._codec.loads(value) if isinstance(value, str) else None
        except _DAMAGED:
            return None

    def _select(self, table: str, keys: Sequence[bytes]) -> list[tuple[bytes, Any, int]]:
        """The rows of some keys; SQLite takes a bounded number of parameters at once."""
        rows: list[tuple[bytes, Any, int]] = []
        rest = keys
        while rest:
            chunk, rest = rest[:500], rest[500:]
            marks = ",".join("?" for _ in chunk)
            query = f"SELECT key, value, turn FROM {table} WHERE key IN ({marks})"  # noqa: S608
            rows.extend(self._database.execute(query, chunk))
        return rows

    @staticmethod
    def _holds(
        outcome: FileOutcome, context: ProjectContext, seen: dict[tuple[str, str], str]
    ) -> bool:
        for kind, key, value in outcome.facts:
            if (kind, key) not in seen:
                seen[kind, key] = context.fact(kind, key)
            if seen[kind, key] != value:
                return False
        return True

    def _key(self, path: str, digest: str, refused: frozenset[str]) -> bytes:
        parts = "\0".join((self._environment, path, digest, *sorted(refused)))
        return hashlib.blake2b(parts.encode(), digest_size=16).digest()

    @staticmethod
    def _memo_key(root: str, path: str) -> bytes:
        """By folder and path, as far as they are the same for everybody who works on a project.

        What a memo says of a text is told by the text; with another key it would only not be found.
        """
        return hashlib.blake2b(f"{Path(root).name}\0{path}".encode(), digest_size=16).digest()

    def _run_key(self, key: str) -> bytes:
        return hashlib.blake2b(f"{self._environment}\0{key}".encode(), digest_size=16).digest()
