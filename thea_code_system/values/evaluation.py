"""Cases with known answers, what was predicted for them, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from thea_code_system.values.reliability import ReliabilityBin

EVERY = "ALL"
"""The name of the row that sums up all kinds."""


@dataclass(frozen=True, slots=True)
class RepairCase:
    """A text and what a human made of it; ``line`` is its place in the file, from 1."""

    id: str
    language: str
    kind: str
    broken: str
    fixed: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One whole text that was offered, with the probability that the human would have made it."""

    output: str | None
    confidence: float | None = None
    rules: tuple[str, ...] = ()
    safety: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was offered for a case, best first; ``status`` and ``reason`` are of its outcome."""

    id: str
    candidates: tuple[Candidate, ...] = ()
    status: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """This prediction as plain values: a line of the format that scorers of repairs read."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EvaluationJob:
    """A request to evaluate.

    ``cases`` is the path of a file with a JSON object a line; the first ``limit`` of them count, or
    all. ``at`` is a confidence and ``top`` a number of candidates that the figures speak of. With
    ``raw`` confidences are what correctors say of themselves, which calibration starts from.
    """

    cases: str
    at: float = 0.8
    top: int = 5
    limit: int | None = None
    raw: bool = False


@dataclass(frozen=True, slots=True)
class KindScores:
    """The figures of one kind of case, as shares of its ``n`` cases; ``acted`` have a candidate.

    ``parse``: the first one parses; ``small``: and is at most four token edits away; ``exact``: it
    has the tokens of the human's text; ``top``: one of the first few does. ``precision`` and
    ``edits`` (their mean number) are of the cases acted on; ``sure_coverage`` is the share of all
    cases, and ``sure_precision`` the share of those that is exact, at the confidence asked for.
    """

    kind: str
    n: int
    acted: int
    parse: float
    small: float
    exact: float
    top: float
    precision: float
    edits: float
    sure_coverage: float
    sure_precision: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What comes of acting from a confidence on: on what share of all cases, how often wrongly."""

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All figures of an evaluation.

    ``kinds`` starts with all cases together, then the most frequent kind. The rest speaks of the
    ``scored`` first candidates that have a confidence: ``ece`` is the expected calibration error
    over ten equal-width bins, ``floor`` the mean that a perfectly calibrated predictor with the
    same confidences would get, ``distinct`` the number of confidences to two decimals; ``curve``
    runs from the surest candidate to all, and ``area`` is the mean risk along it.
    """

    at: float
    top: int
    kinds: tuple[KindScores, ...]
    scored: int = 0
    distinct: int = 0
    ece: float = 0.0
    floor: float = 0.0
    area: float = 0.0
    bins: tuple[ReliabilityBin, ...] = ()
    curve: tuple[RiskPoint, ...] = ()
    seconds: float = 0.0
    placement: str = ""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All figures as plain values."""
        return {"version": 1, **asdict(self)}
