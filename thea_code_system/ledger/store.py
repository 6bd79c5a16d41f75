"""What is entered in the ledger: runs, outcomes, intents, states, judgements."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from thea_code_system.ledger.codec import OutcomeCodec
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.history import COLUMNS, JSON_COLUMNS
from thea_code_system.ledger.records import Change, Transition
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Written


@dataclass(frozen=True, slots=True)
class _Intent:
    """What a file will become, and what that makes of corrections if it is ``done`` or not.

    ``after`` is the digest of what the run alone made of it: ``planned``, unless others have
    changed the file too.
    """

    planned: str
    after: str
    done: Sequence[Transition]
    undone: Sequence[Transition] = ()
    source: str = ""

    def pack(self) -> tuple[str, ...]:
        """As columns; the verdict is that of each transition."""
        done, undone = (
            json.dumps(
                [(one.correction, one.state, one.reason, one.verdict) for one in transitions]
            )
            for transitions in (self.done, self.undone)
        )
        return (self.planned, done, undone, "", self.source, self.after)

    @classmethod
    def unpack(cls, row: Sequence[str]) -> _Intent:
        """The inverse of :meth:`pack`, also of what the first schema held."""
        planned, done, undone, verdict, source, after = row
        first, second = ([Transition(*one) for one in json.loads(text)] for text in (done, undone))
        judged = [replace(one, verdict=one.verdict or verdict) for one in first]
        return cls(planned, after or planned, judged, second, source)


class LedgerStore:
    """Writes the ledger. Files are named by path, relative to the root, runs by id."""

    def __init__(self, database: LedgerDatabase) -> None:
        self._database = database
        self._codec = OutcomeCodec()

    def begin(
        self,
        command: str,
        settings: str,
        version: str,
        mode: str,
        *,
        request: str = "",
        run: str = "",
    ) -> str:
        """Enter a new run; its id, a new one unless given.

        ``request`` is kept for as long as the run has not finished.
        """
        run = run or self.new_id()
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO run (id, command, version, settings, mode, started, request)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(run, command, version, settings, mode, time.time(), request),
            )
        return run

    @staticmethod
    def new_id() -> str:
        """An id that no run has."""
        return os.urandom(4).hex()

    def finish(self, run: str, report: Mapping[str, Any], statistics: Mapping[str, Any]) -> None:
        """Enter how a run ended."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE run SET finished = ?, report = ?, statistics = ?, request = ''"
                " WHERE id = ?",
                *(time.time(), json.dumps(dict(report)), json.dumps(dict(statistics)), run),
            )

    def record(
        self,
        run: str,
        outcomes: Iterable[FileOutcome],
        images: Mapping[str, bytes],
        refused: frozenset[str] = frozenset(),
    ) -> None:
        """Enter outcomes, before anything is written.

        ``images`` are the bytes, by digest, of the files that are about to be written: they are
        kept, durably, together with what the files will become. Clean and skipped files
        without corrections leave no trace. What a verifier turned down is evidence, once; with its
        id in ``refused`` it is not applied again either.
        """
        number = self._database.number(run)
        with self._database.transaction(full=bool(images)):
            for outcome in outcomes:
                if outcome.corrections or outcome.status in {"corrected", "failed"}:
                    self._enter(number, outcome)
                    self._doubt(number, run, outcome)
                    self._refuse(number, [x.id for x in outcome.corrections if x.id in refused])
                if isinstance(outcome, Corrected) and outcome.digest in images:
                    self._keep(images[outcome.digest])
                    self._intend(number, outcome.path, self._first_intent(outcome))

    def plan(self, changes: Iterable[Change]) -> None:
        """Enter changes to files of past runs, before anything is written."""
        with self._database.transaction(full=True):
            for change in changes:
                number = self._database.number(change.run)
                if change.original is not None:
                    self._keep(change.original)
                self._add(number, change.path, change.added)
                planned = SourceFile.digest_of(change.data)
                intent = _Intent(planned, change.after, change.transitions, source=change.source)
                self._intend(number, change.path, intent)

    def settle(self, run: str, results: Iterable[Written]) -> None:
        """Enter what became of a run's intended writes."""
        number = self._database.number(run)
        query = (
            "SELECT planned, done, undone, verdict, source, after FROM intent"
            " WHERE run = ? AND path = ?"
        )
        with self._database.transaction():
            for result in results:
                row = self._database.row(query, number, result.path)
                if row is not None:
                    self._settle(number, run, _Intent.unpack(row), result)

    def set_state(self, run: str, transitions: Iterable[Transition]) -> None:
        """Give corrections of a run another state."""
        number = self._database.number(run)
        with self._database.transaction():
            self._move(number, transitions)

    def judge(self, run: str, corrections: Sequence[str], verdict: str, source: str) -> None:
        """Enter what the user says about corrections: ``kept`` or ``refused``, and by what act."""
        with self._database.transaction():
            self._judge(self._database.number(run), run, corrections, verdict, source)

    def forget(self, corrections: Sequence[str] | None = None) -> None:
        """Drop refusals: of these corrections, or all of them."""
        with self._database.transaction():
            if corrections is None:
                self._database.execute("DELETE FROM refusal")
            for correction in corrections or ():
                self._database.execute(
                    "DELETE FROM refusal WHERE fingerprint IN"
                    " (SELECT fingerprint FROM correction WHERE id = ?)",
                    correction,
                )

    def _enter(self, number: int, outcome: FileOutcome) -> None:
        """One outcome, in the place of what an interrupted part of the run said of the file."""
        file = (number, outcome.path, outcome.status, outcome.reason, outcome.digest)
        self._database.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)", *file, outcome.digest
        )
        self._database.execute("DELETE FROM correction WHERE run = ? AND path = ?", *file[:2])
        self._add(number, outcome.path, outcome.corrections)

    def _add(self, number: int, path: str, corrections: Iterable[Correction]) -> None:
        rows = []
        for correction in corrections:
            plain = self._codec.plain(correction)
            for column in JSON_COLUMNS:
                plain[column] = json.dumps(plain[column])
            rows.append((number, path, *plain))
        columns = ("run", "path", *COLUMNS)
        marks = ", ".join("?" for _ in columns)
        self._database.execute_all(
            f"INSERT OR REPLACE INTO correction ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
            rows,
        )

    def _doubt(self, number: int, run: str, outcome: FileOutcome) -> None:
        """Enter a verifier's rejections, but for those that it has voiced before."""
        for one in outcome.corrections:
            if one.state is State.REJECTED and not self._database.row(
                "SELECT 1 FROM evidence WHERE verdict = 'rejected' AND correction IN"
                " (SELECT id FROM correction WHERE fingerprint = ?)",
                one.fingerprint,
            ):
                self._judge(number, run, [one.id], "rejected", "verifier")

    def _keep(self, data: bytes) -> None:
        self._database.execute(
            "INSERT OR IGNORE INTO preimage VALUES (?, ?)",
            SourceFile.digest_of(data),
            zlib.compress(data, 1),
        )

    @staticmethod
    def _first_intent(outcome: Corrected) -> _Intent:
        """If the file cannot be written after all, its corrections were not applied."""
        undone = [
            Transition(one.id, State.REVERTED.value, "not written") for one in outcome.applied
        ]
        return _Intent(outcome.after, outcome.after, (), undone)

    def _intend(self, number: int, path: str, intent: _Intent) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO intent"
            " (run, path, planned, done, undone, verdict, source, after)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(number, path, *intent.pack()),
        )

    def _settle(self, number: int, run: str, intent: _Intent, result: Written) -> None:
        key = (number, result.path)
        self._database.execute("DELETE FROM intent WHERE run = ? AND path = ?", *key)
        if result.done:
            self._database.execute(
                "UPDATE file SET after = ? WHERE run = ? AND path = ?", intent.after, *key
            )
            self._move(number, intent.done)
            for one in intent.done:
                if one.verdict:
                    self._judge(number, run, [one.correction], one.verdict, intent.source)
                elif one.state == State.REVERTED.value:
                    self._unsay(one.correction)
        elif intent.undone:
            self._move(
                number,
                [replace(one, reason=f"not written: {result.problem}") for one in intent.undone],
            )
            self._database.execute(
                "UPDATE file SET reason = ? WHERE run = ? AND path = ?", result.problem, *key
            )

    def _move(self, number: int, transitions: Iterable[Transition]) -> None:
        self._database.execute_all(
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
                *(now, run, verdict, source, number, correction),
            )
        if verdict == "refused":
            self._refuse(number, corrections)

    def _unsay(self, correction: str) -> None:
        """Drop what a commit said of a correction that is gone, though nobody refused it."""
        self._database.execute(
            "DELETE FROM evidence WHERE correction = ? AND source = 'commit'", correction
        )

    def _refuse(self, number: int, corrections: Iterable[str]) -> None:
        """Remember by fingerprint what is not to be applied again."""
        for correction in corrections:
            self._database.execute(
                "INSERT OR REPLACE INTO refusal"
                " SELECT fingerprint, path, rules, message, ? FROM correction"
                " WHERE run = ? AND id = ?",
                *(time.time(), number, correction),
            )
