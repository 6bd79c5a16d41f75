"""Fitting the few weights by which repairs are ranked, on real repairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thea_code_system.models.ranking import RepairRanker

if TYPE_CHECKING:
    from torch import Tensor

_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class RankedCase:
    """What the ranker saw of one broken file, and which repairs the human made, too.

    ``rows`` has a row of ``RepairRanker.REPAIR`` for each repair, ``none`` one of
    ``RepairRanker.NONE``; ``right`` is whether each repair is right. ``weight`` is how much the
    case counts in a fit.
    """

    rows: tuple[tuple[float, ...], ...]
    none: tuple[float, ...]
    right: tuple[bool, ...]
    weight: float = 1.0


class RankingFit:
    """Maximises the likelihood of the right repairs under a softmax with "none of them".

    ``strength`` is that of an L2 penalty on each weight, against the mean loss of a case.
    """

    def __init__(self, strength: float = 1e-3) -> None:
        self._strength = strength

    def fit(
        self, cases: Sequence[RankedCase], around: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """The weights by their names, rounded to four decimals; ``around`` is what they start from.

        The penalty then draws them there, and not to zero.
        """
        import torch

        rows, real, none, right = self._tensors(cases)
        counts = torch.tensor([case.weight for case in cases], dtype=torch.float64)
        middle = [
            torch.tensor([(around or {}).get(name, 0.0) for name in names], dtype=torch.float64)
            for names in (RepairRanker.REPAIR, RepairRanker.NONE)
        ]
        ours, theirs = (values.clone() for values in middle)
        if around is None:
            ours[0] = 3.0  # the search's own score, as it was fitted
        ours.requires_grad_(True)
        theirs.requires_grad_(True)
        optimizer = torch.optim.LBFGS(
            [ours, theirs], max_iter=_STEPS, line_search_fn="strong_wolfe"
        )

        def closure() -> Tensor:
            optimizer.zero_grad()
            chances = self._chances(rows @ ours, real, none @ theirs)
            each = -chances.masked_fill(~right, -torch.inf).logsumexp(1)
            loss = (each * counts).sum() / counts.sum()
            off = (ours - middle[0]).square().sum() + (theirs - middle[1]).square().sum()
            loss = loss + self._strength * off
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        names = (*RepairRanker.REPAIR, *RepairRanker.NONE)
        values = torch.cat((ours, theirs)).detach()
        return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}

    @staticmethod
    def judge(weights: Mapping[str, float], case: RankedCase) -> list[float]:
        """The probability of each repair of a case by given weights."""
        import torch

        ours, theirs = (
            torch.tensor([weights[name] for name in names], dtype=torch.float64)
            for names in (RepairRanker.REPAIR, RepairRanker.NONE)
        )
        repairs = torch.tensor(case.rows, dtype=torch.float64) @ ours
        none = torch.tensor(case.none, dtype=torch.float64) @ theirs
        return [float(chance) for chance in torch.cat((repairs, none[None])).softmax(0)[:-1]]

    @staticmethod
    def _chances(repairs: Tensor, real: Tensor, none: Tensor) -> Tensor:
        import torch

        logits = torch.cat((repairs.masked_fill(~real, -1e9), none[:, None]), 1)
        return logits.log_softmax(1)

    @staticmethod
    def _tensors(cases: Sequence[RankedCase]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Rows [cases, repairs, features], which are real, none [cases, features], and targets."""
        import torch

        widest = max(len(case.rows) for case in cases)
        exact = torch.float64
        rows = torch.zeros(len(cases), widest, len(RepairRanker.REPAIR), dtype=exact)
        real = torch.zeros(len(cases), widest, dtype=torch.bool)
        right = torch.zeros(len(cases), widest + 1, dtype=torch.bool)
        for number, case in enumerate(cases):
            count = len(case.rows)
            rows[number, :count] = torch.tensor(case.rows, dtype=exact)
            real[number, :count] = True
            right[number, :count] = torch.tensor(case.right)
            right[number, -1] = not any(case.right)
        none = torch.tensor([case.none for case in cases], dtype=exact)
        return rows, real, none, right
