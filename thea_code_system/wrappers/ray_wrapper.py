"""Places actors: in this process, or in a Ray worker; the caller sees the same handle."""

from __future__ import annotations

import itertools
from typing import Any

from thea_code_system.wrappers.actor import Actor, ActorIdentity, ActorOptions
from thea_code_system.wrappers.handle import ActorHandle
from thea_code_system.wrappers.host import ActorRecipe, Host, InlineHost

_NUMBERS = itertools.count()


class Placement:
    """Decides where actors of one class live, and what share of the machine each gets."""

    def __init__(self, options: ActorOptions, *, inline: bool) -> None:
        self._options = options
        self._inline = inline

    async def fit(self, count: int) -> int:
        """Return how many of the actors can be placed."""
        return count

    def host(self, recipe: ActorRecipe) -> Host:
        """Return a place for an actor; it starts at its first call."""
        return InlineHost(recipe)


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
        name: how it is called in logs, metrics and the registry; made up where None.
        inline: run it in this process, on the caller's event loop, instead of a Ray worker.
        run_id: the id of the run it serves, for its log records.
        kwargs: for its constructor.
    """
    identity = ActorIdentity(name or f"{cls.__name__}-{next(_NUMBERS)}", run_id)
    recipe = ActorRecipe(cls, identity, args, kwargs)
    host = Placement(cls.options, inline=inline).host(recipe)
    return ActorHandle(host, recipe.methods, cls.options.deadline)
