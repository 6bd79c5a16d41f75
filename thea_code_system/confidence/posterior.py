"""Prior belief and what was seen, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor

PSEUDO_OBSERVATIONS: Final = 20.0
"""What a calibrated confidence weighs against what the owner of the code has said."""
_GRID: Final = 8192
_LAST: Final = 8191
_MIDDLE: Final = (0.025, 0.975)


class BetaPosterior:
    """Organ: beliefs about shares, after some cases were seen.

    Args:
        hits: how often it came true, float64 of shape [k].
        seen: in how many cases, the same.
        prior: the shares believed in before, the same.
        weight: how many cases that belief counts for.
    """

    def __init__(
        self, hits: Tensor, seen: Tensor, prior: Tensor, weight: float = PSEUDO_OBSERVATIONS
    ) -> None:
        self._true = hits.add(prior.mul(weight))
        self._false = seen.sub(hits).add(prior.neg().add(1.0).mul(weight))

    def mean(self) -> Tensor:
        """The shares to be expected, of shape [k]."""
        return self._true.div(self._true.add(self._false))

    def interval(self) -> Tensor:
        """Bounds of the middle 95 %, of shape [k, 2]; read from a grid of 8,192 shares."""
        import torch

        grid = torch.arange(_GRID, dtype=torch.float64).add(0.5).div(_GRID)
        up, down = self._true.sub(1.0)[:, None], self._false.sub(1.0)[:, None]
        density = up.mul(grid.log()).add(down.mul(grid.neg().log1p()))  # [k, grid], its logarithm
        mass = density.softmax(dim=1).cumsum(dim=1)
        wanted = torch.tensor(_MIDDLE, dtype=torch.float64)
        at = torch.searchsorted(mass, wanted.expand(mass.shape[0], -1).contiguous())
        return grid[at.clamp(max=_LAST)]
