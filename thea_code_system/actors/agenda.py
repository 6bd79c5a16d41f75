"""What a run has to look at, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thea_code_system.actors.intake import CHUNK, Given, Intake, Sources
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry
from thea_code_system.wrappers.supply import Supply

BATCH = 32  # files in one call: what is under way when a budget is used up was for nothing


class Agenda:
    """Sources that are given as such, or entries to read.

    Args:
        given: the sources, if that is what there is.
        entries: files to read, in the order of their paths.
        guarded: files that must stay as they are, by path with the reasons; they come first.
        in_order: whether the order matters; else the longest go first, so that no worker is left
            with a large file at the end.
    """

    def __init__(
        self,
        given: Sequence[SourceFile],
        entries: Sequence[Entry],
        guarded: Mapping[str, str],
        *,
        in_order: bool,
    ) -> None:
        self._given = given
        self.batch = BATCH if in_order else CHUNK
        self.guarded = guarded
        self._first = [entry for entry in entries if entry.path in guarded]
        rest = [entry for entry in entries if entry.path not in guarded]
        self._rest = rest if in_order else sorted(rest, key=self._by_size)

    @property
    def paths(self) -> list[str]:
        """The files that may be changed, in the order of :meth:`sources`."""
        return [one.path for one in self._given or self._rest]

    def sources(self, intake: Intake) -> Supply:
        """The files that may be changed."""
        if self._given:
            return Given(self._given, self.batch)
        return Sources(self._rest, intake, self.batch)

    def guarded_sources(self, intake: Intake) -> Supply:
        """The files that must stay as they are."""
        return Sources(self._first, intake, self.batch)

    @staticmethod
    def _by_size(entry: Entry) -> tuple[int, str]:
        return -entry.stamp.size, entry.path
