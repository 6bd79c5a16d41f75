"""A repair on its way: what the scorer judges."""

from __future__ import annotations

from dataclasses import dataclass

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.patch import Patch
from thea_code_system.correctors.syntax.probe import Verdict
from thea_code_system.languages.base import Fault
from thea_code_system.values.correction import Edit, Proposal


@dataclass(frozen=True, slots=True)
class RepairCandidate:
    """A text on the way from a broken one to one that parses.

    ``steps`` are the proposals taken, each in the coordinates of the text before it; ``before`` is
    the text that the last step was made on, and ``patch`` holds all steps in the coordinates of the
    original. ``verdict`` is what the parser says of the new text. ``past`` is the score before the
    last step.
    """

    original: BrokenSource
    before: BrokenSource
    steps: tuple[Proposal, ...]
    patch: Patch
    verdict: Verdict
    past: float = 0.0

    @property
    def step(self) -> Proposal:
        """The last step."""
        return self.steps[-1]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits of the last step, in the coordinates of ``before.text``."""
        return self.step.edits

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What the parser still objects to."""
        return self.verdict.faults

    @property
    def parses(self) -> bool:
        """Whether nothing is left to mend."""
        return not self.faults

    @property
    def rules(self) -> tuple[str, ...]:
        """The codes of all steps, each once, in order."""
        return tuple(dict.fromkeys(rule for step in self.steps for rule in step.rules))
