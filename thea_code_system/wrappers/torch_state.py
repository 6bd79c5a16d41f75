"""The states behind an accumulator, mergeable and of constant size: moments and a sketch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thea_code_system.wrappers.torch_wrapper import TorchMath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

BUCKETS = 1 << 16  # one for each bfloat16 number


@dataclass(frozen=True)
class Moments:
    """Count, sum and squared deviations of a stream, the sums compensated (Neumaier)."""

    count: Tensor
    total: Tensor
    total_error: Tensor
    squares: Tensor
    squares_error: Tensor
    low: Tensor
    high: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Moments:
        """Return the moments of a vector that holds at least one value."""
        import torch

        total = values.sum()
        deviations = values - total / len(values)
        none = torch.zeros_like(total)
        count = torch.tensor(len(values), device=values.device)
        low, high = torch.aminmax(values)
        return cls(count, total, none, deviations.dot(deviations), none, low, high)

    def sum(self) -> Tensor:
        """Return the total."""
        return self._compensated(self.total, self.total_error)

    def mean(self) -> Tensor:
        """Return the arithmetic mean."""
        return self.sum() / self.count

    def deviations(self) -> Tensor:
        """Return the sum of squared deviations from the mean."""
        return self._compensated(self.squares, self.squares_error).clamp(min=0)

    def merge(self, other: Moments) -> Moments:
        """Return the moments of both streams together (Chan, Golub, LeVeque 1979)."""
        count = self.count + other.count
        delta = other.mean() - self.mean()
        between = delta * delta * (self.count * (other.count / count).to(delta.dtype))
        total, lost = self._two_sum(self.total, other.total)
        squares, lost_squares = self._two_sum(self.squares, other.squares)
        squares, lost_between = self._two_sum(squares, between)
        return Moments(
            count,
            total,
            self.total_error + other.total_error + lost,
            squares,
            self.squares_error + other.squares_error + lost_squares + lost_between,
            self.low.minimum(other.low),
            self.high.maximum(other.high),
        )

    def to(self, device: str) -> Moments:
        """Return the same on another device, in its widest type."""
        real = TorchMath.real_type(device)
        return Moments(
            self.count.to(device), *(part.to(device, real) for part in self._tensors()[1:])
        )

    def pack(self) -> list[float]:
        """Return the fields, in order, as plain numbers."""
        return [number for part in self._tensors() for number in TorchMath.plain(part)]

    @classmethod
    def unpack(cls, packed: Sequence[float], device: str) -> Moments:
        """Return the moments that were packed."""
        import torch

        count, *rest = packed
        real = TorchMath.real_type(device)
        parts = torch.tensor(rest, dtype=real, device=device).unbind()
        return cls(torch.tensor(int(count), device=device), *parts)

    def _tensors(self) -> tuple[Tensor, ...]:
        return tuple(vars(self).values())

    def _compensated(self, value: Tensor, error: Tensor) -> Tensor:
        """Return value plus its lost part, which is meaningless once the value is infinite."""
        return value + error.nan_to_num(0.0, 0.0, 0.0)

    def _two_sum(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Return a + b as rounded, and what the rounding lost (Knuth)."""
        total = a + b
        part = total - a
        return total, (a - (total - part)) + (b - part)


@dataclass(frozen=True)
class Sketch:
    """A histogram over the bfloat16 numbers: ascending buckets that hold something, their counts.

    Rounding to bfloat16 moves a value by at most 2**-8 of itself; bucket b holds the number whose
    bits, read as int16, are b - 32768, with the negative numbers reversed so that order is kept.
    """

    buckets: Tensor
    counts: Tensor

    @classmethod
    def of(cls, values: Tensor) -> Sketch:
        """Return the sketch of a vector of bfloat16 numbers."""
        import torch

        bits = values.view(torch.int16).to(torch.int32).add_(BUCKETS // 2)
        dense = torch.bincount(bits, minlength=BUCKETS)
        dense[: BUCKETS // 2] = dense[: BUCKETS // 2].flip(0)
        return cls._compressed(dense)

    @classmethod
    def _compressed(cls, dense: Tensor) -> Sketch:
        buckets = dense.nonzero().reshape(-1)
        return cls(buckets, dense[buckets])

    def to(self, device: str) -> Sketch:
        """Return the same on another device."""
        return Sketch(self.buckets.to(device), self.counts.to(device))

    def merge(self, other: Sketch) -> Sketch:
        """Return the sketch of both streams together, exactly."""
        dense = self.counts.new_zeros(BUCKETS)
        for part in (self, other):
            dense.index_add_(0, part.buckets, part.counts)
        return self._compressed(dense)

    def pack(self) -> list[list[int]]:
        """Return the buckets and their counts as plain numbers."""
        return [[int(n) for n in TorchMath.plain(part)] for part in (self.buckets, self.counts)]

    @classmethod
    def unpack(cls, packed: Sequence[Sequence[int]], device: str) -> Sketch:
        """Return the sketch that was packed."""
        import torch

        return cls(*(torch.tensor(part, dtype=torch.int64, device=device) for part in packed))

    def at(self, ranks: Tensor) -> Tensor:
        """Return the values at ranks that count from 1, in float32."""
        import torch

        seen = self.counts.cumsum(0)
        found = self.buckets[torch.searchsorted(seen, ranks).clamp(max=len(seen) - 1)]
        signed = found - BUCKETS // 2
        bits = torch.where(signed < 0, -BUCKETS // 2 - 1 - signed, signed)
        return bits.to(torch.int16).view(torch.bfloat16).to(torch.float32)
