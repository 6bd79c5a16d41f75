"""How much a run may take on, and in what order files count against that."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence

from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.outcome import Corrected, FileOutcome, Finished, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.wrappers import TorchCounter
from thea_code_system.wrappers.supply import Entry, Supply


class RunBudget:
    """Files to change, lines to change, seconds; a file is finished once it was taken on.

    The last file may exceed the number of lines. What was turned down after all does not count.
    Seconds count from when this is made, on a running event loop.
    """

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._changed: dict[str, int] = {}
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
        if config.max_files and len(self._changed) >= config.max_files:
            return "max-files"
        if config.max_changed_lines and int(self._lines) >= config.max_changed_lines:
            return "max-changed-lines"
        return ""

    async def spend(self, path: str, before: str, after: str) -> None:
        """Take in a file that will be changed, or was, by its texts."""
        lines: list[str] = []
        if self._config.max_changed_lines:
            lines = await asyncio.to_thread(self._diff, before, after)
        self._changed[path] = len(lines)
        self._lines.increment(len(lines))

    def refund(self, path: str) -> None:
        """Take back what was spent on a file."""
        self._lines.increment(-self._changed.pop(path))

    def _end(self) -> None:
        self._late = True

    @staticmethod
    def _diff(before: str, after: str) -> list[str]:
        """The lines that are taken away and those that are added, as a diff shows them."""
        lines = (before.split("\n"), after.split("\n"))
        diff = list(difflib.unified_diff(*lines, n=0))[2:]  # without the names of the files
        return [line for line in diff if line[:1] in {"-", "+"}]


class Admitted(Supply):
    """A supply that ends early where no more is to be taken on."""

    def __init__(self, supply: Supply, open_: Callable[[], bool]) -> None:
        self.sizes = supply.sizes
        self._supply, self._open = supply, open_

    async def more(self) -> Sequence[Entry]:
        """The next ones, for as long as there is room."""
        return await self._supply.more() if self._open() else []


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

    def admit(self, sources: Supply) -> Supply:
        """The sources that may be taken on."""
        return Admitted(sources, lambda: not (self._cut or self._budget.late))

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
            one = self._arrived[self._waiting[-1]]
            self._cut = self._budget.used_up if one else ""
            if self._cut:
                break
            self._arrived.pop(self._waiting.pop())
            if one:
                passed.append(one)
                source, outcome = one
                if isinstance(outcome, Corrected):
                    after = Patch.corrected(source.text, outcome.applied)
                    await self._budget.spend(source.path, source.text, after)
        return passed

    async def delivered(
        self,
        batch: Sequence[Finished],
        outcomes: Sequence[FileOutcome],
        texts: Callable[[str], tuple[str, str] | None],
    ) -> None:
        """Take in what became of some that have passed; what was turned down costs nothing.

        Args:
            batch: as they passed.
            outcomes: what they came to, in the same order.
            texts: of a file, before and after.
        """
        if not self.in_order:
            return
        for (_, made), final in zip(batch, outcomes, strict=True):
            if isinstance(made, Corrected) and made != final:
                self._budget.refund(made.path)
                if isinstance(final, Corrected):
                    await self._budget.spend(made.path, *(texts(made.path) or ("", "")))

    def reopened(self) -> bool:
        """Whether more files may pass than have, because some cost nothing in the end."""
        if not self._cut or self._budget.used_up:
            return False
        self._cut = ""
        return not self._budget.late

    def left(self) -> Iterator[Skipped]:
        """The files that were not reached, once nothing is under way any more."""
        why = self._cut or "time-budget"
        for path in reversed(self._waiting):
            if path not in self._arrived or self._arrived[path] is not None:
                yield Skipped(path, "", SkipReason.BUDGET, why)
