"""What predictions are worth: the metrics that every figure on repairs is quoted by."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from thea_code_system.confidence.reliability import Reliability
from thea_code_system.languages.registry import Languages
from thea_code_system.training.token_edits import TokenEdits
from thea_code_system.values.evaluation import (
    EVERY,
    Candidate,
    EvaluationReport,
    KindScores,
    Prediction,
    RepairCase,
    RiskPoint,
)

if TYPE_CHECKING:
    from torch import Tensor

_SMALL: Final = 4  # token edits: the rule BIFI (ICML 2021) counts by, with a parser as the judge
_COLUMNS: Final = ("acted", "parse", "small", "exact", "top", "edits")
_NOTHING: Final = (False, False, False, False, False, 0)


class Evaluation:
    """Organ: judges predictions one by one, and sums up.

    A candidate that changes nothing counts as none.

    Args:
        at: the confidence from which a prediction counts as sure.
        top: how many candidates count for ``top``.
    """

    def __init__(self, at: float = 0.8, top: int = 5) -> None:
        self._at, self._top = at, top
        self._languages = Languages()
        self._compare = {name: TokenEdits(name) for name in ("python", "javascript")}
        self._rows: dict[tuple[int, str], tuple[str, Sequence[float], float | None]] = {}

    def add(self, case: RepairCase, prediction: Prediction) -> None:
        """Judge what was predicted for a case."""
        offers = [one for one in prediction.candidates if one.output not in {None, case.broken}]
        row = self._judged(case, offers) if offers else _NOTHING
        confidence = offers[0].confidence if offers else None
        self._rows[case.line, case.id] = (case.kind, row, confidence)

    def report(self) -> EvaluationReport:
        """The figures of all that was added, in the order of their lines."""
        import torch

        rows = [row for _, row in sorted(self._rows.items())]
        table = torch.tensor([row for _, row, _ in rows], dtype=torch.float64)  # [cases, columns]
        sure = torch.tensor([c is not None and c >= self._at for _, _, c in rows])
        kinds: dict[str, list[int]] = {EVERY: list(range(len(rows)))}
        for number, (kind, _, _) in enumerate(rows):
            kinds.setdefault(kind, []).append(number)
        summed = [self._summed(kind, table[at], sure[at]) for kind, at in kinds.items()]
        summed.sort(key=lambda scores: -scores.n)
        told = [(c, bool(row[3])) for _, row, c in rows if c is not None]
        return self._calibrated(EvaluationReport(self._at, self._top, tuple(summed)), told)

    def _judged(self, case: RepairCase, offers: Sequence[Candidate]) -> tuple[float, ...]:
        """The columns of a case that was acted on."""
        compare = self._compare["python" if case.language == "python" else "javascript"]
        first = str(offers[0].output)
        wanted = compare.tokens(case.fixed)
        hits = [compare.tokens(str(one.output)) == wanted for one in offers[: self._top]]
        parses = self._languages.named(case.language).parses(first)
        edits = compare.distance(case.broken, first)
        return (True, parses, parses and 0 < edits <= _SMALL, hits[0], any(hits), edits)

    @staticmethod
    def _summed(kind: str, table: Tensor, sure: Tensor) -> KindScores:
        """The figures of some cases: ``table`` is [cases, columns], ``sure`` [cases]."""
        n = len(table)
        total = dict(zip(_COLUMNS, table.sum(0), strict=True))
        acted = total["acted"].clamp(min=1)
        certain = sure.sum().clamp(min=1)
        right = table[:, _COLUMNS.index("exact")].mul(sure).sum()
        shares = [total[name] / n for name in ("parse", "small", "exact", "top")]
        made = [total["exact"] / acted, total["edits"] / acted]
        surely = [sure.double().mean(), right / certain]
        return KindScores(kind, n, int(total["acted"]), *map(float, [*shares, *made, *surely]))

    @classmethod
    def _calibrated(
        cls, report: EvaluationReport, told: Sequence[tuple[float, bool]]
    ) -> EvaluationReport:
        """The report with what the confidences of first candidates were worth."""
        if not told:
            return report
        confidences, hits = [c for c, _ in told], [hit for _, hit in told]
        reliability = Reliability(confidences, hits)
        curve, area = cls._curve(confidences, hits, report.kinds[0].n)
        return dataclasses.replace(
            report,
            scored=len(told),
            distinct=reliability.distinct(),
            ece=reliability.error(),
            floor=reliability.noise_floor(),
            area=area,
            bins=reliability.bins(),
            curve=curve,
        )

    @staticmethod
    def _curve(
        confidences: Sequence[float], hits: Sequence[bool], n: int
    ) -> tuple[tuple[RiskPoint, ...], float]:
        """Coverage and risk at every confidence there is, the highest first, and the mean risk."""
        import torch

        p = torch.tensor(confidences, dtype=torch.float64)
        order = p.argsort(descending=True, stable=True)
        p, came_true = p[order], torch.tensor(hits)[order]
        acted = torch.arange(1, len(p) + 1, dtype=torch.float64)
        risk = 1 - came_true.cumsum(0) / acted
        shown, at, size = torch.unique_consecutive(p, return_inverse=True, return_counts=True)
        last = size.cumsum(0) - 1  # where each confidence was met last: equal ones stand together
        points = zip(shown, acted[last] / n, risk[last], strict=True)
        curve = tuple(RiskPoint(float(c), float(cover), float(r)) for c, cover, r in points)
        return curve, float(risk[last][at].mean())
