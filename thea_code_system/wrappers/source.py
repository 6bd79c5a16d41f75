"""Cuts a stream of items into batches: no larger than pays, and smaller towards the end."""

from __future__ import annotations

import asyncio
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from thea_code_system.wrappers.supply import Entry, Supply

SHORT, LONG = 1.0, 5.0  # seconds: a batch below costs too much by itself, others wait for one above
_STEPS = 3  # halvings from the largest batch to the first, and from the usual to the smallest


@dataclass(frozen=True)
class BatchLimits:
    """How large a batch may be: in items, and in the sum of their sizes."""

    count: int
    size: int
    size_of: Callable[[Any], int] | None = None

    def measure(self, item: Any) -> int:
        """Return the size of an item: as told, else its length, else one."""
        if self.size_of is not None:
            return self.size_of(item)
        return len(item) if isinstance(item, (str, bytes, bytearray)) else 1

    def halved(self, times: int = 1) -> BatchLimits:
        """Limits of smaller batches, never of none."""
        return replace(self, count=self.count >> times or 1, size=self.size >> times or 1)

    def doubled(self, most: BatchLimits) -> BatchLimits:
        """Limits of larger batches, but none larger than the most."""
        return self.between(most, replace(self, count=self.count << 1, size=self.size << 1))

    def between(self, one: BatchLimits, other: BatchLimits) -> BatchLimits:
        """Of three, the one in the middle, in each respect."""
        (_, count, _), (_, size, _) = (
            sorted((self.count, one.count, other.count)),
            sorted((self.size, one.size, other.size)),
        )
        return replace(self, count=count, size=size)


class BatchSource:
    """Pulls items as they are needed, and shares them out in batches.

    Where their sizes are known and there are several workers, a batch is no larger than what is
    left for each call in flight, and of a size that takes a second or a few; so it begins small,
    and the last batches are small again, and no worker is left with much while others are idle.
    """

    def __init__(
        self, supply: Supply, limits: BatchLimits, workers: int, slots: Callable[[], int]
    ) -> None:
        """Take the items.

        Args:
            supply: where they come from.
            limits: of one batch.
            workers: how many share the items.
            slots: how many batches can be in flight now.
        """
        self._supply, self._slots = supply, slots
        self._most = self._usual = limits
        self._ahead = array("q")  # the size of all items from each place on
        if supply.sizes is not None and workers > 1:
            self._ahead.extend(reversed([*accumulate(reversed(supply.sizes))]))
            self._usual = limits.halved(_STEPS)
        self._waiting: deque[Entry] = deque()
        self._ended = False
        self._failure: Exception | None = None
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._pump = asyncio.ensure_future(self._pull())

    @property
    def exhausted(self) -> bool:
        """Whether every item has been handed out."""
        return self._ended and not self._waiting and self._failure is None

    @property
    def ending(self) -> bool:
        """Whether there is no more left than a smallest batch for each call in flight."""
        if not self._ahead or not self._waiting:
            return bool(self._ahead) and self._ended
        share, least = self._share(), self._usual.halved(_STEPS)
        return share.count <= least.count or share.size <= least.size

    async def batch(self) -> list[Entry]:
        """Return the next items: at least one, and what else is there; empty at the end."""
        while not self._waiting and not self._ended:
            self._some.clear()
            await self._some.wait()
        if not self._waiting and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        batch: list[Entry] = []
        limits = self._limits()
        room = range(limits.size)
        while self._waiting and len(batch) < limits.count:
            place, item = self._waiting[0]
            size = limits.measure(item)
            if batch and len(room) < size:
                break
            room = room[size:]
            batch.append((self._supply.index(place), item))
            self._waiting.popleft()
        self._room.set()
        return batch

    def took(self, seconds: float) -> None:
        """Learn from how long a batch took."""
        if not self._ahead:
            return
        if seconds > LONG:
            self._usual = self._usual.halved()
        elif seconds < SHORT and self._limits() == self._usual:
            self._usual = self._usual.doubled(self._most)

    async def close(self) -> None:
        """Stop pulling."""
        self._pump.cancel()
        await asyncio.wait({self._pump})

    def _limits(self) -> BatchLimits:
        """Of the next batch."""
        if not self._ahead or not self._waiting:
            return self._usual
        return self._share().between(self._usual.halved(_STEPS), self._usual)

    def _share(self) -> BatchLimits:
        """What each call in flight would get of all that is left."""
        place, parts = self._waiting[0][0], self._slots() or 1
        count = len(range(place, len(self._ahead), parts))
        size = len(range(0, self._ahead[place], parts))
        return replace(self._most, count=count or 1, size=size or 1)

    async def _pull(self) -> None:
        """Keep a batch ready; what the items raise is kept for who asks for them."""
        try:
            while items := await self._supply.more():
                self._waiting.extend(items)
                self._some.set()
                await self._wanted()
        except Exception as error:  # noqa: BLE001 - raised where the items are asked for
            self._failure = error
        self._ended = True
        self._some.set()

    async def _wanted(self) -> None:
        """Wait until less is ready than a batch may hold."""
        while len(self._waiting) >= self._usual.count or self._is_large():
            self._room.clear()
            await self._room.wait()

    def _is_large(self) -> bool:
        room = range(self._usual.size)
        for _, item in self._waiting:
            room = room[self._usual.measure(item) :]
        return not room
