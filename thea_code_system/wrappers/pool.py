"""A pool of equal actors: bounded slots, least loaded first, and no item is ever lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from thea_code_system.errors import ActorError, TheaError
from thea_code_system.wrappers.actor import (
    Actor,
    ActorHealth,
    ActorIdentity,
    ActorMetrics,
    ActorOptions,
)
from thea_code_system.wrappers.dispatch import Dispatch, ItemFailure
from thea_code_system.wrappers.host import ActorDeadError, ActorRecipe, DeadlineError, Host
from thea_code_system.wrappers.platform import Platform
from thea_code_system.wrappers.ray_host import Placement
from thea_code_system.wrappers.source import BatchLimits, BatchSource
from thea_code_system.wrappers.supply import Entry, Items, Supply
from thea_code_system.wrappers.torch_accumulator import TorchCounter
from thea_code_system.wrappers.worker import PoolWorker

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

DEADLINE = 600.0
HEALTH_DEADLINE = 10.0


class ActorPool:
    """Runs a method of equal actors over many items.

    Items travel in batches, to the actor with the fewest calls in flight. An actor that dies, or
    does not answer in time, is replaced; its items are sent again one by one, each on an actor of
    its own for that time, and what dies then again is returned as an `ItemFailure`. State that an
    actor needs belongs in its constructor or `setup`: a replacement has seen no other call.
    The pool begins with the actors that a cluster has room for; the others join it when there is.
    """

    def __init__(
        self,
        cls: type[Actor],
        num_actors: int | None = None,
        *,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        inline: bool = False,
        name: str | None = None,
        run_id: str = "",
        max_in_flight: int = 2,
        batch_size: int = 32,
        batch_bytes: int = 100_000,
        deadline: float | None = None,
        size_of: Callable[[Any], int] | None = None,
        options: ActorOptions | None = None,
    ) -> None:
        """Describe the pool; its actors start at first use.

        Args:
            cls: the actors' class.
            num_actors: how many; one for each processor here where None.
            args: for the constructor of each.
            kwargs: for the constructor of each.
            inline: run them in this process, on the caller's event loop, instead of Ray workers.
            name: the actors are called `name-0`, `name-1`, ...; the class's name where None.
            run_id: the id of the run they serve, for their log records.
            max_in_flight: batches that one actor has been sent and has not answered yet.
            batch_size: most items in a batch.
            batch_bytes: most bytes in a batch of several items, measured by `size_of`.
            deadline: seconds that one call, which is one batch, may take; where None the class's
                own, else 600.
            size_of: the bytes of an item; then the largest items of a sequence also go first.
            options: what each actor asks for; what its class records where None.

        Raises:
            ValueError: a number of actors, batches or items is below one.
        """
        wanted = Platform().cpu_count() if num_actors is None else num_actors
        if not all(number >= 1 for number in (wanted, max_in_flight, batch_size)):
            raise ValueError("A pool needs at least one actor, one batch in flight and one item.")
        self.name = name or cls.__name__
        self.counters = {key: TorchCounter() for key in ("items", "replaced", "isolated")}
        self._cls, self._args, self._kwargs = cls, tuple(args), dict(kwargs or {})
        self._run_id = run_id
        self._max_in_flight = max_in_flight
        self._limits = BatchLimits(batch_size, batch_bytes, size_of)
        asked = options or cls.options
        self._deadline = deadline or asked.deadline or DEADLINE
        self._placement = Placement(asked, inline=inline)
        self._wanted = wanted
        self._numbers = itertools.count()
        self._workers: list[PoolWorker] = []
        self._freed = asyncio.Condition()
        self._opening = asyncio.Lock()
        self._coming: dict[PoolWorker, asyncio.Task[None]] = {}
        self._waiting_alone: set[object] = set()
        self._closed = False

    @property
    def idle(self) -> int:
        """How many actors have nothing to do."""
        return len([worker for worker in self._workers if not worker.calls])

    @property
    def slots(self) -> int:
        """How many batches may be in flight.

        Raises:
            ActorError: the pool has been shut down.
        """
        self._refuse_closed()
        return len([slot for _ in self._workers for slot in range(self._max_in_flight)])

    async def map(
        self, method: str, items: Items, *, batched: bool = False, return_exceptions: bool = False
    ) -> list[Any]:
        """Return the results in the order of the items.

        Args:
            method: a remote method that takes one item, or with `batched` a list of items.
            items: an iterable, an async iterable or a `Supply`.
            batched: call the method with a list; it returns a list of as many results.
            return_exceptions: put an `ItemFailure` where an item has no result, instead of raising.

        Raises:
            Exception: what the method raised for the first item, in order, that failed.
            ActorError: that item killed its actor twice, or met its deadline twice.
        """
        found: dict[int, Any] = {}
        async with aclosing(self._dispatched(method, items, batched=batched)) as results:
            async for batch in results:
                found.update((index, result) for (index, _), result in batch)
        ordered = [found[index] for index in sorted(found)]
        failures = [result for result in ordered if isinstance(result, ItemFailure)]
        if failures and not return_exceptions:
            raise failures[0].error
        return ordered

    async def stream(
        self, method: str, items: Items, *, batched: bool = False
    ) -> AsyncGenerator[tuple[Any, Any], None]:
        """Yield `(item, result)` as the items finish; a result can be an `ItemFailure`.

        Items are pulled only as slots become free: beyond what is in flight, at most two batches.

        Args:
            method: a remote method that takes one item, or with `batched` a list of items.
            items: an iterable, an async iterable or a `Supply`; what it raises ends the stream.
            batched: call the method with a list; it returns a list of as many results.
        """
        async with aclosing(self.batches(method, items, batched=batched)) as batches:
            async for batch in batches:
                for pair in batch:
                    yield pair

    async def batches(
        self, method: str, items: Items, *, batched: bool = False
    ) -> AsyncGenerator[list[tuple[Any, Any]], None]:
        """Yield what `stream` does, batch by batch: cheaper where there are many items."""
        async with aclosing(self._dispatched(method, items, batched=batched)) as results:
            async for batch in results:
                yield [(item, result) for (_, item), result in batch]

    def submit(self, method: str, *args: Any, **kwargs: Any) -> asyncio.Task[Any]:
        """Start one call on the least loaded actor; await the task for what it returns.

        A call whose actor is lost is sent once more, alone. Awaiting raises what the method raised,
        or ActorError where the call killed two actors or met its deadline on two.
        """
        return asyncio.ensure_future(self._submitted(method, args, kwargs))

    async def broadcast(self, method: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Return what the same call returns on every actor, tried twice on each."""
        workers = await self._open()
        return await asyncio.gather(
            *(worker.run_twice(lambda host: host.call(method, args, kwargs)) for worker in workers)
        )

    async def health_check(self) -> list[ActorHealth]:
        """Return the health of each actor; a dead one is replaced, a silent one is left alone."""
        workers = await self._open()
        return await asyncio.gather(*(worker.health(HEALTH_DEADLINE) for worker in workers))

    async def metrics(self) -> list[ActorMetrics]:
        """Return what each actor measured since it started; a replaced one starts anew."""
        return await self.broadcast("metrics")

    async def resize(self, num_actors: int) -> None:
        """Grow or shrink; actors that leave finish their calls first."""
        if num_actors < 1:
            raise ValueError("A pool needs at least one actor; use shutdown() to end it.")
        await self._open()
        await self._stop_coming()
        kept, leaving = self._workers[:num_actors], self._workers[num_actors:]
        self._workers = kept
        self._wanted = num_actors
        await self._grow()
        await self._notify()
        await asyncio.gather(*(self._leave(worker) for worker in leaving))

    async def shutdown(self) -> None:
        """Let every actor finish its calls and release what it holds, then end it."""
        self._closed = True
        await self._stop_coming()
        leaving, self._workers = self._workers, []
        await asyncio.gather(*(self._leave(worker) for worker in leaving))

    async def __aenter__(self) -> Self:
        """Start the actors."""
        await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the actors."""
        await self.shutdown()

    @asynccontextmanager
    async def slot(self, *, alone: bool) -> AsyncIterator[PoolWorker]:
        """Hold a slot of the least loaded actor; `alone` waits for an idle one and takes it all."""
        await self._open()
        call = object()
        worker = await self._claimed(call, alone=alone)
        try:
            yield worker
        finally:
            worker.calls.discard(call)
            worker.taken = worker.taken and not alone
            await self._notify()

    async def _dispatched(
        self, method: str, items: Items, *, batched: bool
    ) -> AsyncGenerator[list[tuple[Entry, Any]], None]:
        self._check(method)
        await self._open()
        limits = self._limits
        ordered = limits.size_of is not None
        supply = Supply.of(items, limits.count, limits.measure, largest_first=ordered)
        source = BatchSource(supply, limits, len(self._workers), lambda: self.slots)
        dispatch = Dispatch(self, method, source, batched=batched)
        async with aclosing(dispatch.results()) as results:
            async for batch in results:
                self.counters["items"].increment(len(batch))
                for _, result in batch:
                    if isinstance(result, ItemFailure) and result.reason != "error":
                        self.counters["isolated"].increment()
                yield batch

    async def _submitted(
        self, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        self._check(method)
        try:
            async with self.slot(alone=False) as worker:
                return await worker.run(lambda host: host.call(method, args, kwargs))
        except (ActorDeadError, DeadlineError):
            async with self.slot(alone=True) as worker:
                await worker.prove()
                return await worker.run(lambda host: host.call(method, args, kwargs))

    async def _claimed(self, call: object, *, alone: bool) -> PoolWorker:
        """Wait for a slot; nobody else is served while somebody waits for a whole actor."""
        async with self._freed:
            try:
                while (worker := self._free(alone=alone)) is None:
                    self._waiting_alone |= {call} if alone else set()
                    await self._freed.wait()
            finally:
                self._waiting_alone.discard(call)
            worker.calls.add(call)
            worker.taken = alone
            return worker

    def _free(self, *, alone: bool) -> PoolWorker | None:
        """Return the least loaded actor that may be sent a call."""
        self._refuse_closed()
        if self._waiting_alone and not alone:
            return None
        limit = 1 if alone else self._max_in_flight
        free = [w for w in self._workers if not w.taken and len(w.calls) < limit]
        return next(iter(sorted(free, key=lambda worker: len(worker.calls))), None)

    async def _notify(self) -> None:
        async with self._freed:
            self._freed.notify_all()

    async def _open(self) -> list[PoolWorker]:
        """Start the actors, at the first call."""
        self._refuse_closed()
        async with self._opening:
            if not self._workers:
                await self._grow()
        return self._workers

    async def _grow(self) -> None:
        """Start what there is room for; the rest comes as soon as there is."""
        late: list[PoolWorker] = []
        if more := range(self._wanted)[len(self._workers) :]:
            fitting = await self._placement.fit(len(more))
            self._workers.extend(self._worker() for _ in more[:fitting])
            late = [self._worker() for _ in more[fitting:]]
        await asyncio.gather(*(worker.start() for worker in self._workers))
        for worker in late:  # only now: they would take the places of the others
            self._coming[worker] = asyncio.create_task(self._come(worker))

    async def _come(self, worker: PoolWorker) -> None:
        """Take one more actor in when it has found a place, which may be never."""
        try:
            await worker.host.start(waits=True)
        except TheaError as error:
            logging.getLogger(__name__).warning("One actor less: %s", error)
        else:
            self._workers.append(worker)
            await self._notify()
        del self._coming[worker]

    async def _stop_coming(self) -> None:
        """Give up waiting for places."""
        coming, self._coming = self._coming, {}
        for task in coming.values():
            task.cancel()
        await asyncio.gather(*coming.values(), return_exceptions=True)
        await asyncio.gather(*(worker.host.kill() for worker in coming))

    async def _leave(self, worker: PoolWorker) -> None:
        async with self._freed:
            while worker.calls:
                await self._freed.wait()
        await worker.stop()

    def _worker(self) -> PoolWorker:
        recipe = self._recipe(f"{self.name}-{next(self._numbers)}")
        return PoolWorker(self._maker(recipe), self._deadline, self._count_loss)

    def _recipe(self, name: str) -> ActorRecipe:
        return ActorRecipe(self._cls, ActorIdentity(name, self._run_id), self._args, self._kwargs)

    def _maker(self, recipe: ActorRecipe) -> Callable[[], Host]:
        return lambda: self._placement.host(recipe)

    def _count_loss(self) -> None:
        self.counters["replaced"].increment()

    def _check(self, method: str) -> None:
        if self._recipe("").methods.get(method) is not False:
            raise AttributeError(f"{self._cls.__name__} has no remote method '{method}'.")

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ActorError(f"The pool '{self.name}' has been shut down.", "Make a new one.")
