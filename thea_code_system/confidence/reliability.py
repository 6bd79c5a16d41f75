"""Whether what was predicted with a probability came true that often."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from thea_code_system.confidence.posterior import BetaPosterior
from thea_code_system.values.reliability import ReliabilityBin

if TYPE_CHECKING:
    from torch import Tensor

EDGES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_BINS, _LAST = 10, 9
_ROUNDS: Final = 200  # predictors that are drawn to know what error chance alone makes


class Reliability:
    """Organ: probabilities beside what came true, in ten equal-width bins.

    Args:
        confidences: probabilities.
        hits: whether each came true.
    """

    def __init__(self, confidences: Sequence[float], hits: Sequence[bool]) -> None:
        self._confidences, self._hits = confidences, hits

    def error(self) -> float:
        """The expected calibration error: how far the bins are off, weighted by what they hold."""
        return float(self._error(self._came_true))

    def noise_floor(self) -> float:
        """The mean error of perfectly calibrated predictors with the same confidences.

        They are drawn from a fixed seed in the order of the confidences, as the scorer draws them.
        """
        import torch

        draw = random.Random(0).random  # noqa: S311 - nothing is kept secret by it
        errors = [
            self._error(torch.tensor([draw() for _ in self._hits], dtype=torch.float64).lt(self._p))
            for _ in range(_ROUNDS)
        ]
        return float(torch.stack(errors).mean())

    def distinct(self) -> int:
        """How many confidences there are, to two decimals: a constant one calibrates easily."""
        return len({f"{confidence:.2f}" for confidence in self._confidences})

    def bins(self, weight: float = 1.0) -> tuple[ReliabilityBin, ...]:
        """Every bin, the empty ones too.

        Args:
            weight: the cases that the belief in the predicted share counts for.
        """
        return self._described(self._bin, EDGES, weight)

    def whole(self, weight: float = 1.0) -> ReliabilityBin:
        """All as one bin."""
        import torch

        (found,) = self._described(torch.zeros_like(self._bin), (0.0, 1.0), weight)
        return found

    def _described(
        self, at: Tensor, edges: Sequence[float], weight: float
    ) -> tuple[ReliabilityBin, ...]:
        import torch

        low, high = (torch.tensor(side, dtype=torch.float64) for side in (edges[:-1], edges[1:]))
        size = len(low)
        n, hits, total = (self._summed(at, it, size) for it in (None, self._came_true, self._p))
        predicted = total.div(n).where(n.gt(0), low.lerp(high, 0.5))
        belief = BetaPosterior(hits, n, predicted, weight)
        shares = (hits.div(n).nan_to_num(0.0), belief.mean(), *belief.interval().unbind(1))
        columns = (low, high, n, hits, predicted, *shares)
        return tuple(
            ReliabilityBin(float(a), float(b), int(count), int(true), *map(float, rest))
            for a, b, count, true, *rest in zip(*columns, strict=True)
        )

    def _error(self, came_true: Tensor) -> Tensor:
        off = self._summed(self._bin, self._p.sub(came_true.double()), _BINS)
        return off.abs().sum().div(len(self._hits))

    @staticmethod
    def _summed(at: Tensor, values: Tensor | None, bins: int) -> Tensor:
        """The sum of values in each bin; without values, how many lie there."""
        import torch

        what = torch.ones(at.shape, dtype=torch.float64) if values is None else values.double()
        return torch.zeros(bins, dtype=torch.float64).index_add(0, at, what)

    @cached_property
    def _p(self) -> Tensor:
        import torch

        return torch.tensor(self._confidences, dtype=torch.float64)

    @cached_property
    def _came_true(self) -> Tensor:
        import torch

        return torch.tensor(self._hits, dtype=torch.bool)

    @cached_property
    def _bin(self) -> Tensor:
        return self._p.mul(_BINS).floor().clamp(0, _LAST).long()
