"""The one handle to an actor, wherever it runs: `await handle.method(...)`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from thea_code_system.wrappers.host import DeadlineError, Host

T = TypeVar("T")
CANCEL_SECONDS = 1.0  # that a call which is cancelled may take to clean up
END = object()  # of a stream


@dataclass(frozen=True)
class Deadline:
    """A limit in seconds on one call; None for no limit."""

    seconds: float | None

    async def bound(self, awaitable: Awaitable[T], what: str) -> T:
        """Return what the awaitable returns.

        Raises:
            DeadlineError: it did not finish in time, and has been cancelled.
        """
        if self.seconds is None:
            return await awaitable  # cancelling the caller waits for the call's own clean-up
        task = asyncio.ensure_future(awaitable)
        try:
            done, _ = await asyncio.wait({task}, timeout=self.seconds)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=CANCEL_SECONDS)
            if task.done() and not task.cancelled():
                task.exception()  # else asyncio prints it where the caller was cancelled
        if not done:
            raise DeadlineError(
                f"{what} did not finish within {self.seconds:g} s.",
                "Raise the deadline, or look why the actor hangs.",
            )
        return task.result()


class ActorHandle:
    """Calls the remote methods of an actor as if they were its own.

    A method that is an async generator is iterated: `async for value in handle.method(...)`.
    """

    def __init__(
        self, host: Host, methods: Mapping[str, bool], deadline: float | None = None
    ) -> None:
        """Take a placed actor.

        Args:
            host: where it lives.
            methods: its remote methods, and whether each is an async generator.
            deadline: seconds that a call, or one value of a stream, may take.
        """
        self.host = host
        self.methods = dict(methods)
        self._deadline = Deadline(deadline)

    @property
    def name(self) -> str:
        """The name under which the actor was created."""
        return self.host.name

    async def ready(self) -> None:
        """Place and set up the actor now instead of at its first call.

        Raises:
            ActorError: it cannot be set up.
        """
        await self._deadline.bound(self.host.start(), f"Starting '{self.name}'")

    async def shutdown(self) -> None:
        """Let the actor release what it holds, then end it."""
        await self._deadline.bound(self.host.stop(), f"Stopping '{self.name}'")

    async def kill(self) -> None:
        """End the actor at once."""
        await self.host.kill()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        methods = self.__dict__.get("methods", {})
        if method not in methods:
            raise AttributeError(
                f"The actor has no remote method '{method}'; it has: {', '.join(methods)}."
            )
        return self._streamed(method) if self.methods[method] else self._called(method)

    def __repr__(self) -> str:
        return f"ActorHandle({self.name!r})"

    def _called(self, method: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            pending = self.host.call(method, args, kwargs)
            return await self._deadline.bound(pending, f"{self.name}.{method}")

        return call

    def _streamed(self, method: str) -> Callable[..., AsyncGenerator[Any, None]]:
        async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            async with aclosing(self.host.stream(method, args, kwargs)) as values:
                while True:
                    following = self._deadline.bound(anext(values, END), f"{self.name}.{method}")
                    if (value := await following) is END:
                        return
                    yield value

        return stream
