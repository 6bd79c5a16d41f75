"""What part of a cluster one actor gets, so that none waits for what does not exist."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thea_code_system.wrappers.torch_wrapper import TorchMath

if TYPE_CHECKING:
    from thea_code_system.wrappers.actor import ActorOptions

LEAST_GPU_SHARE = 0.05  # a twentieth of a GPU: with less, a model of ours does not fit


@dataclass(frozen=True)
class Share:
    """Processors and GPUs that each of `count` actors reserves."""

    num_cpus: float
    num_gpus: float
    count: int

    @classmethod
    def fitted(
        cls, options: ActorOptions, count: int, nodes: Sequence[Mapping[str, float]]
    ) -> Share:
        """Return the share for so many actors on these nodes; says in the log what was changed.

        The GPU share is what was asked for where all fit, else smaller, else there are fewer
        actors, and without a GPU they run on the CPU. Processors are reserved for all or for none.
        """
        cpus = options.num_cpus if cls._fits(options.num_cpus, count, nodes) else 0.0
        if not options.num_gpus:
            return cls(cpus, 0.0, count)
        free = [float(node["GPU"]) for node in nodes if node.get("GPU", 0.0) >= 1.0]
        share = (
            cls(cpus, *cls._gpus(options.num_gpus, count, free)) if free else cls(cpus, 0.0, count)
        )
        if (share.num_gpus, share.count) != (options.num_gpus, count):
            logging.getLogger(__name__).warning(
                "%d actors asked for %g GPU each; free on the nodes: %s; %d actors run with %s.",
                count,
                options.num_gpus,
                free or "none",
                share.count,
                f"{share.num_gpus:g} each" if share.num_gpus else "none, on the CPU",
            )
        return share

    @classmethod
    def _fits(cls, cpus: float, count: int, nodes: Sequence[Mapping[str, float]]) -> bool:
        if not cpus:
            return True
        free = TorchMath.tensor([float(node.get("CPU", 0.0)) for node in nodes] or [0.0])
        return bool(TorchMath.div(free, cpus).floor().sum() >= count)

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
