"""Where a network reads, and how precisely: what there is here decides."""

from __future__ import annotations

from dataclasses import dataclass

from thea_code_system.wrappers import choose_device
from thea_code_system.wrappers.platform import Platform


@dataclass(frozen=True, slots=True)
class Hardware:
    """A torch device, and whether products of matrices are taken in bfloat16 there.

    Sums, norms, heads and probabilities are float32 either way.
    """

    device: str = "cpu"
    half: bool = False

    @classmethod
    def chosen(cls, device: str | None = None) -> Hardware:
        """The device that was asked for, else CUDA where it is, else the CPU.

        In bfloat16 where there are units for it: CUDA from Ampere on, and processors with AMX. To
        others it is slower than float32.

        Raises:
            DeviceError: the device that was asked for is not here.
        """
        chosen = choose_device(device)
        if chosen.startswith("mps") and device in {None, "auto"}:  # nobody has measured it
            chosen = "cpu"
        return cls(chosen, cls._halves(chosen))

    @staticmethod
    def _halves(device: str) -> bool:
        if not device.startswith("cuda"):
            return device == "cpu" and "amx_bf16" in Platform().cpu_flags()
        import torch

        return torch.cuda.get_device_capability(device) >= (8, 0)
