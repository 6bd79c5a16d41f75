"""Counters and accumulators: mergeable statistics of constant size, folded when they are read.

What is added is kept in a plain buffer until somebody reads a quantity, so that recording loads no
torch. `pack` and `unpack` carry them between processes, and into the ledger, as plain numbers.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, TypeAlias

from thea_code_system.wrappers.torch_state import Moments, Sketch
from thea_code_system.wrappers.torch_wrapper import TorchMath, choose_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor

Packed: TypeAlias = "dict[str, Any]"

FORMATS = {"d": "float64", "f": "float32", "b": "int8", "B": "uint8", "h": "int16", "i": "int32"}
FORMATS |= {"l": "int64", "q": "int64"}
PENDING_LIMIT = 4096  # numbers that wait in a buffer before they are folded unread
PLAIN_LIMIT = 256  # numbers that travel as they are: folding so few takes longer
WAITING_LIMIT = 64  # tensors that wait, as bfloat16, before they enter the sketch
SKETCH_LIMIT = 1 << 20  # values in them


class TorchCounter:
    """Counts in int64, up to 2**63 - 1."""

    __slots__ = ("_pending", "device")

    def __init__(self, device: str | None = None) -> None:
        """Start at zero.

        Args:
            device: where the count is computed; the best device here where None.
        """
        self.device = device
        self._pending = array("q")

    def increment(self, n: int | Tensor = 1) -> None:
        """Count n more.

        Raises:
            OverflowError: n is beyond int64.
        """
        self._pending.append(n if type(n) is int else int(n))
        if len(self._pending) >= PENDING_LIMIT:
            self.value()

    def value(self) -> Tensor:
        """Return the count as an int64 tensor without dimensions."""
        import torch

        if len(self._pending) != 1:
            total = torch.frombuffer(self._pending or array("q", [0]), dtype=torch.int64).sum()
            self._pending = array("q", [int(total)])
        return torch.tensor(self._pending[0], device=self.device or choose_device())

    def merge(self, other: TorchCounter) -> None:
        """Count also what the other has counted; loads no torch."""
        self._pending.extend(other._pending)
        if len(self._pending) >= PENDING_LIMIT:
            self.value()

    def pack(self) -> list[int]:
        """Return whole numbers whose sum is the count."""
        if "torch" in sys.modules:
            self.value()
        return list(self._pending)

    @classmethod
    def unpack(cls, packed: Iterable[int], device: str | None = None) -> TorchCounter:
        """Return the counter that was packed."""
        counter = cls(device)
        counter._pending.extend(packed)
        return counter

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as plain numbers: no tensor, and no device of another machine."""
        return type(self).unpack, (self.pack(),)

    def __int__(self) -> int:
        """Return the count for display."""
        return int(self.value())

    def __repr__(self) -> str:
        return f"TorchCounter({int(self)})"


class TorchAccumulator:
    """Count, total, mean, variance, extremes and quantiles of a stream, in constant space.

    The moments are exact to the last bits of float64 (compensated float32 on MPS). A quantile is
    the smallest value with at least that share of the stream at or below it, up to 1/256 of its
    magnitude. What is undefined, such as the mean of nothing, is nan.
    """

    def __init__(self, device: str | None = None) -> None:
        """Start empty.

        Args:
            device: where the state lives; the best device here where None.
        """
        self.device = device
        self._pending = array("d")
        self._packed: list[Packed] = []
        self._moments: Moments | None = None
        self._sketch: Sketch | None = None
        self._unsketched: list[Tensor] = []

    def add(self, values: Tensor | float | Sequence[float]) -> None:
        """Take in a number, a sequence, an array, a NumPy array or a tensor of any shape.

        Numbers, lists and tuples wait in a buffer and load no torch; give many values as a tensor
        or a buffer, which is a hundred times faster than a list.
        """
        if isinstance(values, (float, int)):
            self._pending.append(values)
        elif isinstance(values, (list, tuple)):
            self._pending.extend(values)
        else:
            self._take(values)
        if len(self._pending) >= PENDING_LIMIT:
            self._fold()

    def merge(self, other: TorchAccumulator) -> None:
        """Take in all that the other has seen; loads no torch where neither has been folded."""
        self._pending.extend(other._pending)
        self._packed.extend(other._packed)
        if other._moments is not None:
            self._packed.append(other._state())
        if len(self._pending) >= PENDING_LIMIT:
            self._fold()

    def count(self) -> Tensor:
        """Return how many values were seen, in int64."""
        import torch

        moments = self._fold()
        return moments.count if moments else torch.tensor(0, device=self._device())

    def total(self) -> Tensor:
        """Return the sum; zero where nothing was seen."""
        moments = self._fold()
        return moments.sum() if moments else self._number(0.0)

    def mean(self) -> Tensor:
        """Return the arithmetic mean."""
        moments = self._fold()
        return moments.mean() if moments else self._number()

    def variance(self, correction: int = 0) -> Tensor:
        """Return the mean squared deviation; `correction=1` for that of the population sampled."""
        moments = self._fold()
        return moments.deviations() / (moments.count - correction) if moments else self._number()

    def std(self, correction: int = 0) -> Tensor:
        """Return the standard deviation."""
        return self.variance(correction).sqrt()

    def min(self) -> Tensor:
        """Return the smallest value."""
        moments = self._fold()
        return moments.low if moments else self._number()

    def max(self) -> Tensor:
        """Return the largest value."""
        moments = self._fold()
        return moments.high if moments else self._number()

    def quantile(self, q: float) -> Tensor:
        """Return one quantile; 0.5 is the median."""
        return self.quantiles([q])[0]

    def quantiles(self, qs: Sequence[float]) -> Tensor:
        """Return several quantiles in one go, in the order asked for.

        Raises:
            ValueError: a share lies outside of 0 to 1.
        """
        if not all(0 <= q <= 1 for q in qs):
            raise ValueError(f"Quantiles are shares from 0 to 1, got {list(qs)}.")
        moments, sketch = self._fold(), self._fold_sketch()
        if moments is None or sketch is None:
            return self._number().expand(len(qs))
        shares = TorchMath.tensor([float(q) for q in qs], moments.low.device)
        ranks = (shares * moments.count).ceil().clamp(min=1).long()
        return sketch.at(ranks).to(moments.low.dtype).clamp(moments.low, moments.high)

    def summary(self) -> dict[str, float]:
        """Return the statistics as plain numbers, to print and to store."""
        median, high = self.quantiles([0.5, 0.95])
        numbers = {
            "total": self.total(),
            "mean": self.mean(),
            "std": self.std(),
            "min": self.min(),
            "max": self.max(),
            "median": median,
            "p95": high,
        }
        return {"count": int(self.count()), **{k: float(v) for k, v in numbers.items()}}

    def pack(self) -> Packed:
        """Return everything as plain numbers; loads no torch where nothing has been folded."""
        many = len(self._packed) > 1 or len(self._pending) > PLAIN_LIMIT
        if many and "torch" in sys.modules:
            self._fold()
        own = [self._state()] if self._moments is not None else []
        return {"pending": list(self._pending), "states": [*self._packed, *own]}

    @classmethod
    def unpack(cls, packed: Packed, device: str | None = None) -> TorchAccumulator:
        """Return the accumulator that was packed."""
        made = cls(device)
        made._pending.extend(packed["pending"])
        made._packed.extend(packed["states"])
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as plain numbers: no tensor, and no device of another machine."""
        return type(self).unpack, (self.pack(),)

    def __repr__(self) -> str:
        return f"TorchAccumulator({self.summary()})"

    def _take(self, values: Any) -> None:
        """Fold in a tensor, or whatever torch makes a tensor of."""
        import torch

        made = (
            torch.frombuffer(values, dtype=getattr(torch, FORMATS[values.typecode]))
            if isinstance(values, array) and values
            else torch.as_tensor(values)
        ).detach()
        if made.ndim == 0 and made.device.type == "cpu":
            self._pending.append(float(made))
        elif made.numel():
            vector = made.reshape(-1).to(TorchMath.real_type(made.device))
            self._include(Moments.of(vector))
            self._unsketched.append(vector.to(self._device(), torch.bfloat16))
            full = sum(map(len, self._unsketched)) >= SKETCH_LIMIT
            if full or len(self._unsketched) >= WAITING_LIMIT:
                self._fold_sketch()

    def _include(self, moments: Moments) -> None:
        moved = moments.to(self._device())
        self._moments = self._moments.merge(moved) if self._moments else moved

    def _fold(self) -> Moments | None:
        """Bring everything that waits into the state; None where nothing was seen."""
        packed, self._packed = self._packed, []
        for state in packed:
            self._include(Moments.unpack(state["moments"], self._device()))
            self._include_sketch(Sketch.unpack(state["sketch"], self._device()))
        pending, self._pending = self._pending, array("d")
        if pending:
            self._take(pending)
        return self._moments

    def _include_sketch(self, sketch: Sketch) -> None:
        moved = sketch.to(self._device())
        self._sketch = self._sketch.merge(moved) if self._sketch else moved

    def _fold_sketch(self) -> Sketch | None:
        import torch

        waiting, self._unsketched = self._unsketched, []
        if waiting:
            self._include_sketch(Sketch.of(torch.cat(waiting)))
        return self._sketch

    def _state(self) -> Packed:
        """Return the folded state as plain numbers."""
        moments, sketch = self._moments, self._fold_sketch()
        if moments is None or sketch is None:
            raise ValueError("Nothing has been folded yet.")
        return {"moments": moments.pack(), "sketch": sketch.pack()}

    def _device(self) -> str:
        self.device = self.device or choose_device()
        return self.device

    def _number(self, value: float = float("nan")) -> Tensor:
        """Return what an empty stream answers."""
        return TorchMath.tensor(value, self._device())
