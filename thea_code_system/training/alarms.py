"""Fitting the weights by which alarms are ranked, on real bugs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thea_code_system.correctors.learned.ranking import AlarmRanker

if TYPE_CHECKING:
    from torch import Tensor

_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class AlarmCase:
    """What the ranker saw of one file, and which alarms are right: none where it is sound.

    ``rows`` has a row of ``AlarmRanker.ALARM`` for each alarm, ``none`` one of
    ``AlarmRanker.NONE``. ``weight`` is how much the case counts.
    """

    rows: Tensor
    none: Tensor
    right: Tensor
    weight: float = 1.0


class AlarmFit:
    """Maximises the likelihood of the right alarms under a softmax with "none of them".

    Files differ much in how many alarms they have, so all alarms stand in one table, and each
    knows its file. ``strength`` is that of an L2 penalty, against the mean loss of a case;
    ``without`` are names that are to count nothing.
    """

    def __init__(self, strength: float = 3e-4, without: Sequence[str] = ()) -> None:
        self._strength = strength
        self._names = (*AlarmRanker.ALARM, *AlarmRanker.NONE)
        self._off = [name in without for name in self._names]

    def fit(self, cases: Sequence[AlarmCase]) -> dict[str, float]:
        """The weights by their names, rounded to four decimals; those that count."""
        import torch

        rows, file, right = self._table(cases)
        counts = torch.tensor([case.weight for case in cases])
        on = 1 - torch.tensor(self._off).float()
        weights = torch.zeros(len(self._names), requires_grad=True)
        optimizer = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            optimizer.zero_grad()
            kept = weights * on
            logits = rows @ kept
            each = self._summed(logits, file, len(cases))
            good = self._summed(logits.masked_fill(~right, -1e9), file, len(cases))
            loss = ((each - good) * counts).sum() / counts.sum()
            loss = loss + self._strength * kept.square().sum()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        values = (weights * on).tolist()
        pairs = zip(self._names, values, strict=True)
        return {name: round(value, 4) for name, value in pairs if round(value, 4)}

    def judge(self, weights: dict[str, float], case: AlarmCase) -> list[float]:
        """The probability of each alarm of a case by given weights."""
        import torch

        rows, _, _ = self._table([case])
        logits = rows @ torch.tensor([weights.get(name, 0.0) for name in self._names])
        chances: list[float] = logits.softmax(0)[:-1].tolist()
        return chances

    @staticmethod
    def _summed(logits: Tensor, file: Tensor, count: int) -> Tensor:
        """The logarithm of the sum of exponentials of each file."""
        import torch

        most = torch.full((count,), -torch.inf).scatter_reduce(0, file, logits.detach(), "amax")
        sums = torch.zeros(count).index_add(0, file, (logits - most[file]).exp())
        return sums.log() + most

    @staticmethod
    def _table(cases: Sequence[AlarmCase]) -> tuple[Tensor, Tensor, Tensor]:
        """A row for each alarm and each "none", with both kinds of columns; its file; its truth."""
        import torch

        rows, file, right = [], [], []
        for number, case in enumerate(cases):
            alarms = torch.cat((case.rows, torch.zeros(len(case.rows), len(case.none))), 1)
            none = torch.cat((torch.zeros(case.rows.shape[1]), case.none))
            rows += [alarms, none[None]]
            file.append(torch.full((len(alarms) + 1,), number))
            right += [case.right, ~case.right.any()[None]]
        return torch.cat(rows), torch.cat(file), torch.cat(right)
