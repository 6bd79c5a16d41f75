"""Finds the run that an interruption left unfinished, and what of it is done already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.records import RunRecord
from thea_code_system.values.outcome import Corrected, FileOutcome, Skipped, SkipReason

if TYPE_CHECKING:
    from thea_code_system.ledger.books import Books


class Interruptions:
    """What one project's ledger says of runs that did not finish."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def last(self) -> str:
        """The id of the latest run of all if it was interrupted, else empty."""
        for run in self._books.history.runs(1):
            if run.finished is None and not self._books.mark(run.id).is_set():
                return run.id
        return ""

    def find(self, name: str = "") -> RunRecord:
        """The run to resume: by the beginning of its id, else the latest that was interrupted.

        Raises:
            LedgerError: there is none, it has finished, it is still under way, or nobody kept what
                it was asked.
        """
        run = self._books.history.run(name) if name else self._latest()
        if run.finished is not None:
            raise LedgerError(
                f"run {run.id} has finished: there is nothing to resume",
                f"See `thea history {run.id}`, or correct again: thea {run.command}",
            )
        if self._books.mark(run.id).is_set():
            raise LedgerError(
                f"run {run.id} is still under way in another process",
                "Wait for it, or end it, and resume then.",
            )
        if not run.request:
            raise LedgerError(
                f"run {run.id} is of Thea {run.version}, which did not keep what it was asked",
                f"Ask for it again: thea {run.command}",
            )
        return run

    def claim(self, name: str, settings: str) -> None:
        """Make a run this process's own.

        Raises:
            LedgerError: as `find`, or it would not be finished with the settings it began with.
        """
        run = self.find(name)
        if run.settings != settings:
            raise LedgerError(
                f"run {run.id} cannot be resumed: its settings or rules have changed since",
                f"Ask for the rest as a run of its own: thea {run.command}",
            )
        if not self._books.claim(run.id):
            raise LedgerError(f"run {run.id} is being resumed by another process", "Wait for it.")

    def done(self, run: str) -> tuple[FileOutcome, ...]:
        """Outcomes of files that need no second look: what it has written, and later runs have.

        Were it to write over a later run's file, neither of the two could be taken back.
        """
        history = self._books.history
        written = [
            Corrected(record.path, record.before, record.after, record.corrections)
            for record in history.files(run)
            if record.before != record.after
        ]
        paths = {outcome.path for outcome in written}
        later = [
            Skipped(path, "", SkipReason.CHANGED, f"run {other} has corrected it since")
            for path, other in history.changed_later(run).items()
            if path not in paths
        ]
        return (*written, *later)

    def _latest(self) -> RunRecord:
        """The latest run that was interrupted; one under way if there is no other."""
        unfinished = self._books.history.unfinished()
        for run in unfinished:
            if not self._books.mark(run.id).is_set():
                return run
        for run in unfinished:
            return run
        raise LedgerError(
            "there is nothing to resume: every run has finished", "See `thea history`."
        )
