"""An actor in a Ray worker, and the choice between that and this process."""

from __future__ import annotations

import asyncio
import logging
import sys
import sysconfig
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thea_code_system.wrappers.actor import Actor, ActorIdentity, ActorOptions
from thea_code_system.wrappers.cluster import NAMESPACE, Cluster
from thea_code_system.wrappers.host import (
    ActorDeadError,
    ActorRecipe,
    Host,
    InlineHost,
    Raised,
    RemoteTracebackError,
)
from thea_code_system.wrappers.names import ClusterNames
from thea_code_system.wrappers.share import Share

if TYPE_CHECKING:
    from thea_code_system.wrappers.remote import Reply


class RayHost:
    """Runs an actor in a Ray worker of the current cluster."""

    def __init__(
        self, recipe: ActorRecipe, placement: Placement, known_as: str | None = None
    ) -> None:
        """Take the actor to make, what it may reserve, and its name on the cluster, if any."""
        self.name = recipe.identity.name
        self._known_as = known_as
        self._recipe = recipe
        self._placement = placement
        self._starting: asyncio.Future[None] | None = None
        self._running = False
        self._ended = False
        self._actor: Any = None
        self.ray_name = f"thea-{uuid.uuid4().hex}"

    async def start(self, *, waits: bool = False) -> None:
        """Place, make and set up the actor; only the first call does something.

        Args:
            waits: in Ray's queue, where an autoscaler sees it, until there is a place with all that
                it asks for; else it does without what is not there now.

        Raises:
            ActorStartError: its constructor or `setup` failed.
            ActorDeadError: its process ended meanwhile.
            ClusterError: there is no cluster, and none can be started.
        """
        if self._ended:
            raise ActorDeadError(f"The actor '{self.name}' has been shut down.", "Make a new one.")
        if self._running:
            return
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start(waits=waits))
        await asyncio.shield(self._starting)
        self._running = True

    async def call(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what one call returns, or raise what it raises."""
        await self.start()
        return self._value(await self._asked(self._actor.call.remote(method, args, kwargs)))

    async def call_each(self, method: str, items: Sequence[Any]) -> list[Any]:
        """Call once per item, in order; what an item raises takes its place as `Raised`."""
        await self.start()
        return [
            self._restored(result)
            for result in self._value(
                await self._asked(self._actor.call_each.remote(method, items))
            )
        ]

    async def stream(
        self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """Yield what an async generator yields."""
        await self.start()
        remote = self._actor.stream.options(num_returns="streaming")
        async for reference in remote.remote(method, args, kwargs):
            yield self._value(await self._asked(reference))

    async def stop(self) -> None:
        """Let the actor release what it holds, then end it."""
        if not self._ended and (self._running or self._starting is not None):
            await self.start()
            self._value(await self._asked(self._actor.stop.remote()))
            await self.kill()

    async def kill(self) -> None:
        """End the actor at once; no call is taken from then on."""
        self._ended = True
        if self._starting is not None:
            self._starting.cancel()  # it may be waiting for a place
        if self._actor is not None:
            import ray

            await asyncio.to_thread(ray.kill, self._actor)

    @classmethod
    def found(cls, name: str, ray_name: str) -> RayHost:
        """Return the host of an actor that runs already, by its name in Ray."""
        import ray

        recipe = ActorRecipe(Actor, ActorIdentity(name))
        host = cls(recipe, Placement(ActorOptions(), inline=False))
        host.ray_name = ray_name
        host._actor = ray.get_actor(ray_name, namespace=NAMESPACE)
        host._running = True
        return host

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a name; the actor must have been started."""
        return RayHost.found, (self.name, self.ray_name)

    async def _start(self, *, waits: bool) -> None:
        share = await self._placement.share(waits=waits)
        if Cluster.current is not None:
            await Cluster.current.check()
        import ray

        self._ship_by_value(self._recipe.cls)
        from thea_code_system.wrappers.remote import RemoteActor

        identity = self._recipe.identity
        hidden = Cluster.current.hidden if Cluster.current is not None else ()
        remote = ray.remote(RemoteActor).options(
            name=self.ray_name,
            num_cpus=share.num_cpus,
            num_gpus=share.num_gpus,
            memory=share.memory,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy="SPREAD",
        )
        self._actor = remote.remote(
            ray.cloudpickle.dumps(self._recipe),  # type: ignore[no-untyped-call]
            identity.name,
            identity.run_id,
            [str(path) for path in hidden],
            logging.getLogger("thea_code_system").getEffectiveLevel(),
        )
        if self._known_as is not None:
            claim, methods = ClusterNames().claim, self._recipe.methods
            await asyncio.to_thread(claim, self._known_as, self.ray_name, methods)
        self._value(await self._asked(self._actor.start.remote()))

    async def _asked(self, reference: Any) -> Any:
        """Return the value of an answer, after logging here what was logged there."""
        from ray.exceptions import RayError, RayTaskError

        try:
            reply: Reply = await reference
        except RayTaskError:  # what a method raised, or could not pack
            raise
        except RayError as error:  # that of a lack of memory is no RayActorError
            raise ActorDeadError(
                f"The process of the actor '{self.name}' has ended.",
                "It was killed, crashed, or ran out of memory.",
            ) from error
        for record in reply.records:
            logger = logging.getLogger(record["name"])
            if logger.isEnabledFor(record["levelno"]):
                logger.handle(logging.makeLogRecord(record))
        return reply.value

    def _value(self, value: Any) -> Any:
        if isinstance(value, Raised):
            raise self._restored(value).error
        return value

    def _restored(self, value: Any) -> Any:
        """Return an exception with the remote traceback as its cause; anything else as it is."""
        if isinstance(value, Raised) and value.trace:
            value.error.__cause__ = RemoteTracebackError(value.trace)
        return value

    def _ship_by_value(self, cls: type[Actor]) -> None:
        """Let the class travel with its module's code, unless workers have it installed."""
        import ray

        module = sys.modules.get(cls.__module__)
        path = getattr(module, "__file__", None) or ""
        installed = path.startswith(tuple(sysconfig.get_paths().values()))
        ours = cls.__module__.partition(".")[0] in ("thea_code_system", "thea_cli")
        if path and module is not None and not (installed or ours):
            ray.cloudpickle.register_pickle_by_value(module)  # type: ignore[no-untyped-call]


class Placement:
    """Decides where the actors of one class live, and what share of a cluster each gets."""

    def __init__(self, options: ActorOptions, *, inline: bool) -> None:
        self._options = options
        self._inline = inline
        self._share: Share | None = None

    async def fit(self, count: int) -> int:
        """Return how many of the actors can be placed now; connects to a cluster where need be.

        Raises:
            ClusterError: there is no cluster, and none can be started.
        """
        if self._inline:
            return count
        await Cluster.ensure(count)
        nodes = await asyncio.to_thread(Cluster.free_resources)
        self._share = Share.fitted(self._options, count, nodes)
        return self._share.count

    async def share(self, *, waits: bool = False) -> Share:
        """Return what one actor gets: what is there, unless it waits for all that it asks for."""
        if self._share is None:
            await self.fit(1)
        share = self._share or Share(0.0, 0.0, 1)
        if waits:
            return share.asking(self._options)
        return share.within(*await asyncio.to_thread(Cluster.resources))

    def host(self, recipe: ActorRecipe, known_as: str | None = None) -> Host:
        """Return a place for an actor, which starts at its first call and is then known by name."""
        return InlineHost(recipe) if self._inline else RayHost(recipe, self, known_as)
