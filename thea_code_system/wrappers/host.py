"""Where an actor lives: a host makes it, sets it up and calls its methods, on any placement."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from thea_code_system.errors import ActorError
from thea_code_system.wrappers.actor import REMOTE, Actor, ActorIdentity


class ActorDeadError(ActorError):
    """The process of an actor has ended."""


class ActorStartError(ActorError):
    """The constructor or `setup` of an actor raised."""


class DeadlineError(ActorError):
    """A call did not finish in time."""


@dataclass(frozen=True)
class ActorRecipe:
    """How to make an actor, here or elsewhere."""

    cls: type[Actor]
    identity: ActorIdentity
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def methods(self) -> dict[str, bool]:
        """The remote methods by name, and whether each is an async generator."""
        found = inspect.getmembers(self.cls, lambda method: hasattr(method, REMOTE))
        return {name: inspect.isasyncgenfunction(method) for name, method in found}


@dataclass(frozen=True)
class Raised:
    """An exception in the place of a result, with its traceback where it left its process."""

    error: Exception
    trace: str = ""


class RemoteTracebackError(Exception):
    """The traceback of an exception in another process, shown as its cause."""


class Host(Protocol):
    """What a handle and a pool need of a placement."""

    name: str

    async def start(self, *, waits: bool = False) -> None:
        """Make and set up the actor; only the first call does something.

        Args:
            waits: until there is a place with all that it asks for, however long that takes; else
                it does without what is not there.
        """

    async def call(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what one call returns, or raise what it raises."""

    async def call_each(self, method: str, items: Sequence[Any]) -> list[Any]:
        """Call once per item, in order; what an item raises takes its place as `Raised`."""

    def stream(
        self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """Yield what an async generator yields."""

    async def stop(self) -> None:
        """Let the actor release what it holds, then end it."""

    async def kill(self) -> None:
        """End the actor at once."""


class InlineHost:
    """Runs an actor in this process, on the event loop that calls it."""

    def __init__(self, recipe: ActorRecipe) -> None:
        self.name = recipe.identity.name
        self._recipe = recipe
        self._starting: asyncio.Future[Actor] | None = None
        self._ended = False

    async def start(self, *, waits: bool = False) -> None:  # noqa: ARG002 - there is always room
        """Make and set up the actor; only the first call does something.

        Raises:
            ActorStartError: the constructor or `setup` failed.
        """
        await self._actor()

    async def call(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what one call returns, or raise what it raises."""
        actor = await self._actor()
        return await getattr(actor, method)(*args, **kwargs)

    async def call_each(self, method: str, items: Sequence[Any]) -> list[Any]:
        """Call once per item, in order; what an item raises takes its place as `Raised`."""
        bound = getattr(await self._actor(), method)
        return [await self._outcome(bound, item) for item in items]

    async def stream(
        self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """Yield what an async generator yields; closing this closes it."""
        actor = await self._actor()
        async with aclosing(getattr(actor, method)(*args, **kwargs)) as values:
            async for value in values:
                yield value

    async def stop(self) -> None:
        """Let the actor release what it holds; no call is taken from then on."""
        starting, self._starting, self._ended = self._starting, None, True
        if starting is not None:
            await (await starting).shutdown()

    async def kill(self) -> None:
        """Forget the actor without asking it."""
        self._starting, self._ended = None, True

    async def _actor(self) -> Actor:
        if self._ended:
            raise ActorDeadError(f"The actor '{self.name}' has been shut down.", "Make a new one.")
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._made())
        return await asyncio.shield(self._starting)

    async def _made(self) -> Actor:
        recipe = self._recipe
        try:
            actor = recipe.cls(*recipe.args, **recipe.kwargs)
            actor.identity = recipe.identity
            await actor.setup()
        except Exception as error:
            raise ActorStartError(
                f"The actor '{self.name}' ({recipe.cls.__name__}) cannot be set up: "
                f"{type(error).__name__}: {error}",
                "Its constructor or its `setup` raised this.",
            ) from error
        return actor

    async def _outcome(self, bound: Any, item: Any) -> Any:
        try:
            return await bound(item)
        except Exception as error:  # noqa: BLE001 - travels to the caller as a value
            return Raised(error)
