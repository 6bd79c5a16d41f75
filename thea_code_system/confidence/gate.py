"""The one place that decides which candidates are applied."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thea_code_system.confidence.calibration import Calibration
from thea_code_system.values.context import Settings
from thea_code_system.values.correction import Edit, Proposal, Safety, State

_MUCH = 5_000_000  # characters: a healthy project has no candidates in less


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal for one file, with what the gate must know besides.

    ``suppressed`` and ``held`` are reasons not to apply it, in words; ``ceiling`` is the highest
    confidence it may have (that of the repair whose text it edits).
    """

    path: str
    proposal: Proposal
    fingerprint: str
    suppressed: str = ""
    held: str = ""
    ceiling: float = 1.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate made of a candidate; ``score`` is the confidence before rounding."""

    candidate: Candidate
    confidence: float
    score: float
    state: State
    reason: str = ""

    @property
    def applied(self) -> bool:
        """Whether it goes into the file."""
        return self.state is State.APPLIED

    def rejected(self, reason: str) -> Decision:
        """The same candidate after a verifier said no."""
        return Decision(self.candidate, self.confidence, self.score, State.REJECTED, reason)

    def outdone(self) -> Decision:
        """The same candidate after a better one took its place."""
        reason = "overlaps a better one"
        return Decision(self.candidate, self.confidence, self.score, State.CONFLICTED, reason)


class Gate:
    """Compares one tensor of confidences a batch with the threshold; an organ of its actor."""

    def __init__(self, settings: Settings, calibration: Calibration) -> None:
        self._settings = settings
        self._calibration = calibration

    @staticmethod
    async def foresee(length: int) -> None:
        """Load torch while tools look at so many characters that there will be candidates."""
        if length >= _MUCH:
            await asyncio.to_thread(importlib.import_module, "torch")

    def decide(self, candidates: Sequence[Candidate]) -> list[Decision]:
        """Decide about all candidates of a batch; the result has the order of the candidates.

        Within a file the more confident, safer, earlier candidate comes first; one that touches
        an accepted one is ``conflicted``: edits are never merged here.
        """
        if not candidates:
            return []
        decisions = self._scored(candidates)
        accepted: dict[str, list[Edit]] = {}
        repaired: set[str] = set()
        for index in sorted(range(len(decisions)), key=lambda at: self._rank(decisions[at])):
            decision = decisions[index]
            path, proposal = decision.candidate.path, decision.candidate.proposal
            if decision.state not in {State.APPLIED, State.SUGGESTED}:
                continue
            if proposal.broken:  # repairs of one file are alternatives, even if they lie apart
                if path in repaired:
                    decisions[index] = decision.outdone()
                repaired.add(path)
            elif decision.applied:
                taken = accepted.setdefault(path, [])
                if self._collide(proposal.edits, taken):
                    decisions[index] = decision.outdone()
                else:
                    taken.extend(proposal.edits)
        return decisions

    def _scored(self, candidates: Sequence[Candidate]) -> list[Decision]:
        import torch

        raw = self._calibration.confidences([candidate.proposal for candidate in candidates])
        ceiling = torch.tensor([candidate.ceiling for candidate in candidates], dtype=torch.float64)
        exact = torch.minimum(raw, ceiling)
        rounded = exact.round(decimals=2)
        passes = rounded.ge(self._settings.min_confidence)
        return [
            self._judge(candidate, float(confidence), float(score), good=bool(good))
            for candidate, confidence, score, good in zip(
                candidates, rounded, exact, passes, strict=True
            )
        ]

    def _judge(
        self, candidate: Candidate, confidence: float, score: float, *, good: bool
    ) -> Decision:
        state, reason = State.APPLIED, ""
        safety = candidate.proposal.safety
        if candidate.suppressed:
            state, reason = State.SUPPRESSED, candidate.suppressed
        elif candidate.held:
            state, reason = State.SUGGESTED, candidate.held
        elif safety is Safety.DISPLAY_ONLY:
            state, reason = State.SUGGESTED, "for display only"
        elif safety is Safety.UNSAFE and not self._settings.unsafe_fixes:
            state, reason = State.SUGGESTED, "unsafe: applied with --unsafe-fixes"
        elif not good:
            threshold = self._settings.min_confidence
            state, reason = State.SUGGESTED, f"confidence is below {threshold:.2f}"
        return Decision(candidate, confidence, score, state, reason)

    @staticmethod
    def _rank(decision: Decision) -> tuple[object, ...]:
        proposal = decision.candidate.proposal
        return (
            decision.candidate.path,
            not decision.applied,
            -decision.score,
            -proposal.safety,
            proposal.edits[0].start if proposal.edits else 0,
            proposal.rules,
            proposal.edits,
        )

    @staticmethod
    def _collide(edits: Iterable[Edit], taken: Sequence[Edit]) -> bool:
        return any(edit.touches(other) for edit in edits for other in taken)
