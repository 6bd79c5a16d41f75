"""Actors by name: in this process, and across the processes of one cluster."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from weakref import WeakValueDictionary

from thea_code_system.errors import ActorError
from thea_code_system.wrappers.handle import ActorHandle
from thea_code_system.wrappers.names import ClusterNames
from thea_code_system.wrappers.ray_host import RayHost


class ActorRegistry:
    """Finds actors by name; those on Ray from every process of the same cluster.

    `create_actor(cls, name=...)` registers when the actor starts; an actor leaves the registry when
    it ends. Inline actors are found in their own process, while somebody holds their handle.
    """

    _inline: ClassVar[WeakValueDictionary[str, ActorHandle]] = WeakValueDictionary()

    def __init__(self) -> None:
        self._names = ClusterNames()

    async def register(self, name: str, handle: ActorHandle) -> None:
        """Make an actor known by a name; an inline one takes it over from another inline one.

        Raises:
            ActorError: another living actor on the cluster has that name.
        """
        host = handle.host
        if isinstance(host, RayHost):
            await handle.ready()
            await asyncio.to_thread(self._names.claim, name, host.ray_name, handle.methods)
        else:
            self.remember(name, handle)

    def remember(self, name: str, handle: ActorHandle) -> None:
        """Make an inline actor known by a name in this process."""
        self._inline[name] = handle

    async def get(self, name: str) -> ActorHandle:
        """Return the handle of an actor.

        Raises:
            ActorError: no living actor has that name.
        """
        handle = self._inline.get(name)
        if handle is not None:
            return handle
        found = await asyncio.to_thread(self._names.find, name)
        if found is None:
            known = ", ".join(await self.list()) or "none"
            raise ActorError(f"There is no actor '{name}'; there are: {known}.")
        host = await asyncio.to_thread(RayHost.found, name, found.ray_name)
        return ActorHandle(host, found.methods)

    async def list(self) -> list[str]:
        """Return the names of the living actors, in order."""
        return sorted({*self._inline, *await asyncio.to_thread(self._names.all)})

    async def kill(self, name: str) -> None:
        """End an actor at once and forget its name.

        Raises:
            ActorError: no living actor has that name.
        """
        handle = await self.get(name)
        await handle.kill()
        if self._inline.pop(name, None) is None:
            await asyncio.to_thread(self._names.drop, name)

    async def clear(self) -> None:
        """End all registered actors of this process and of the cluster."""
        for name in await self.list():
            await self.kill(name)
