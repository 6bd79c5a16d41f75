"""What an actor is: lifecycle, identity, logging and metrics; where it runs is no matter here."""

from __future__ import annotations

import inspect
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, overload

from thea_code_system.wrappers.clock import Stopwatch
from thea_code_system.wrappers.platform import Platform
from thea_code_system.wrappers.torch_accumulator import TorchAccumulator, TorchCounter
from thea_code_system.wrappers.torch_wrapper import choose_device

if TYPE_CHECKING:
    from typing_extensions import Self

REMOTE = "thea_remote_method"
HANDLE_NAMES = frozenset({"host", "kill", "methods", "name", "ready", "shutdown"})
Method = TypeVar("Method", bound=Callable[..., Any])
ActorClass = TypeVar("ActorClass", bound="type[Actor]")


@dataclass(frozen=True)
class ActorOptions:
    """What an actor class asks for.

    Args:
        num_cpus: processors to reserve on a cluster; none where they are not to be had.
        num_gpus: GPU share to reserve; fitted, and none where there is no GPU.
        deadline: seconds that one call may take; None for the pool's or the handle's own.
        memory: bytes to reserve on a cluster; none where they are not to be had.
    """

    num_cpus: float = 0.0
    num_gpus: float = 0.0
    deadline: float | None = None
    memory: int = 0


@dataclass(frozen=True)
class ActorIdentity:
    """Who an actor is: its name, and the id of the run it serves."""

    name: str
    run_id: str = ""


@dataclass(frozen=True)
class ActorHealth:
    """The answer of one actor to `health_check`; `error` says why it is not healthy."""

    name: str
    healthy: bool
    pid: int = 0
    uptime: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class ActorMetrics:
    """What one actor has counted, and what it uses; uptime in seconds, memory in bytes."""

    name: str
    uptime: float
    device: str
    resident_bytes: int
    counters: Mapping[str, TorchCounter] = field(default_factory=dict)
    accumulators: Mapping[str, TorchAccumulator] = field(default_factory=dict)


def remote_method(method: Method) -> Method:
    """Let a method be called from elsewhere; it must be async, or an async generator.

    Raises:
        TypeError: the method is not async, or is called like something that a handle has itself;
            raised while the class is made.
    """
    if not (inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)):
        name = getattr(method, "__qualname__", repr(method))
        raise TypeError(f"The remote method {name} must be async: write `async def`.")
    if method.__name__ in HANDLE_NAMES:
        raise TypeError(f"A handle has its own '{method.__name__}': name the method otherwise.")
    method.__dict__[REMOTE] = True
    return method


class Actor:
    """State with an identity and async remote methods; subclass it and place it.

    A subclass may have a constructor and need not call this one's.
    """

    options = ActorOptions()
    identity: ActorIdentity
    counters: dict[str, TorchCounter]
    accumulators: dict[str, TorchAccumulator]
    _clock: Stopwatch

    def __new__(cls, *_args: object, **_kwargs: object) -> Self:
        """Give the actor its identity and measures before its own constructor runs."""
        actor = super().__new__(cls)
        actor.identity = ActorIdentity(cls.__name__)
        actor.counters, actor.accumulators = {}, {}
        actor._clock = Stopwatch()
        return actor

    @property
    def name(self) -> str:
        """The name under which the actor was created."""
        return self.identity.name

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose records carry the actor's name (`actor`) and the run's id (`run`)."""
        extra = {"actor": self.identity.name, "run": self.identity.run_id}
        return logging.LoggerAdapter(logging.getLogger(type(self).__module__), extra)

    def counter(self, name: str) -> TorchCounter:
        """Return the actor's counter of that name, made at first use."""
        return self.counters.setdefault(name, TorchCounter())

    def accumulator(self, name: str) -> TorchAccumulator:
        """Return the actor's accumulator of that name, made at first use."""
        return self.accumulators.setdefault(name, TorchAccumulator())

    async def setup(self) -> None:
        """Prepare the actor; awaited once, where it runs, before its first call."""

    async def shutdown(self) -> None:
        """Release what the actor holds; awaited once, after its last call."""

    @remote_method
    async def health_check(self) -> ActorHealth:
        """Say that the actor answers."""
        return ActorHealth(self.name, healthy=True, pid=os.getpid(), uptime=self._clock.seconds())

    @remote_method
    async def metrics(self) -> ActorMetrics:
        """Return counters, accumulators, uptime, device and memory."""
        return ActorMetrics(
            self.name,
            self._clock.seconds(),
            choose_device() if "torch" in sys.modules else "",
            Platform().resident_bytes(),
            self.counters,
            self.accumulators,
        )


@dataclass(frozen=True)
class _Recording:
    """Writes options onto an actor class."""

    options: ActorOptions

    def __call__(self, cls: ActorClass) -> ActorClass:
        if not (isinstance(cls, type) and issubclass(cls, Actor)):
            raise TypeError(f"async_actor decorates subclasses of Actor, not {cls!r}.")
        cls.options = self.options
        return cls


@overload
def async_actor(cls: ActorClass, /) -> ActorClass: ...
@overload
def async_actor(
    *, num_cpus: float = ..., num_gpus: float = ..., deadline: float | None = ..., memory: int = ...
) -> Callable[[ActorClass], ActorClass]: ...
def async_actor(
    cls: ActorClass | None = None,
    /,
    *,
    num_cpus: float = 0.0,
    num_gpus: float = 0.0,
    deadline: float | None = None,
    memory: int = 0,
) -> ActorClass | Callable[[ActorClass], ActorClass]:
    """Record what an actor class asks for, bare or with options; the class stays a plain class.

    Args:
        cls: the class, where the decorator is used bare.
        num_cpus: processors to reserve on a cluster; none where they are not to be had.
        num_gpus: GPU share to reserve, fitted; the CPU serves where there is no GPU.
        deadline: seconds that one call may take.
        memory: bytes to reserve on a cluster; none where they are not to be had.

    Raises:
        TypeError: the class is no `Actor`.
    """
    options = ActorOptions(num_cpus, num_gpus, deadline, memory)
    return _Recording(options) if cls is None else _Recording(options)(cls)
