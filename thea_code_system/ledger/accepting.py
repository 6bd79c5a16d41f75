"""Works out how to apply suggestions after all, as they are or as the user writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from thea_code_system.ledger.corrected import CorrectedFile
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.records import Change, ChangePlan, FileRecord, Left, Transition
from thea_code_system.values.correction import Correction, Edit, State
from thea_code_system.values.source import SourceFile

OWN = "review/edit"
"""The code of what a user wrote in review: it is none of Thea's rules."""


class AcceptancePlanner:
    """Plans what answers in review do to files, from the ledger and what is on disk."""

    def __init__(self, history: LedgerHistory) -> None:
        self._history = history

    def suggestions(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with the suggestions that are neither accepted nor refused."""
        refused = {refusal.fingerprint for refusal in self._history.refusals()}
        found = []
        for record in self._history.files(run):
            still_open = tuple(
                one
                for one in record.corrections
                if one.state is State.SUGGESTED and one.is_placed and one.fingerprint not in refused
            )
            if still_open:
                found.append(replace(record, corrections=still_open))
        return tuple(found)

    def accept(self, run: str, chosen: Sequence[str], disk: Mapping[str, bytes]) -> ChangePlan:
        """Apply suggestions of a run after all; of those that touch, the first one.

        Args:
            run: an id.
            chosen: ids of corrections.
            disk: the bytes of each file concerned, as they are now.
        """
        ids = frozenset(chosen)
        changes, left = [], []
        for record in self._history.files(run):
            wanted = [one for one in record.corrections if one.id in ids]
            for planned in self._accept(run, record, wanted, disk.get(record.path)):
                if isinstance(planned, Change):
                    changes.append(planned)
                else:
                    left.append(planned)
        return ChangePlan(tuple(changes), tuple(left))

    def edited(self, run: str, chosen: str, edit: Edit, disk: Mapping[str, bytes]) -> ChangePlan:
        """Apply what the user wrote instead of a suggestion, as a correction of its own.

        Args:
            run: an id.
            chosen: the id of the suggestion, which counts as rejected.
            edit: the user's, in the coordinates of the original file.
            disk: the bytes of the file, as they are now.
        """
        for record in self._history.files(run):
            for one in record.corrections:
                if one.id == chosen:
                    planned = self._edited(run, record, one, edit, disk.get(record.path))
                    if isinstance(planned, Change):
                        return ChangePlan(changes=(planned,))
                    return ChangePlan(left=(planned,))
        return ChangePlan()

    def _accept(
        self, run: str, record: FileRecord, wanted: Sequence[Correction], data: bytes | None
    ) -> Iterator[Change | Left]:
        if not wanted:
            return
        file = self._as_written(record, data)
        if isinstance(file, Left):
            yield file
            return
        new: list[Correction] = []
        for one in wanted:
            if self._touches(one, [*record.applied, *new]):
                yield self._in_the_way(record, one)
            else:
                new.append(one)
        if new:
            transitions = tuple(
                Transition(one.id, State.APPLIED.value, "accepted", "kept") for one in new
            )
            yield self._change(run, record, file, new, transitions)

    def _edited(
        self, run: str, record: FileRecord, one: Correction, edit: Edit, data: bytes | None
    ) -> Change | Left:
        file = self._as_written(record, data)
        if isinstance(file, Left):
            return file
        own = self._own(file, record, one, edit)
        if self._touches(own, record.applied):
            return self._in_the_way(record, one)
        transitions = (
            Transition(own.id, State.APPLIED.value, "edited in review"),
            Transition(one.id, State.REJECTED.value, f"edited in review: {own.id}", "rejected"),
        )
        try:
            change = self._change(run, record, file, [own], transitions)
        except UnicodeEncodeError as error:
            return Left(record.path, f"{error.encoding} cannot write what you wrote", one)
        return replace(change, added=(own,))

    @staticmethod
    def _own(file: CorrectedFile, record: FileRecord, one: Correction, edit: Edit) -> Correction:
        """Not applied before it is written; its author is certain to want it."""
        text = SourceFile.decode(file.path, file.original).text
        return replace(
            one,
            id=Correction.identify(file.path, (OWN,), record.before, (edit,)),
            fingerprint=Correction.fingerprint_of(file.path, (OWN,), text, (edit,)),
            rules=(OWN,),
            message=f"edited in review: {one.message}",
            edits=(edit,),
            confidence=1.0,
            state=State.REVERTED,
            reason="not written",
            evidence=(("instead of", f"{one.id} {' '.join(one.rules)}"),),
            score=1.0,
        )

    def _as_written(self, record: FileRecord, data: bytes | None) -> CorrectedFile | Left:
        """The file, if it is what the run made of it."""
        if data is None or SourceFile.digest_of(data) != record.after:
            return Left(record.path, "it has changed since")
        original = data if record.after == record.before else self._history.preimage(record.before)
        if original is None:
            return Left(record.path, "its former content is no longer kept")
        return CorrectedFile(record.path, original, record.applied)

    @staticmethod
    def _change(
        run: str,
        record: FileRecord,
        file: CorrectedFile,
        new: Sequence[Correction],
        transitions: tuple[Transition, ...],
    ) -> Change:
        data = file.data([*file.applied, *new])
        after = SourceFile.digest_of(data)
        return Change(
            run, record.path, record.after, data, after, transitions, "review", file.original
        )

    @staticmethod
    def _in_the_way(record: FileRecord, one: Correction) -> Left:
        reason = "it touches what is applied already, or what was accepted with it"
        return Left(record.path, reason, one)

    @staticmethod
    def _touches(one: Correction, others: Sequence[Correction]) -> bool:
        return any(
            edit.touches(against)
            for other in others
            for edit in one.edits
            for against in other.edits
        )
