"""Works out how to take corrections back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.choice import WHOLE_RUN, Choice
from thea_code_system.ledger.corrected import CorrectedFile
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.records import Change, ChangePlan, FileRecord, Left, Transition
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.source import SourceFile


class UndoPlanner:
    """Plans the way back from the ledger and from what is on disk.

    Text is always composed anew from the pre-image and the edits that remain; what somebody has
    changed since is merged into it.
    """

    def __init__(self, history: LedgerHistory) -> None:
        self._history = history

    def targets(self, run: str, choice: Choice = WHOLE_RUN) -> tuple[str, ...]:
        """The paths that undo would look at.

        Raises:
            LedgerError: the run applied nothing of that choice.
        """
        return tuple(record.path for record, _ in self._chosen(run, choice))

    def undo(self, run: str, disk: Mapping[str, bytes], choice: Choice = WHOLE_RUN) -> ChangePlan:
        """Take back a run or a part of it.

        Args:
            run: an id.
            disk: the bytes of each target as it is now; without those that are gone.
            choice: the part.

        Raises:
            LedgerError: the run applied nothing of that choice.
        """
        changes, left = [], []
        for record, gone in self._chosen(run, choice):
            data = disk.get(record.path)
            for planned in self._file(run, record, gone, data, judged=choice.partial):
                if isinstance(planned, Change):
                    changes.append(planned)
                else:
                    left.append(planned)
        return ChangePlan(tuple(changes), tuple(left))

    def _chosen(self, run: str, choice: Choice) -> list[tuple[FileRecord, list[Correction]]]:
        records = [one for one in self._history.files(run) if one.applied]
        chosen = choice.in_full(
            rule for record in records for one in record.applied for rule in one.rules
        )
        meant = (
            (record, [one for one in record.applied if chosen.has(one)])
            for record in records
            if chosen.has_file(record.path)
        )
        found = [(record, gone) for record, gone in meant if gone]
        if not found and choice.partial:
            raise LedgerError(
                f"run {run} applied nothing that matches {choice}", f"See `thea history {run}`."
            )
        return found

    def _file(
        self,
        run: str,
        record: FileRecord,
        gone: Sequence[Correction],
        data: bytes | None,
        *,
        judged: bool,
    ) -> Iterator[Change | Left]:
        path = record.path
        original = self._history.preimage(record.before)
        if original is None:
            yield Left(path, "its former content is no longer kept")
            return
        if SourceFile.digest_of(original) != record.before:
            yield Left(path, "its former content is damaged in the ledger")
            return
        if data is None:
            yield Left(path, "it no longer exists")
            return
        file = CorrectedFile(path, original, record.applied)
        taken = file.without(gone, data)
        why = self._why(run, path)
        if not taken.gone:
            yield Left(path, why)
            return
        done = {one.id for one in taken.gone}
        yield from (Left(path, why, one) for one in gone if one.id not in done)
        verdict = "refused" if judged else ""
        yield Change(
            run,
            path,
            SourceFile.digest_of(data),
            taken.data,
            SourceFile.digest_of(file.data(taken.kept)),
            tuple(
                Transition(one.id, State.REVERTED.value, "undone", verdict) for one in taken.gone
            ),
        )

    def _why(self, run: str, path: str) -> str:
        """Why something in a file cannot be taken back."""
        later = self._history.later_run(run, path)
        if later is not None:
            return f"run {later} changed it later: undo that first"
        return "it has changed since"
