"""The ledger's tables, read and written in terms of values."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.codec import OutcomeCodec
from thea_code_system.ledger.migrations import Migrations
from thea_code_system.ledger.records import (
    Change,
    FileRecord,
    Refusal,
    RunRecord,
    Torn,
    Transition,
)
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Written

_CORRECTION = (
    "id, fingerprint, rules, message, edits, safety, confidence, state, reason, pass, evidence,"
    " score"
)
_JSON_COLUMNS = (2, 4, 10)  # rules, edits, evidence
_CHANGED = "file.run = ? AND file.before != file.after"


@dataclass(frozen=True, slots=True)
class _Intent:
    """What a file will become, and what that makes of corrections if it is ``done`` or not."""

    planned: str
    done: Sequence[Transition]
    undone: Sequence[Transition]
    verdict: str = ""
    source: str = ""

    def pack(self) -> tuple[str, ...]:
        """As columns."""
        done, undone = (
            json.dumps([(one.correction, one.state, one.reason) for one in transitions])
            for transitions in (self.done, self.undone)
        )
        return (self.planned, done, undone, self.verdict, self.source)

    @classmethod
    def unpack(cls, row: Sequence[str]) -> _Intent:
        """The inverse of :meth:`pack`."""
        planned, done, undone, verdict, source = row
        first, second = ([Transition(*one) for one in json.loads(text)] for text in (done, undone))
        return cls(planned, first, second, verdict, source)


class LedgerStore:
    """One project's ledger: an SQLite database in WAL mode.

    What has to survive a power failure (pre-images and intents, before a file is touched) is
    committed with a full fsync, everything else with the next checkpoint.

    Raises:
        LedgerError: it cannot be opened, or a newer Thea made it.
    """

    def __init__(self, path: Path) -> None:
        self._codec = OutcomeCodec()
        try:
            self._database = sqlite3.connect(
                path, timeout=30, check_same_thread=False, isolation_level=None
            )
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA foreign_keys = ON")
            self._durably(full=False)
            Migrations().apply(self._database)
        except sqlite3.Error as error:
            raise LedgerError(
                f"the ledger {path} cannot be opened: {error}",
                "Move its folder away to start a new one; what it could undo is lost then.",
            ) from error

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def begin(self, command: str, settings: str, version: str, mode: str) -> str:
        """Enter a new run; its id."""
        run = secrets.token_hex(4)
        with self._transaction():
            self._database.execute(
                "INSERT INTO run (id, command, version, settings, mode, started)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (run, command, version, settings, mode, time.time()),
            )
        return run

    def finish(self, run: str, report: Mapping[str, Any], statistics: Mapping[str, Any]) -> None:
        """Enter how a run ended."""
        with self._transaction():
            self._database.execute(
                "UPDATE run SET finished = ?, report = ?, statistics = ? WHERE id = ?",
                (time.time(), json.dumps(dict(report)), json.dumps(dict(statistics)), run),
            )

    def record(
        self, run: str, outcomes: Iterable[FileOutcome], images: Mapping[str, bytes]
    ) -> None:
        """Enter outcomes, before anything is written.

        ``images`` are the bytes, by digest, of the files that are about to be written: they are
        kept, durably, together with what the files will become. Clean and skipped files
        without corrections leave no trace.
        """
        number = self._number(run)
        with self._transaction(full=bool(images)):
            for outcome in outcomes:
                if outcome.corrections or outcome.status in {"corrected", "failed"}:
                    self._enter(number, outcome)
                if isinstance(outcome, Corrected) and outcome.digest in images:
                    self._keep(images[outcome.digest])
                    self._intend(number, outcome.path, self._first_intent(outcome))

    def plan(self, changes: Iterable[Change]) -> None:
        """Enter changes to files of past runs, before anything is written."""
        with self._transaction(full=True):
            for change in changes:
                if change.original is not None:
                    self._keep(change.original)
                planned = SourceFile.digest_of(change.data)
                intent = _Intent(planned, change.transitions, (), change.verdict, change.source)
                self._intend(self._number(change.run), change.path, intent)

    def settle(self, run: str, results: Iterable[Written]) -> None:
        """Enter what became of a run's intended writes."""
        number = self._number(run)
        query = (
            "SELECT planned, done, undone, verdict, source FROM intent WHERE run = ? AND path = ?"
        )
        with self._transaction():
            for result in results:
                row = self._database.execute(query, (number, result.path)).fetchone()
                if row is not None:
                    self._settle(number, run, _Intent.unpack(row), result)

    def torn(self) -> tuple[Torn, ...]:
        """Writes that were intended and never settled."""
        query = "SELECT run.id, path, planned FROM intent JOIN run ON run.seq = intent.run"
        return tuple(Torn(*row) for row in self._database.execute(query))

    def runs(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        query = "SELECT * FROM run ORDER BY seq DESC LIMIT ?"
        return tuple(self._run_of(row) for row in self._database.execute(query, (limit,)))

    def run(self, name: str = "") -> RunRecord:
        """A run by its id or the beginning of it; without one, the last that changed something.

        Raises:
            LedgerError: there is no such run, or more than one.
        """
        if name:
            found = self._database.execute(
                "SELECT * FROM run WHERE id = ? OR substr(id, 1, length(?)) = ? LIMIT 2",
                (name, name, name),
            ).fetchall()
        else:
            found = self._database.execute(
                "SELECT * FROM run WHERE EXISTS"
                " (SELECT 1 FROM file WHERE file.run = run.seq AND file.before != file.after)"
                " ORDER BY seq DESC LIMIT 1"
            ).fetchall()
        if not found:
            message = f"there is no run {name}" if name else "no run has changed anything"
            raise LedgerError(message, "See `thea history`.")
        if found[1:]:
            raise LedgerError(f"{name} may mean several runs", "Give more of the id.")
        return self._run_of(found[0])

    def files(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with their corrections, by path."""
        number = self._number(run)
        query = "SELECT path, status, reason, before, after FROM file WHERE run = ? ORDER BY path"
        return tuple(
            FileRecord(path, status, reason, before, after, self._corrections(number, path))
            for path, status, reason, before, after in self._database.execute(
                query, (number,)
            ).fetchall()
        )

    def run_of_correction(self, correction: str) -> str:
        """The latest run in which a correction was made.

        Raises:
            LedgerError: there is none.
        """
        query = (
            "SELECT run.id FROM correction JOIN run ON run.seq = correction.run"
            " WHERE correction.id = ? ORDER BY run.seq DESC LIMIT 1"
        )
        row = self._database.execute(query, (correction,)).fetchone()
        if row is None:
            raise LedgerError(f"there is no correction {correction}", "See `thea history RUN`.")
        return str(row[0])

    def later_run(self, run: str, path: str) -> str | None:
        """A later run that changed a file and was not taken back; None if there is none."""
        query = (
            "SELECT run.id FROM file JOIN run ON run.seq = file.run"
            " WHERE file.path = ? AND file.run > ? AND file.before != file.after"
            " ORDER BY run.seq DESC LIMIT 1"
        )
        row = self._database.execute(query, (path, self._number(run))).fetchone()
        return None if row is None else str(row[0])

    def preimage(self, digest: str) -> bytes | None:
        """The bytes of a file before it was written; None if they are not kept."""
        query = "SELECT data FROM preimage WHERE digest = ?"
        row = self._database.execute(query, (digest,)).fetchone()
        return None if row is None else zlib.decompress(row[0])

    def set_state(self, run: str, transitions: Iterable[Transition]) -> None:
        """Give corrections of a run another state."""
        number = self._number(run)
        with self._transaction():
            self._move(number, transitions)

    def refusals(self) -> tuple[Refusal, ...]:
        """What the user has turned down."""
        query = "SELECT fingerprint, path, rules, message FROM refusal ORDER BY path, fingerprint"
        return tuple(
            Refusal(fingerprint, path, tuple(json.loads(rules)), message)
            for fingerprint, path, rules, message in self._database.execute(query)
        )

    def judge(self, run: str, corrections: Sequence[str], verdict: str, source: str) -> None:
        """Enter what the user says about corrections: ``kept`` or ``refused``, and by what act."""
        with self._transaction():
            self._judge(self._number(run), run, corrections, verdict, source)

    def forget(self, corrections: Sequence[str] | None = None) -> None:
        """Drop refusals: of these corrections, or all of them."""
        with self._transaction():
            if corrections is None:
                self._database.execute("DELETE FROM refusal")
            for correction in corrections or ():
                self._database.execute(
                    "DELETE FROM refusal WHERE fingerprint IN"
                    " (SELECT fingerprint FROM correction WHERE id = ?)",
                    (correction,),
                )

    def evidence(self) -> tuple[tuple[str, float, str, str], ...]:
        """Code, confidence, verdict and source of every judgement, oldest first."""
        query = "SELECT rules, confidence, verdict, source FROM evidence ORDER BY seq"
        return tuple(
            (rule, confidence, verdict, source)
            for rules, confidence, verdict, source in self._database.execute(query)
            for rule in json.loads(rules)
        )

    def corrections(self) -> Iterator[tuple[str, Correction]]:
        """Run and correction of all there is, oldest first: what counting starts from."""
        query = (
            f"SELECT run.id, {_CORRECTION.replace('id,', 'correction.id,', 1)} FROM correction"  # noqa: S608
            " JOIN run ON run.seq = correction.run ORDER BY run.seq, correction.path, correction.id"
        )
        for run, *row in self._database.execute(query):
            yield run, self._correction(row)

    def _enter(self, number: int, outcome: FileOutcome) -> None:
        file = (number, outcome.path, outcome.status, outcome.reason, outcome.digest)
        self._database.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)", (*file, outcome.digest)
        )
        rows = []
        for correction in outcome.corrections:
            plain = self._codec.plain(correction)
            for column in _JSON_COLUMNS:
                plain[column] = json.dumps(plain[column])
            rows.append((number, outcome.path, *plain))
        marks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
        self._database.executemany(
            f"INSERT OR REPLACE INTO correction (run, path, {_CORRECTION}) VALUES ({marks})",  # noqa: S608
            rows,
        )

    def _keep(self, data: bytes) -> None:
        self._database.execute(
            "INSERT OR IGNORE INTO preimage VALUES (?, ?)",
            (SourceFile.digest_of(data), zlib.compress(data, 1)),
        )

    @staticmethod
    def _first_intent(outcome: Corrected) -> _Intent:
        """If the file cannot be written after all, its corrections were not applied."""
        undone = [
            Transition(one.id, State.REVERTED.value, "not written")
            for one in outcome.corrections
            if one.state is State.APPLIED
        ]
        return _Intent(outcome.after, (), undone)

    def _intend(self, number: int, path: str, intent: _Intent) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, path, *intent.pack()),
        )

    def _settle(self, number: int, run: str, intent: _Intent, result: Written) -> None:
        key = (number, result.path)
        self._database.execute("DELETE FROM intent WHERE run = ? AND path = ?", key)
        if result.done:
            self._database.execute(
                "UPDATE file SET after = ? WHERE run = ? AND path = ?", (intent.planned, *key)
            )
            self._move(number, intent.done)
            if intent.verdict:
                changed = [transition.correction for transition in intent.done]
                self._judge(number, run, changed, intent.verdict, intent.source)
        elif intent.undone:
            self._move(
                number,
                [replace(one, reason=f"not written: {result.problem}") for one in intent.undone],
            )
            self._database.execute(
                "UPDATE file SET reason = ? WHERE run = ? AND path = ?", (result.problem, *key)
            )

    def _move(self, number: int, transitions: Iterable[Transition]) -> None:
        self._database.executemany(
            "UPDATE correction SET state = ?, reason = ? WHERE run = ? AND id = ?",
            [(one.state, one.reason, number, one.correction) for one in transitions],
        )

    def _judge(
        self, number: int, run: str, corrections: Sequence[str], verdict: str, source: str
    ) -> None:
        now = time.time()
        for correction in corrections:
            self._database.execute(
                "INSERT INTO evidence (at, run, correction, rules, confidence, verdict, source)"
                " SELECT ?, ?, id, rules, confidence, ?, ? FROM correction"
                " WHERE run = ? AND id = ?",
                (now, run, verdict, source, number, correction),
            )
            if verdict == "refused":
                self._database.execute(
                    "INSERT OR REPLACE INTO refusal"
                    " SELECT fingerprint, path, rules, message, ? FROM correction"
                    " WHERE run = ? AND id = ?",
                    (now, number, correction),
                )

    def _corrections(self, number: int, path: str) -> tuple[Correction, ...]:
        query = f"SELECT {_CORRECTION} FROM correction WHERE run = ? AND path = ?"  # noqa: S608
        found = [self._correction(row) for row in self._database.execute(query, (number, path))]
        return tuple(sorted(found, key=lambda one: (one.edits, one.id)))

    def _correction(self, row: Sequence[Any]) -> Correction:
        plain = list(row)
        for column in _JSON_COLUMNS:
            plain[column] = json.loads(plain[column])
        return self._codec.correction(plain)

    def _run_of(self, row: Sequence[Any]) -> RunRecord:
        number, run, command, version, _, mode, started, finished, report, statistics = row
        query = f"SELECT path FROM file WHERE {_CHANGED} ORDER BY path"  # noqa: S608
        changed = tuple(path for (path,) in self._database.execute(query, (number,)))
        plain = (json.loads(report), json.loads(statistics))
        return RunRecord(run, command, version, mode, started, finished, changed, *plain)

    def _number(self, run: str) -> int:
        row = self._database.execute("SELECT seq FROM run WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise LedgerError(f"there is no run {run}", "See `thea history`.")
        return int(row[0])

    def _durably(self, *, full: bool) -> None:
        self._database.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")

    @contextlib.contextmanager
    def _transaction(self, *, full: bool = False) -> Iterator[None]:
        """All or nothing; ``full`` waits until it is on the disk."""
        self._durably(full=full)
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        finally:
            self._durably(full=False)
