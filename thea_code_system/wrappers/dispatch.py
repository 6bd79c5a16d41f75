"""Sends one stream of items through a pool, and finds the item that kills its actor."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from thea_code_system.wrappers.clock import Stopwatch
from thea_code_system.wrappers.host import ActorDeadError, DeadlineError, Raised
from thea_code_system.wrappers.source import BatchSource
from thea_code_system.wrappers.supply import Entry

if TYPE_CHECKING:
    from thea_code_system.wrappers.pool import ActorPool
    from thea_code_system.wrappers.worker import PoolWorker

Reason: TypeAlias = Literal["died", "deadline", "error"]


@dataclass(frozen=True)
class ItemFailure:
    """The result of an item that has none.

    Args:
        item: what was sent.
        index: its place in the stream, from 0.
        reason: `died`: it killed its actor twice, the second time alone; `deadline`: it met its
            deadline twice, the second time alone; `error`: the method raised `error`.
        error: what was raised.
    """

    item: Any
    index: int
    reason: Reason
    error: Exception


@dataclass(frozen=True)
class _Suspect:
    """A result that is still missing: the item is to be sent again by itself."""

    alone: bool


class Dispatch:
    """One stream of items through a pool; at most one batch for each of the pool's slots."""

    def __init__(self, pool: ActorPool, method: str, source: BatchSource, *, batched: bool) -> None:
        self._pool = pool
        self._method = method
        self._source = source
        self._batched = batched
        self._again: deque[tuple[Entry, bool]] = deque()
        self._running: set[asyncio.Task[list[tuple[Entry, Any]]]] = set()
        self._placed: set[asyncio.Task[Any] | None] = set()  # those that hold a slot
        self._fetching: asyncio.Task[None] | None = None

    async def results(self) -> AsyncGenerator[list[tuple[Entry, Any]], None]:
        """Yield items with their results as batches finish; failures are `ItemFailure`."""
        try:
            while waiting := self._fill():
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if self._fetching is not None and self._fetching.done():
                    self._fetching.result()
                    self._fetching = None
                for task in done & self._running:
                    self._running.discard(task)
                    self._fill()  # actors go on while the consumer is busy with these results
                    if finished := self._finished(task.result()):
                        yield finished
        finally:
            await self._close()

    def _finished(self, results: list[tuple[Entry, Any]]) -> list[tuple[Entry, Any]]:
        """Those that have a result; the others are to be sent again."""
        again = [(entry, one.alone) for entry, one in results if isinstance(one, _Suspect)]
        self._again.extend(again)
        return [one for one in results if not isinstance(one[1], _Suspect)] if again else results

    def _fill(self) -> set[asyncio.Task[Any]]:
        """Start what there is room for; return what is under way."""
        while self._again and len(self._running) < self._pool.slots:
            entry, alone = self._again.popleft()
            self._start([entry], alone=alone)
        if self._has_room() and self._fetching is None and not self._source.exhausted:
            self._fetching = asyncio.create_task(self._send_next())
        return {*self._running, *([self._fetching] if self._fetching else [])}

    def _has_room(self) -> bool:
        """Whether one more batch may go; the last ones wait here for whoever is idle."""
        if not self._running:
            return True  # whoever else uses the pool will give a slot back
        if not self._source.ending:
            return len(self._running) < self._pool.slots
        return len(self._running.difference(self._placed)) < self._pool.idle

    async def _send_next(self) -> None:
        if batch := await self._source.batch():
            self._start(batch, alone=False)

    def _start(self, batch: list[Entry], *, alone: bool) -> None:
        task = asyncio.create_task(self._attempt(batch, alone=alone))
        self._running.add(task)
        task.add_done_callback(self._placed.discard)

    async def _attempt(self, batch: list[Entry], *, alone: bool) -> list[tuple[Entry, Any]]:
        """Send a batch to the least loaded actor; where it is lost, its items are suspects."""
        try:
            async with self._pool.slot(alone=alone) as worker:
                self._placed.add(asyncio.current_task())
                if alone:
                    await worker.prove()
                watch = Stopwatch()
                results = await self._call(worker, [item for _, item in batch])
                self._source.took(watch.seconds())
        except (ActorDeadError, DeadlineError) as error:
            if not alone:
                return [(entry, _Suspect(alone=True)) for entry in batch]
            reason: Reason = "died" if isinstance(error, ActorDeadError) else "deadline"
            return [(entry, ItemFailure(entry[1], entry[0], reason, error)) for entry in batch]
        if isinstance(results, Raised):
            if len(batch) > 1:
                return [(entry, _Suspect(alone=False)) for entry in batch]
            results = [results]
        return [
            (entry, self._judged(entry, result))
            for entry, result in zip(batch, results, strict=True)
        ]

    async def _call(self, worker: PoolWorker, items: list[Any]) -> list[Any] | Raised:
        return await worker.call_batch(self._method, items, batched=self._batched)

    def _judged(self, entry: Entry, result: Any) -> Any:
        if isinstance(result, Raised):
            return ItemFailure(entry[1], entry[0], "error", result.error)
        return result

    async def _close(self) -> None:
        """End what is still under way, when the consumer leaves early or something failed."""
        under_way = {*self._running, *([self._fetching] if self._fetching else [])}
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.gather(*under_way, return_exceptions=True)
        await self._source.close()
