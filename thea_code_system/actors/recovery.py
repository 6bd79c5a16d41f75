"""What becomes of a run that was killed: its torn writes are settled, and the rest is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Survey
from thea_code_system.wrappers import ActorHandle

if TYPE_CHECKING:
    from thea_code_system.actors.budget import RunBudget


class Recovery:
    """Makes good what a killed process left between its intents and their end."""

    def __init__(self, ledger: ActorHandle, workspace: ActorHandle) -> None:
        self._ledger, self._workspace = ledger, workspace

    async def settle(self) -> None:
        """Remove its temporary files, and enter which of its writes were done."""
        if torn := await self._ledger.torn():
            await self._workspace.sweep([(one.path, one.planned) for one in torn])
            disk = await self._workspace.digests([one.path for one in torn])
            await self._ledger.recover(torn, disk)


class Resumption:
    """What an interrupted run did already, and what is left of it.

    Args:
        done: outcomes of the files that need no second look; none where nothing is resumed.
    """

    def __init__(self, done: Sequence[FileOutcome]) -> None:
        self.done = done
        self._done = {outcome.path: outcome for outcome in done}

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The files that it wrote, each with the digest of what it was before."""
        return {one.path: one.digest for one in self._done.values() if isinstance(one, Corrected)}

    async def spend(self, budget: RunBudget, ledger: ActorHandle) -> None:
        """Count what it wrote against the limits that it began with; its time begins anew."""
        for outcome in self.done if budget.limits else ():
            if isinstance(outcome, Corrected):
                data = await ledger.pre_image(outcome.digest)
                before = SourceFile.decode(outcome.path, data or b"").text
                await budget.spend(outcome.path, before, Patch.corrected(before, outcome.applied))

    def rest(
        self, given: list[SourceFile], found: Survey
    ) -> tuple[list[SourceFile], Survey, list[FileOutcome]]:
        """Of what was found, that which is to be looked at, and the outcomes of all else."""
        wanted = {entry.path for entry in found.entries} | {source.path for source in given}
        wanted.update(self.written)
        done = [outcome for path, outcome in self._done.items() if path in wanted]
        entries = tuple(entry for entry in found.entries if entry.path not in self._done)
        skipped = tuple(one for one in found.skipped if one.path not in self._done)
        rest = [source for source in given if source.path not in self._done]
        return rest, replace(found, entries=entries, skipped=skipped), done
