"""Cuts a stream of items into batches without reading further ahead than one batch."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Items: TypeAlias = "Iterable[Any] | AsyncIterable[Any]"
Entry: TypeAlias = "tuple[int, Any]"  # an item and its place in the stream


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


class BatchSource:
    """Pulls items as they are needed; of a sequence with known sizes, the largest first."""

    def __init__(self, items: Items, limits: BatchLimits, slots: Callable[[], int]) -> None:
        """Take the items.

        Args:
            items: an iterable or an async iterable.
            limits: of one batch.
            slots: how many batches can be in flight now; the last batches of a stream of known
                length are made smaller, so that every slot has work until the end.
        """
        self.exhausted = False
        self._limits = limits
        self._slots = slots
        self._left = range(len(items)) if isinstance(items, Sequence) else None
        self._queue: asyncio.Queue[Entry | None] = asyncio.Queue(limits.count)
        self._pump = asyncio.ensure_future(self._pull(items))
        self._held: Entry | None = None
        self._failure: Exception | None = None

    async def batch(self) -> list[Entry]:
        """Return the next items: at least one, and what else is there; empty at the end."""
        entry = self._held or await self._next()
        batch: list[Entry] = []
        room, places = range(self._limits.size), self._places()
        while entry is not None:
            room = room[self._limits.measure(entry[1]) :]
            if batch and not room:
                break
            batch.append(entry)
            entry = None
            if len(batch) == len(places) or self._queue.empty():
                break
            entry = await self._next()
        self._held = entry
        self._left = self._left and self._left[len(batch) :]
        return batch

    async def close(self) -> None:
        """Stop pulling."""
        self._pump.cancel()
        await asyncio.wait({self._pump})

    def _places(self) -> range:
        """Return one number for each item that the next batch may hold."""
        most = range(self._limits.count)
        return self._left[:: self._slots() or 1][: len(most)] if self._left else most

    async def _next(self) -> Entry | None:
        if self.exhausted:
            return None
        entry = await self._queue.get()
        if entry is None:
            self.exhausted = True
            if self._failure is not None:
                raise self._failure
        return entry

    async def _pull(self, items: Items) -> None:
        """Feed the queue, whose bound makes this wait; what the items raise is kept."""
        try:
            if isinstance(items, AsyncIterable):
                places = itertools.count()
                async for item in items:
                    await self._queue.put((next(places), item))
            else:
                for entry in self._ordered(items):
                    await self._queue.put(entry)
        except Exception as error:  # noqa: BLE001 - raised where the items are asked for
            self._failure = error
        await self._queue.put(None)

    def _ordered(self, items: Iterable[Any]) -> Iterable[Entry]:
        if isinstance(items, Sequence) and self._limits.size_of is not None:
            size_of = self._limits.size_of
            return sorted(enumerate(items), key=lambda entry: size_of(entry[1]), reverse=True)
        return enumerate(items)
