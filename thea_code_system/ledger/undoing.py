"""Works out how to take corrections back, or to apply suggestions after all."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.records import Change, ChangePlan, FileRecord, Left, Transition
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile


class ChangePlanner:
    """Plans changes to files of past runs from the ledger and the digests of what is on disk.

    A file is only touched if it is exactly what Thea last made of it. Text is always composed anew
    from the pre-image and the edits that remain, never patched backwards.
    """

    def __init__(self, history: LedgerHistory) -> None:
        self._history = history

    def targets(
        self, run: str, files: Sequence[str] = (), correction: str = ""
    ) -> tuple[FileRecord, ...]:
        """The files of a run that undo would look at.

        Args:
            run: an id.
            files: globs or paths, relative to the root; none means all files.
            correction: the id of the only correction to take back.

        Raises:
            LedgerError: the run has no such file or correction.
        """
        found = [
            record
            for record in self._history.files(run)
            if self._applied(record)
            and self._matches(record.path, files)
            and (not correction or any(one.id == correction for one in record.corrections))
        ]
        if not found and (files or correction):
            what = f"correction {correction}" if correction else f"file {', '.join(files)}"
            raise LedgerError(
                f"run {run} applied nothing that matches {what}", f"See `thea history {run}`."
            )
        return tuple(found)

    def suggestions(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with the suggestions that are neither accepted nor refused."""
        refused = {refusal.fingerprint for refusal in self._history.refusals()}
        found = []
        for record in self._history.files(run):
            still_open = tuple(
                one
                for one in record.corrections
                if one.state is State.SUGGESTED and one.fingerprint not in refused
            )
            if still_open:
                found.append(replace(record, corrections=still_open))
        return tuple(found)

    def undo(
        self,
        run: str,
        disk: Mapping[str, str],
        files: Sequence[str] = (),
        correction: str = "",
    ) -> ChangePlan:
        """Take back a run, some of its files, or one correction.

        Args:
            run: an id.
            disk: the digest of each target as it is now; empty for one that is gone.
            files: globs or paths, relative to the root; none means all files.
            correction: the id of the only correction to take back.

        Raises:
            LedgerError: the run has no such file or correction.
        """
        verdict = "refused" if files or correction else ""
        changes, left = [], []
        for record in self.targets(run, files, correction):
            planned = self._undo_file(run, record, disk.get(record.path, ""), correction, verdict)
            if isinstance(planned, Change):
                changes.append(planned)
            else:
                left.append(planned)
        return ChangePlan(tuple(changes), tuple(left))

    def accept(self, run: str, chosen: Sequence[str], disk: Mapping[str, bytes]) -> ChangePlan:
        """Apply suggestions of a run after all.

        Args:
            run: an id.
            chosen: ids of corrections.
            disk: the bytes of each file concerned, as they are now.
        """
        changes, left = [], []
        for record in self._history.files(run):
            wanted = [one for one in record.corrections if one.id in chosen]
            if wanted:
                data = disk.get(record.path)
                planned = self._accept_file(run, record, wanted, data)
                if isinstance(planned, Change):
                    changes.append(planned)
                else:
                    left.append(planned)
        return ChangePlan(tuple(changes), tuple(left))

    def _undo_file(
        self, run: str, record: FileRecord, digest: str, correction: str, verdict: str
    ) -> Change | Left:
        path = record.path
        later = self._history.later_run(run, path)
        if later is not None:
            return Left(path, f"run {later} changed it later: undo that first")
        original = self._history.preimage(record.before)
        if original is None:
            return Left(path, "its former content is no longer kept")
        applied = self._applied(record)
        gone = [one for one in applied if not correction or one.id == correction]
        if not gone:
            return Left(path, f"correction {correction} is not applied")
        kept = [one for one in applied if one not in gone]
        if digest != record.after and not (digest == record.before and not kept):
            return Left(path, "it has changed since" if digest else "it no longer exists")
        data = self._compose(path, original, kept)
        transitions = tuple(Transition(one.id, State.REVERTED.value, "undone") for one in gone)
        return Change(run, path, digest, data, transitions, verdict)

    def _accept_file(
        self, run: str, record: FileRecord, wanted: Sequence[Correction], data: bytes | None
    ) -> Change | Left:
        path = record.path
        if data is None or SourceFile.digest_of(data) != record.after:
            return Left(path, "it has changed since")
        original = data if record.after == record.before else self._history.preimage(record.before)
        if original is None:
            return Left(path, "its former content is no longer kept")
        applied = self._applied(record)
        present = [*applied, *(one for one in wanted if one not in applied)]
        if any(self._touch(one, other) for one, other in self._pairs(present)):
            return Left(path, "it touches what is applied already, or what was accepted with it")
        transitions = tuple(Transition(one.id, State.APPLIED.value, "accepted") for one in wanted)
        new = self._compose(path, original, present)
        verdict = ("kept", "review", original)
        return Change(run, path, record.after, new, transitions, *verdict)

    @staticmethod
    def _compose(path: str, original: bytes, corrections: Sequence[Correction]) -> bytes:
        """The bytes of a file with some corrections; their edits are in its own coordinates."""
        if not corrections:
            return original
        source = SourceFile.decode(path, original)
        edits = [edit for correction in corrections for edit in correction.edits]
        return source.encode_text(Patch.rewrite(source.text, edits))

    @staticmethod
    def _applied(record: FileRecord) -> list[Correction]:
        return [
            one
            for one in record.corrections
            if one.state is State.APPLIED and record.before != record.after
        ]

    @staticmethod
    def _pairs(corrections: Sequence[Correction]) -> Iterator[tuple[Correction, Correction]]:
        rest = list(corrections)
        while rest:
            one = rest.pop()
            yield from ((one, other) for other in rest)

    @staticmethod
    def _touch(one: Correction, other: Correction) -> bool:
        return any(edit.touches(against) for edit in one.edits for against in other.edits)

    @staticmethod
    def _matches(path: str, globs: Sequence[str]) -> bool:
        return not globs or any(
            path == glob or path.startswith(f"{glob.rstrip('/')}/") or fnmatch.fnmatch(path, glob)
            for glob in globs
        )
