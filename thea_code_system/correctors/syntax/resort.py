"""What is left where nothing mends a text: without some lines it parses."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.candidate import RepairCandidate
from thea_code_system.correctors.syntax.effort import Effort
from thea_code_system.correctors.syntax.patch import Patch
from thea_code_system.correctors.syntax.probe import Probe, Verdict
from thea_code_system.correctors.syntax.rules.remove_code import RemoveCode
from thea_code_system.correctors.syntax.scoring import Scorer
from thea_code_system.values.correction import Proposal
from thea_code_system.wrappers import TorchMath

_ROUNDS: Final = 30  # faults that are taken out


class LastResort:
    """Takes out, fault after fault, the fewest lines that let the parser get on."""

    def __init__(self, scorer: Scorer, effort: Effort) -> None:
        self._scorer, self._effort = scorer, effort
        self._removal = RemoveCode()

    def repair(self, broken: BrokenSource, most: int) -> tuple[RepairCandidate, float] | None:
        """A whole repair with its log-score, if so many candidates lead to one."""
        state, score = broken, 0.0
        steps: tuple[Proposal, ...] = ()
        patch = Patch.of(broken.text)
        until = self._effort.spent + most
        for _ in range(_ROUNDS):
            found = self._removal_at(state, until)
            if found is None:
                return None
            step, verdict = found
            steps, patch = (*steps, step), patch.then(step.edits)
            made = RepairCandidate(broken, state, steps, patch, verdict, score)
            score = TorchMath.plain(self._scorer.score([made]))[0]
            if made.parses:
                return made, score
            state = BrokenSource.of(broken.source.with_text(patch.text), broken.language)
            if not state.faults:  # the whole text parses where a window of it did not
                return replace(made, verdict=replace(verdict, faults=())), score
        return None

    def _removal_at(self, state: BrokenSource, until: int) -> tuple[Proposal, Verdict] | None:
        effort = self._effort
        effort.begin(state)
        probe = Probe.on(state)
        furthest: tuple[int, Proposal, Verdict] | None = None
        for step in self._removal.repairs(state):
            if effort.spent >= until or effort.timed_out:
                return None
            effort.count()
            effort.check()
            verdict = probe(step.edits)
            if not verdict.faults:
                return step, verdict
            if verdict.is_further(state, step.edits):
                ahead = verdict.faults[0].line - 2 * len(step.edits)
                if furthest is None or ahead > furthest[0]:
                    furthest = (ahead, step, verdict)
        return furthest[1:] if furthest else None
