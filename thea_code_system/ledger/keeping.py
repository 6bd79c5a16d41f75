"""Tells by a later commit which corrections their owner has kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence

from thea_code_system.ledger.accepting import OWN
from thea_code_system.ledger.corrected import CorrectedFile
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.records import FileRecord
from thea_code_system.values.correction import Correction
from thea_code_system.values.source import SourceFile

_AT_ONCE = 1_000  # files: who asks for numbers does not want to wait
_PLACE = "judged by commit"
_TOP, _BOTTOM = (float("inf"), ""), (0, "")  # places of files, from the newest run down
_UNJUDGED = """
    SELECT file.run, path FROM file JOIN run ON run.seq = file.run
        WHERE (file.run, path) < (?, ?) AND before != after
        AND CAST(run.finished AS INTEGER) <= ?
        AND EXISTS (SELECT 1 FROM correction
            WHERE correction.run = file.run AND correction.path = file.path AND state = 'applied'
            AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.correction = correction.id))
        ORDER BY file.run DESC, path DESC LIMIT ?
"""
_KEEP = """
    INSERT INTO evidence (at, run, correction, rules, confidence, verdict, source)
        SELECT ?, run.id, correction.id, rules, confidence, 'kept', 'commit'
        FROM correction JOIN run ON run.seq = correction.run
        WHERE run.seq = ? AND correction.id = ? AND state = 'applied'
        AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.correction = correction.id)
"""


class CommitWitness:
    """Organ: what a commit says of corrections that were applied, and of which nobody spoke.

    What the commit holds was kept. All else is silence: the text from before may stand there since
    the commit was made on another branch, or before the correction was committed at all. Each
    file is looked at once for a commit, so that those that say nothing keep no others waiting.
    """

    def __init__(self, database: LedgerDatabase, history: LedgerHistory) -> None:
        self._database = database
        self._history = history

    def unjudged(self, commit: str, made: int) -> tuple[tuple[int, str], ...]:
        """The files to look at next, by run and path: those of runs that ended before it."""
        place = self._place(commit)
        return tuple(self._database.rows(_UNJUDGED, *place, made, _AT_ONCE))

    def hear(
        self, commit: str, files: Sequence[tuple[int, str]], held: Mapping[str, bytes]
    ) -> None:
        """Enter what was kept.

        Args:
            commit: its name.
            files: what :meth:`unjudged` said.
            held: the contents of those files that the commit has.
        """
        kept = [
            (number, one.id)
            for number, path in files
            if path in held
            for one in self._kept(self._history.file(number, path), held[path])
            if OWN not in one.rules
        ]
        place = files[-1] if len(files) == _AT_ONCE else _BOTTOM
        if kept or self._place(commit) != place:
            now = time.time()
            with self._database.transaction():
                self._database.execute_all(_KEEP, [(now, *row) for row in kept])
                value = json.dumps([commit, *place])
                self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", _PLACE, value)

    def _place(self, commit: str) -> tuple[float, str]:
        """The last file that was looked at for a commit."""
        row = self._database.row("SELECT value FROM meta WHERE key = ?", _PLACE)
        looked, number, path = json.loads(row[0]) if row else ("", *_TOP)
        return (number, path) if looked == commit else _TOP

    def _kept(self, record: FileRecord, data: bytes) -> Sequence[Correction]:
        if SourceFile.digest_of(data) == record.after:
            return record.applied
        original = self._history.preimage(record.before)
        if original is None or SourceFile.digest_of(original) != record.before:
            return ()
        if b"\r\n" in original and b"\r\n" not in data:
            data = data.replace(b"\n", b"\r\n")  # git was told to keep such line ends as LF
        return CorrectedFile(record.path, original, record.applied).kept_in(data)
