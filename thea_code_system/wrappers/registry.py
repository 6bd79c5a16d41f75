"""Actors by name: in this process, and across the processes of one cluster."""

from __future__ import annotations

from typing import ClassVar
from weakref import WeakValueDictionary

from thea_code_system.wrappers.handle import ActorHandle

SPACE = b"thea-actors"


class ActorRegistry:
    """Finds actors by name; those on Ray from every process of the same cluster."""

    _here: ClassVar[WeakValueDictionary[str, ActorHandle]] = WeakValueDictionary()
