"""One place of a pool: its actor, how busy it is, and its replacement when it dies."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from thea_code_system.errors import ClusterError
from thea_code_system.wrappers.actor import ActorHealth
from thea_code_system.wrappers.handle import Deadline
from thea_code_system.wrappers.host import (
    ActorDeadError,
    ActorStartError,
    DeadlineError,
    Host,
    Raised,
)

T = TypeVar("T")
START_ATTEMPTS = 3
STOP_DEADLINE = 5.0
START_DEADLINE = 120.0  # seconds; a busy machine takes a few to import torch


class PoolWorker:
    """Keeps one actor alive: calls have a deadline, and an actor that fails is replaced."""

    def __init__(
        self, make: Callable[[], Host], deadline: float, replaced: Callable[[], None]
    ) -> None:
        """Take the way to make the actor, seconds a call may take, and whom to tell of losses."""
        self.calls: set[object] = set()
        self.taken = False
        self._make = make
        self._deadline = Deadline(deadline)
        self._replaced = replaced
        self.host = make()

    async def call_batch(
        self, method: str, items: Sequence[Any], *, batched: bool
    ) -> list[Any] | Raised:
        """Return one result for each item, or `Raised` where the batch as a whole failed.

        Args:
            method: called once per item, in order.
            items: one batch.
            batched: call the method once, with the list of all items, for a list of results.

        Raises:
            ActorDeadError: the actor died; it has been replaced.
            DeadlineError: it did not answer in time; it has been killed and replaced.
            ActorStartError: it cannot be set up.
            ClusterError: there is no cluster any more to replace it on.
        """
        try:
            if not batched:
                return await self.run(lambda host: host.call_each(method, items))
            results = await self.run(lambda host: host.call(method, (list(items),), {}))
            return [result for _, result in zip(items, results, strict=True)]
        except (ActorDeadError, DeadlineError, ActorStartError, ClusterError):
            raise
        except Exception as error:  # noqa: BLE001 - becomes the result of the batch
            return Raised(error)

    async def run(self, work: Callable[[Host], Awaitable[T]]) -> T:
        """Return what the work on the actor returns; a lost actor is replaced, then reported."""
        host = await self._started()
        try:
            return await self._deadline.bound(work(host), f"A call of '{host.name}'")
        except (ActorDeadError, DeadlineError) as error:
            await self.replace(host, error)
            raise

    async def run_twice(self, work: Callable[[Host], Awaitable[T]]) -> T:
        """Return what the work returns; where the actor is lost, what it returns on the next."""
        try:
            return await self.run(work)
        except (ActorDeadError, DeadlineError):
            return await self.run(work)

    async def prove(self) -> None:
        """Make sure that the actor answers, so that the next call is blamed for itself only."""
        await self.run_twice(lambda host: host.call("health_check", (), {}))

    async def health(self, seconds: float) -> ActorHealth:
        """Ask the actor; a dead one is replaced, one that is too busy to answer is not."""
        host = self.host
        asked = Deadline(seconds).bound(host.call("health_check", (), {}), "Its health check")
        try:
            health: ActorHealth = await asked
        except Exception as error:  # noqa: BLE001 - is the answer
            if isinstance(error, ActorDeadError):
                await self.replace(host, error)
            return ActorHealth(host.name, healthy=False, error=str(error))
        return health

    async def start(self) -> None:
        """Make and set up the actor now.

        Raises:
            ActorStartError: it cannot be set up.
        """
        await self._started()

    async def stop(self) -> None:
        """Let the actor release what it holds, then end it; kill one that does not answer."""
        host = self.host
        try:
            await Deadline(STOP_DEADLINE).bound(host.stop(), f"Stopping '{host.name}'")
        except Exception as error:  # noqa: BLE001 - the others are to be stopped too
            logging.getLogger(__name__).warning("%s", error)
            await host.kill()

    async def replace(self, lost: Host, error: Exception) -> None:
        """Put a new actor in the place of a lost one; only the first to notice does it."""
        if lost is not self.host:
            return
        self.host = self._make()
        self._replaced()
        logging.getLogger(__name__).warning("Replacing an actor: %s", error)
        await lost.kill()

    async def _started(self) -> Host:
        for _ in range(START_ATTEMPTS):
            host = self.host
            try:
                await Deadline(START_DEADLINE).bound(host.start(), f"Starting '{host.name}'")
            except (ActorDeadError, DeadlineError) as error:
                await self.replace(host, error)
            else:
                return host
        raise ActorStartError(
            f"The actor '{self.host.name}' died {START_ATTEMPTS} times while it started.",
            "Look at its constructor and `setup`, and at the memory of the machine.",
        )
