"""From raw scores to probabilities, by what was measured on real fixes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING

import tomli

from thea_code_system.errors import ConfigError
from thea_code_system.values.correction import Proposal

if TYPE_CHECKING:
    import torch

REPOSITORY_FILE = "thea-calibration.toml"


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """A repository's committed calibration: confidences and ceilings by code or family."""

    confidence: Mapping[str, float]
    ceilings: Mapping[str, float]

    @classmethod
    def of(cls, text: str) -> RepositoryFile:
        """What a file's text says.

        Raises:
            ConfigError: it is not TOML with tables of numbers.
        """
        try:
            tables = tomli.loads(text)
            confidence, ceilings = (
                {code: float(value) for code, value in sorted(tables.get(name, {}).items())}
                for name in ("confidence", "ceilings")
            )
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise ConfigError(
                f"{REPOSITORY_FILE}: {error}",
                'It holds tables [confidence] and [ceilings] of numbers: "ruff/F401" = 0.9',
            ) from error
        return cls(confidence, ceilings)


@dataclass(frozen=True, slots=True)
class Curve:
    """A monotone map from raw score to probability, linear between its points.

    ``scores`` rise strictly; a curve of one point is a constant. ``n`` real fixes were looked at;
    ``low`` and ``high`` bound the 95 % interval of the share kept.
    """

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    n: int = 0
    low: float = 0.0
    high: float = 1.0
    source: str = ""

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """Probabilities of raw scores, both float64 of shape [n]; ends are held flat."""
        import torch

        xs = torch.tensor(self.scores, dtype=torch.float64)
        ys = torch.tensor(self.probabilities, dtype=torch.float64)
        if len(self.scores) == 1:
            return ys.expand(scores.shape)
        upper = torch.searchsorted(xs, scores).clamp(1, xs[1:].numel())
        lower = upper.sub(1)
        share = scores.sub(xs[lower]).div(xs[upper].sub(xs[lower])).clamp(0.0, 1.0)
        return torch.lerp(ys[lower], ys[upper], share)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The measured curves by code or family, and ceilings by code.

    ``curves`` and ``ceilings`` are keyed by code (``ruff/F401``) or family (``syntax``); the
    nearest one counts. A proposal without a curve keeps its raw score.
    """

    curves: Mapping[str, Curve]
    ceilings: Mapping[str, float]
    overrides: Mapping[str, float] = field(default_factory=dict)
    digest: str = ""

    @classmethod
    def packaged(cls) -> Calibration:
        """The calibration that ships with Thea."""
        file = resources.files("thea_code_system.confidence").joinpath("calibration.json")
        data = file.read_bytes()
        table = json.loads(data)
        curves = {code: cls._curve(row) for code, row in table["curves"].items()}
        digest = hashlib.blake2b(data, digest_size=12).hexdigest()
        return cls(curves, table["ceilings"], digest=digest)

    def with_repository(self, text: str, *, trust: bool) -> Calibration:
        """Add a repository's committed calibration; untrusted, it can only lower confidences.

        Raises:
            ConfigError: where the text is not TOML with tables of numbers.
        """
        file = RepositoryFile.of(text)
        mark = f"{self.digest}{file}{trust}"
        digest = hashlib.blake2b(mark.encode(), digest_size=12).hexdigest()
        bounds = file.ceilings if trust else {**file.ceilings, **file.confidence}
        ceilings = {**self.ceilings, **self._lower(bounds)}
        return Calibration(self.curves, ceilings, file.confidence if trust else {}, digest)

    def confidences(self, proposals: Sequence[Proposal]) -> torch.Tensor:
        """The probability that the owner would keep each proposal: float64 of shape [n].

        A proposal of several rules is as probable as by the least sure of their curves.
        """
        import torch

        scores = torch.tensor([proposal.score for proposal in proposals], dtype=torch.float64)
        rows: dict[str, list[int]] = {}
        for index, proposal in enumerate(proposals):
            found = (self._nearest(self.curves, rule) for rule in proposal.rules)
            for key in dict.fromkeys(key for key in found if key):
                rows.setdefault(key, []).append(index)
        result = torch.full_like(scores, torch.inf)
        for key, indices in rows.items():
            at = torch.tensor(indices)
            result[at] = torch.minimum(result[at], self.curves[key].read(scores[at]))
        result = torch.where(result.isinf(), scores, result)
        return self._bounded(result, proposals)

    def _bounded(self, result: torch.Tensor, proposals: Sequence[Proposal]) -> torch.Tensor:
        """Overrides, then the ceiling of every rule that takes part."""
        for index, proposal in enumerate(proposals):
            if key := self._nearest(self.overrides, proposal.rule):
                result[index] = self.overrides[key]
            for rule in proposal.rules:
                if ceiling := self._nearest(self.ceilings, rule):
                    result[index] = result[index].clamp(max=self.ceilings[ceiling])
        return result.clamp(0.0, 1.0)

    def _ceiling(self, rule: str) -> float:
        key = self._nearest(self.ceilings, rule)
        return self.ceilings[key] if key else 1.0

    def _lower(self, values: Mapping[str, float]) -> dict[str, float]:
        return {
            code: value if value < (ceiling := self._ceiling(code)) else ceiling
            for code, value in values.items()
        }

    @staticmethod
    def _nearest(table: Mapping[str, object], rule: str) -> str | None:
        """The key for a code: itself, or its family."""
        return next((key for key in (rule, rule.partition("/")[0]) if key in table), None)

    @staticmethod
    def _curve(row: Mapping[str, object]) -> Curve:
        points: list[list[float]] = row["points"]  # type: ignore[assignment]  # our own file
        interval: list[float] = row.get("interval", [0.0, 1.0])  # type: ignore[assignment]
        return Curve(
            tuple(point[0] for point in points),
            tuple(point[1] for point in points),
            n=int(str(row.get("n", 0))),
            low=interval[0],
            high=interval[1],
            source=str(row.get("source", "")),
        )
