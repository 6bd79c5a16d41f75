"""Finds the corrections that break something among many that were proved together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from thea_code_system.values.verification import Failures, Judged

Probe = Callable[[tuple[int, ...]], Awaitable[Failures]]
"""What fails in the tree that has these units, and no others, applied."""


class CulpritSearch:
    """Organ: delta debugging over units that stand in a fixed order.

    A prefix that passes is the ground on which the next units stand, so each culprit is the unit
    that turns a passing tree into a failing one, and what is kept in the end has passed as a whole.
    One culprit of n costs log2(n) probes and two more; with w probes side by side the range is cut
    in w + 1 parts. Zeller's ddmin finds the same units in more probes (decision 19).

    Args:
        probe: asked at most once about each set of units, but where a failure must repeat.
        before: what fails without any of them.
        late: whether the time is over.
        side_by_side: how many probes may run at once.
    """

    def __init__(
        self, probe: Probe, before: Failures, late: Callable[[], bool], side_by_side: int = 1
    ) -> None:
        self._probe, self._before, self._late = probe, before, late
        self._side_by_side = side_by_side
        self._seen: dict[tuple[int, ...], frozenset[str]] = {}
        self._flaky: set[str] = set()

    async def judge(self, units: Sequence[int]) -> Judged:
        """Which units may stay, which may not and why."""
        order, low = list(units), 0
        guilty: dict[int, str] = {}
        while order and not self._late():
            if not await self._repeated(order, trusted=bool(guilty)):
                return self._judged(order, guilty)
            low, high = await self._narrowed(order, low)
            if high - low > 1:
                break  # out of time
            bad = await self._repeated(order[:high])
            if bad and not self._late():
                guilty[order.pop(low)] = self._words(bad)
        return self._judged(order[:low], guilty, order[low:])

    async def _narrowed(self, order: Sequence[int], low: int) -> tuple[int, int]:
        """The lengths of a prefix that passes and of one that fails, one unit apart."""
        high = len(order)
        while high - low > 1 and not self._late():
            cuts = self._cuts(low, high)
            found = await asyncio.gather(*(self._objections(order[:cut]) for cut in cuts))
            for cut, bad in zip(cuts, found, strict=True):
                if bad:
                    high = cut
                    break
                low = cut
        return low, high

    def _cuts(self, low: int, high: int) -> list[int]:
        parts = self._side_by_side + 1
        cuts = {low + (high - low) * part // parts for part in range(1, parts)}
        return sorted(cuts - {low}) or [low + 1]

    async def _repeated(self, units: Sequence[int], *, trusted: bool = False) -> frozenset[str]:
        """The objections to a set that come up again; what does not is flaky from here on.

        Args:
            units: the set.
            trusted: whether one look is enough, because a look at a part of it follows anyway.
        """
        first = await self._objections(units)
        if not first or trusted:
            return first
        again = await self._look(units)
        self._flaky |= first ^ (again & first)
        self._seen[tuple(units)] = again
        return await self._objections(units)

    async def _objections(self, units: Sequence[int]) -> frozenset[str]:
        """What a set of units breaks, but for what is known to fail by itself now and then."""
        key = tuple(units)
        if not key:
            return frozenset()
        if key not in self._seen:
            self._seen[key] = await self._look(key)
        return self._seen[key] - self._flaky

    async def _look(self, units: Sequence[int]) -> frozenset[str]:
        return (await self._probe(tuple(units))).beyond(self._before)

    @staticmethod
    def _words(bad: frozenset[str]) -> str:
        more = len(bad) - 1
        return f"{min(bad)} and {more} more" if more else min(bad)

    def _judged(
        self, kept: Sequence[int], guilty: dict[int, str], unproven: Sequence[int] = ()
    ) -> Judged:
        flaky = tuple(sorted(self._flaky))
        return Judged(tuple(kept), guilty, tuple(unproven), flaky)
