"""How far predicted probabilities came true."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The predictions from ``low`` up to ``high`` (the last bin holds 1, too).

    ``n`` were judged and ``hits`` of them came true; ``predicted`` is their mean probability and
    ``actual`` the share that came true. ``posterior`` is the mean of the Beta distribution that
    prior belief and hits make together, ``least`` and ``most`` bound its middle 95 %.
    """

    low: float
    high: float
    n: int
    hits: int
    predicted: float
    actual: float
    posterior: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody made of a correction.

    ``correction`` is its id, ``confidence`` what it had then. ``verdict`` is ``kept``, ``refused``
    or ``rejected``; ``source`` says by what act: ``review``, ``undo``, ``verifier``,
    ``commit``.
    """

    correction: str
    rules: tuple[str, ...]
    confidence: float
    verdict: str
    source: str


@dataclass(frozen=True, slots=True)
class FamilyReliability:
    """The judged corrections of one family: all of them, and by tenths of their confidence.

    ``ece`` is the expected calibration error, ``floor`` what a perfectly calibrated predictor would
    get on as many; ``sources`` counts the judgements by the act they came from.
    """

    family: str
    whole: ReliabilityBin
    bins: tuple[ReliabilityBin, ...]
    ece: float
    floor: float
    sources: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CalibratedCode:
    """What ``n`` judged corrections of one code say, ``hits`` of which were kept.

    ``predicted`` is their mean confidence, ``value`` the new number; None where it stays as it is.
    ``ceiling`` is whether that bounds the code's confidences, or is the confidence of each.
    """

    code: str
    n: int
    hits: int
    predicted: float
    value: float | None
    ceiling: bool
