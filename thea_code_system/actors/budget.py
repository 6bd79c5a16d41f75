"""How much a run may take on, and in what order files count against that."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.outcome import Corrected, FileOutcome, Finished, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import TorchCounter


class RunBudget:
    """Files to change, lines to change, seconds; a file is finished once it was taken on.

    The last file may exceed the number of lines. Seconds count from when this is made, on a running
    event loop.
    """

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._files: list[str] = []
        self._lines = TorchCounter()
        self._late = False
        if config.time_budget:
            asyncio.get_running_loop().call_later(config.time_budget, self._end)

    @property
    def limits(self) -> bool:
        """Whether there is any limit."""
        config = self._config
        return bool(config.max_files or config.max_changed_lines or config.time_budget)

    @property
    def late(self) -> bool:
        """Whether time is up."""
        return self._late

    @property
    def used_up(self) -> str:
        """The setting whose limit no more file fits into; empty where one more does."""
        config = self._config
        if config.max_files and len(self._files) >= config.max_files:
            return "max-files"
        if config.max_changed_lines and int(self._lines) >= config.max_changed_lines:
            return "max-changed-lines"
        return ""

    async def spend(self, source: SourceFile, outcome: Corrected) -> None:
        """Take in a file that will be changed."""
        self._files.append(source.path)
        if self._config.max_changed_lines:
            self._lines.increment(len(await asyncio.to_thread(self._changed, source, outcome)))

    def _end(self) -> None:
        self._late = True

    @staticmethod
    def _changed(source: SourceFile, outcome: Corrected) -> list[str]:
        """The lines that are taken away and those that are added, as a diff shows them."""
        text = Patch.corrected(source.text, outcome.applied)
        lines = (source.text.split("\n"), text.split("\n"))
        diff = list(difflib.unified_diff(*lines, n=0))[2:]  # without the names of the files
        return [line for line in diff if line[:1] in {"-", "+"}]


class Turns:
    """Lets outcomes pass in the order of their files, until the budget is used up.

    So the same files are changed however many workers there are. Without a limit everything passes
    as it comes.

    Args:
        paths: of all files to be looked at, in the order in which they are sent to the workers.
        budget: what may be taken on.
    """

    def __init__(self, paths: Sequence[str], budget: RunBudget) -> None:
        self._budget = budget
        self.in_order = budget.limits
        self._waiting = list(reversed(paths)) if self.in_order else []
        self._arrived: dict[str, Finished | None] = {}
        self._cut = ""

    async def admit(self, sources: AsyncIterator[SourceFile]) -> AsyncIterator[SourceFile]:
        """The sources that may be taken on."""
        async for source in sources:
            if self._cut or self._budget.late:
                return
            yield source

    async def passed(
        self, finished: Iterable[Finished], settled: Iterable[FileOutcome] = ()
    ) -> list[Finished]:
        """Those whose turn it is, given what has just been finished, or settled elsewhere."""
        if not self.in_order:
            return list(finished)
        self._arrived |= {outcome.path: None for outcome in settled}
        self._arrived |= {source.path: (source, outcome) for source, outcome in finished}
        passed = []
        while self._waiting and self._waiting[-1] in self._arrived and not self._cut:
            one = self._arrived.pop(self._waiting[-1])
            self._cut = self._budget.used_up if one else ""
            if self._cut:
                break
            self._waiting.pop()
            if one:
                passed.append(one)
                if isinstance(one[1], Corrected):
                    await self._budget.spend(one[0], one[1])
        return passed

    def left(self) -> Iterator[Skipped]:
        """The files that were not reached, once nothing is under way any more."""
        why = self._cut or "time-budget"
        for path in reversed(self._waiting):
            if path not in self._arrived or self._arrived[path] is not None:
                yield Skipped(path, "", SkipReason.BUDGET, why)
