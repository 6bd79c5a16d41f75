"""Creates actors: in this process, or in a Ray worker; the caller sees the same handle."""

from __future__ import annotations

import itertools
from typing import Any

from thea_code_system.wrappers.actor import Actor, ActorIdentity
from thea_code_system.wrappers.handle import ActorHandle
from thea_code_system.wrappers.host import ActorRecipe, Host, InlineHost

_NUMBERS = itertools.count()
CALL_DEADLINE = 600.0  # seconds that a call on Ray may take where nothing else was said


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
    identity = ActorIdentity(name or f"{cls.__name__}-{next(_NUMBERS)}", run_id)
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
