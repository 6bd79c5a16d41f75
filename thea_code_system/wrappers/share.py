"""What part of a cluster one actor gets, so that none waits for what does not exist."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from thea_code_system.wrappers.actor import ActorOptions
from thea_code_system.wrappers.torch_wrapper import TorchMath

LEAST_GPU_SHARE = 0.05  # a twentieth of a GPU: with less, a model of ours does not fit


@dataclass(frozen=True)
class Share:
    """Processors, GPUs and bytes of memory that each of `count` actors reserves."""

    num_cpus: float
    num_gpus: float
    count: int
    memory: int = 0

    def asking(self, options: ActorOptions) -> Share:
        """Return what an actor reserves that waits for a place: all that it asked for."""
        return replace(self, num_cpus=options.num_cpus, memory=options.memory)

    def within(
        self, free: Sequence[Mapping[str, float]], nodes: Sequence[Mapping[str, float]]
    ) -> Share:
        """Return what an actor can reserve that must not wait, as when its node was lost.

        Whoever has a GPU waits for one: that of a dead actor takes a moment to be free again.
        """
        options = ActorOptions(self.num_cpus, memory=self.memory)
        gpus = self.num_gpus if any(node.get("GPU", 0.0) for node in nodes) else 0.0
        if self._places(options, 1, free):
            return replace(self, num_gpus=gpus)
        return replace(self, num_cpus=0.0, num_gpus=gpus, memory=0)

    @classmethod
    def fitted(
        cls, options: ActorOptions, count: int, nodes: Sequence[Mapping[str, float]]
    ) -> Share:
        """Return the share for so many actors on these nodes; says in the log what was changed.

        There are as many as find a processor and memory, but one in any case: it reserves none
        where none is to be had. The GPU share is what was asked for where all fit, else smaller,
        else there are fewer actors, and without a GPU they run on the CPU.
        """
        places = cls._places(options, count, nodes)
        reserved = (options.num_cpus, options.memory) if places else (0.0, 0)
        share = cls(reserved[0], 0.0, places or 1, reserved[1])
        if share.count != count:
            logging.getLogger(__name__).info(
                "%d of %d actors find a place now; the others wait for one.", share.count, count
            )
        return share._with_gpus(options.num_gpus, nodes) if options.num_gpus else share

    def _with_gpus(self, wanted: float, nodes: Sequence[Mapping[str, float]]) -> Share:
        """Return the share with a part of a GPU, where there are any."""
        free = [float(node["GPU"]) for node in nodes if node.get("GPU", 0.0) >= 1.0]
        num_gpus, count = self._gpus(wanted, self.count, free) if free else (0.0, self.count)
        if (num_gpus, count) != (wanted, self.count):
            logging.getLogger(__name__).warning(
                "%d actors asked for %g GPU each; free on the nodes: %s; %d actors run with %s.",
                self.count,
                wanted,
                free or "none",
                count,
                f"{num_gpus:g} each" if num_gpus else "none, on the CPU",
            )
        return replace(self, num_gpus=num_gpus, count=count)

    @classmethod
    def _places(
        cls, options: ActorOptions, count: int, nodes: Sequence[Mapping[str, float]]
    ) -> int:
        """Return for how many of the actors there are processors and memory."""
        asked = {"CPU": options.num_cpus, "memory": float(options.memory)}
        wanted = {name: amount for name, amount in asked.items() if amount}
        if not wanted:
            return count
        each = []
        for name, amount in wanted.items():
            free = TorchMath.tensor([float(node.get(name, 0.0)) for node in nodes] or [0.0])
            each.append(TorchMath.floor(TorchMath.div(free, amount)))
        return int(TorchMath.min(TorchMath.min(float(count), *each).sum(), count))

    @classmethod
    def _gpus(cls, wanted: float, count: int, free: list[float]) -> tuple[float, int]:
        """Return the share of each actor, and how many actors that serves."""
        gpus = TorchMath.tensor(free).floor()
        whole = gpus.sum()
        each = TorchMath.div(whole, count)
        share = (
            TorchMath.floor(each)
            if bool(each >= 1)
            else TorchMath.div(1, TorchMath.ceil(TorchMath.div(count, whole)))
        )
        share = TorchMath.clamp(TorchMath.min(share, wanted, gpus.max()), low=LEAST_GPU_SHARE)
        a_gpu = TorchMath.floor(TorchMath.div(1, share))
        places = TorchMath.max(
            TorchMath.mul(gpus, a_gpu), TorchMath.floor(TorchMath.div(gpus, share))
        )
        return float(share), int(TorchMath.min(places.sum(), count))
