"""What the ledger tells: runs, files, corrections, judgements."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.codec import OutcomeCodec
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.records import FileRecord, Past, Refusal, RunRecord, Torn
from thea_code_system.values.correction import Correction
from thea_code_system.values.reliability import Judgement

COLUMNS = (
    "id", "fingerprint", "rules", "message", "edits", "safety", "confidence", "state", "reason",
    "pass", "evidence", "score",
)  # fmt: skip
JSON_COLUMNS = (2, 4, 10)  # rules, edits, evidence
_FILE = "SELECT path, status, reason, before, after FROM file"
_CORRECTION = ", ".join(f"correction.{name}" for name in COLUMNS)


class LedgerHistory:
    """Reads the ledger."""

    def __init__(self, database: LedgerDatabase) -> None:
        self._database = database
        self._codec = OutcomeCodec()

    def torn(self) -> tuple[Torn, ...]:
        """Writes that were intended and never settled."""
        query = "SELECT run.id, path, planned FROM intent JOIN run ON run.seq = intent.run"
        return tuple(Torn(*row) for row in self._database.rows(query))

    def runs(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        query = "SELECT * FROM run ORDER BY seq DESC LIMIT ?"
        return tuple(self._run_of(row) for row in self._database.rows(query, limit))

    def run(self, name: str = "") -> RunRecord:
        """A run by its id or the beginning of it; without one, the last that changed something.

        Raises:
            LedgerError: there is no such run, or more than one.
        """
        if name:
            query = "SELECT * FROM run WHERE substr(id, 1, length(?)) = ? LIMIT 2"
            found = self._database.rows(query, name, name)
        else:
            found = self._database.rows(
                "SELECT * FROM run WHERE EXISTS"
                " (SELECT 1 FROM file WHERE file.run = run.seq AND file.before != file.after)"
                " ORDER BY seq DESC LIMIT 1"
            )
        if not found:
            message = f"there is no run {name}" if name else "no run has changed anything"
            raise LedgerError(message, "See `thea history`.")
        if found[1:]:
            raise LedgerError(f"{name} may mean several runs", "Give more of the id.")
        return self._run_of(found[0])

    def unfinished(self) -> tuple[RunRecord, ...]:
        """The runs that have not finished, newest first: killed ones, and those under way."""
        query = "SELECT * FROM run WHERE finished IS NULL ORDER BY seq DESC"
        return tuple(self._run_of(row) for row in self._database.rows(query))

    def changed_later(self, run: str) -> dict[str, str]:
        """The paths that later runs changed, each with the id of the latest of them."""
        query = (
            "SELECT file.path, run.id FROM file JOIN run ON run.seq = file.run"
            " WHERE file.run > ? AND file.before != file.after ORDER BY run.seq"
        )
        return dict(self._database.rows(query, self._database.number(run)))

    def files(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with their corrections, by path."""
        number = self._database.number(run)
        query = f"{_FILE} WHERE run = ? ORDER BY path"
        return tuple(self._file(number, row) for row in self._database.rows(query, number))

    def file(self, number: int, path: str) -> FileRecord:
        """A file of the run with a row number."""
        query = f"{_FILE} WHERE run = ? AND path = ?"
        return self._file(number, self._database.row(query, number, path))

    def run_of_correction(self, correction: str) -> str:
        """The latest run in which a correction was made.

        Raises:
            LedgerError: there is none.
        """
        row = self._database.row(
            "SELECT run.id FROM correction JOIN run ON run.seq = correction.run"
            " WHERE correction.id = ? ORDER BY run.seq DESC LIMIT 1",
            correction,
        )
        if row is None:
            raise LedgerError(f"there is no correction {correction}", "See `thea history RUN`.")
        return str(row[0])

    def later_run(self, run: str, path: str) -> str | None:
        """A later run that changed a file and was not taken back; None if there is none."""
        row = self._database.row(
            "SELECT run.id FROM file JOIN run ON run.seq = file.run"
            " WHERE file.path = ? AND file.run > ? AND file.before != file.after"
            " ORDER BY run.seq DESC LIMIT 1",
            path,
            self._database.number(run),
        )
        return None if row is None else str(row[0])

    def preimage(self, digest: str) -> bytes | None:
        """The bytes of a file before it was written; None if they are not kept.

        Bytes that do not have this digest were damaged where they lay.
        """
        row = self._database.row("SELECT data FROM preimage WHERE digest = ?", digest)
        if row is None:
            return None
        try:
            return zlib.decompress(row[0])
        except zlib.error:
            return b""

    def refusals(self) -> tuple[Refusal, ...]:
        """What the user has turned down."""
        query = "SELECT fingerprint, path, rules, message FROM refusal ORDER BY path, fingerprint"
        return tuple(
            Refusal(fingerprint, path, tuple(json.loads(rules)), message)
            for fingerprint, path, rules, message in self._database.rows(query)
        )

    def evidence(self) -> tuple[tuple[str, float, str, str], ...]:
        """Code, confidence, verdict and source of judgements: of each correction the last one."""
        last = {one.correction: one for one in self.judgements()}
        return tuple(
            (rule, one.confidence, one.verdict, one.source)
            for one in last.values()
            for rule in one.rules
        )

    def judgements(self) -> Iterator[Judgement]:
        """What was said about corrections, oldest first, each with all its codes."""
        query = "SELECT correction, rules, confidence, verdict, source FROM evidence ORDER BY seq"
        for correction, rules, confidence, verdict, source in self._database.each(query):
            yield Judgement(correction, tuple(json.loads(rules)), confidence, verdict, source)

    def corrections(self) -> Iterator[tuple[str, Correction]]:
        """Run and correction of all there is, oldest first: what counting starts from."""
        query = (
            f"SELECT run.id, {_CORRECTION} FROM correction"  # noqa: S608 - our own columns
            " JOIN run ON run.seq = correction.run ORDER BY run.seq, correction.path, correction.id"
        )
        for run, *row in self._database.each(query):
            yield run, self._correction(row)

    def past(self) -> Past:
        """All that statistics are made of."""
        return Past(self.runs(-1), tuple(self.corrections()), self.evidence())

    def _file(self, number: int, row: Sequence[Any]) -> FileRecord:
        path, status, reason, before, after = row
        return FileRecord(path, status, reason, before, after, self._corrections(number, path))

    def _corrections(self, number: int, path: str) -> tuple[Correction, ...]:
        query = f"SELECT {_CORRECTION} FROM correction WHERE run = ? AND path = ?"  # noqa: S608
        found = [self._correction(row) for row in self._database.rows(query, number, path)]
        return tuple(sorted(found, key=lambda one: (one.edits, one.id)))

    def _correction(self, row: Sequence[Any]) -> Correction:
        plain = list(row)
        for column in JSON_COLUMNS:
            plain[column] = json.loads(plain[column])
        return self._codec.correction(plain)

    def _run_of(self, row: Sequence[Any]) -> RunRecord:
        number, run, command, version, settings, mode, started, finished, *rest = row
        report, statistics, request = rest
        query = "SELECT path FROM file WHERE run = ? AND before != after ORDER BY path"
        changed = tuple(path for (path,) in self._database.rows(query, number))
        plain = (json.loads(report), json.loads(statistics), settings, request)
        return RunRecord(run, command, version, mode, started, finished, changed, *plain)
