"""Creates actors: in this process, or in a Ray worker; the caller sees the same handle."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from thea_code_system.wrappers.actor import Actor, ActorIdentity
from thea_code_system.wrappers.handle import ActorHandle
from thea_code_system.wrappers.host import ActorRecipe, Host, InlineHost

CALL_DEADLINE = 600.0  # seconds that a call on Ray may take where nothing else was said


class ActorNumbers:
    """Numbers the actors of each event loop by themselves.

    A process that corrects one project after the other says of each what one would that had been
    started for it.
    """

    _of_loop: ClassVar[WeakKeyDictionary[object, Iterator[int]]] = WeakKeyDictionary()

    @classmethod
    def next(cls) -> int:
        """The next number; outside of a loop there is one count for all."""
        try:
            loop: object = asyncio.get_running_loop()
        except RuntimeError:
            loop = cls
        return next(cls._of_loop.setdefault(loop, itertools.count()))


def create_actor(
    cls: type[Actor],
    *args: Any,
    name: str | None = None,
    inline: bool = False,
    run_id: str = "",
    **kwargs: Any,
) -> ActorHandle:
    """Return a handle to a new actor, which is made and set up at its first call.

    Args:
        cls: the actor's class.
        args: for its constructor.
        name: how it is called in logs and metrics, and found in `ActorRegistry`; made up where
            None, and then not in the registry.
        inline: run it in this process, on the caller's event loop, instead of a Ray worker.
        run_id: the id of the run it serves, for its log records.
        kwargs: for its constructor.
    """
    identity = ActorIdentity(name or f"{cls.__name__}-{ActorNumbers.next()}", run_id)
    recipe = ActorRecipe(cls, identity, args, kwargs)
    deadline = cls.options.deadline or (None if inline else CALL_DEADLINE)
    host: Host
    if inline:
        host = InlineHost(recipe)
    else:
        from thea_code_system.wrappers.ray_host import Placement

        host = Placement(cls.options, inline=False).host(recipe, known_as=name)
    handle = ActorHandle(host, recipe.methods, deadline)
    if inline and name is not None:
        from thea_code_system.wrappers.registry import ActorRegistry

        ActorRegistry().remember(name, handle)
    return handle
