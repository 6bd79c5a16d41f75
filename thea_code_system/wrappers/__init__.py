"""Actors on Ray or in this process, and arithmetic on torch: a library of its own.

Names load on first use: importing the package starts and imports nothing, neither Ray nor torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thea_code_system.wrappers.actor import (
        Actor,
        ActorHealth,
        ActorMetrics,
        async_actor,
        remote_method,
    )
    from thea_code_system.wrappers.cluster import Cluster
    from thea_code_system.wrappers.dispatch import ItemFailure
    from thea_code_system.wrappers.handle import ActorHandle
    from thea_code_system.wrappers.host import ActorDeadError, ActorStartError, DeadlineError
    from thea_code_system.wrappers.platform import Platform
    from thea_code_system.wrappers.pool import ActorPool
    from thea_code_system.wrappers.ray_wrapper import create_actor
    from thea_code_system.wrappers.registry import ActorRegistry
    from thea_code_system.wrappers.torch_accumulator import TorchAccumulator, TorchCounter
    from thea_code_system.wrappers.torch_wrapper import (
        TorchMath,
        add,
        choose_device,
        div,
        exp,
        log,
        mul,
        pow,  # noqa: A004 - a promised name
        scalar,
        sqrt,
        sub,
    )

__all__ = [
    "Actor",
    "ActorDeadError",
    "ActorHandle",
    "ActorHealth",
    "ActorMetrics",
    "ActorPool",
    "ActorRegistry",
    "ActorStartError",
    "Cluster",
    "DeadlineError",
    "ItemFailure",
    "Platform",
    "TorchAccumulator",
    "TorchCounter",
    "TorchMath",
    "add",
    "async_actor",
    "choose_device",
    "create_actor",
    "div",
    "exp",
    "log",
    "mul",
    "pow",
    "remote_method",
    "scalar",
    "sqrt",
    "sub",
]


class _LazyNames:
    """Imports the module of a public name when the name is first asked for (PEP 562)."""

    def __init__(self, **names_by_module: str) -> None:
        self.homes = {
            name: module for module, names in names_by_module.items() for name in names.split()
        }

    def __call__(self, name: str) -> Any:
        if name not in self.homes:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{self.homes[name]}"), name)


__getattr__ = _LazyNames(
    actor="Actor ActorHealth ActorMetrics async_actor remote_method",
    cluster="Cluster",
    dispatch="ItemFailure",
    handle="ActorHandle",
    host="ActorDeadError ActorStartError DeadlineError",
    platform="Platform",
    pool="ActorPool",
    ray_wrapper="create_actor",
    registry="ActorRegistry",
    torch_accumulator="TorchAccumulator TorchCounter",
    torch_wrapper="TorchMath choose_device scalar add sub mul div pow sqrt exp log",
)
