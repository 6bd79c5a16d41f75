"""The names of the actors of a cluster, kept in Ray's own store of keys and values."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import NamedTuple

from thea_code_system.errors import ActorError
from thea_code_system.wrappers.cluster import NAMESPACE

SPACE = b"thea-actors"


class NamedActor(NamedTuple):
    """What the cluster knows of a named actor: Ray's name for it, and its remote methods."""

    ray_name: str
    methods: Mapping[str, bool]


class ClusterNames:
    """Names of living actors, seen by every process of the same cluster; every call blocks."""

    def claim(self, name: str, ray_name: str, methods: Mapping[str, bool]) -> None:
        """Give a name to an actor.

        Raises:
            ActorError: another living actor has it.
        """
        found = self.find(name)
        if found is not None and found.ray_name != ray_name:
            raise ActorError(
                f"There is an actor '{name}' on this cluster already.",
                "Choose another name, or end that one with ActorRegistry().kill().",
            )
        from ray.experimental.internal_kv import _internal_kv_put

        entry = json.dumps([ray_name, dict(methods)]).encode()
        _internal_kv_put(name.encode(), entry, overwrite=True, namespace=SPACE)

    def find(self, name: str) -> NamedActor | None:
        """Return a living actor; the name of one that has ended is dropped."""
        if not self._connected():
            return None
        import ray
        from ray.experimental.internal_kv import _internal_kv_get

        entry = _internal_kv_get(name.encode(), namespace=SPACE)
        if not entry:
            return None
        found = NamedActor(*json.loads(entry))
        try:
            ray.get_actor(found.ray_name, namespace=NAMESPACE)
        except ValueError:
            self.drop(name)
            return None
        return found

    def all(self) -> list[str]:
        """Return the names of the living actors, in order."""
        if not self._connected():
            return []
        from ray.experimental.internal_kv import _internal_kv_list

        names = [key.decode() for key in _internal_kv_list(b"", namespace=SPACE)]
        return sorted(name for name in names if self.find(name) is not None)

    def drop(self, name: str) -> None:
        """Forget a name."""
        from ray.experimental.internal_kv import _internal_kv_del

        _internal_kv_del(name.encode(), namespace=SPACE)

    def _connected(self) -> bool:
        if "ray" not in sys.modules:
            return False
        import ray

        return bool(ray.is_initialized())
