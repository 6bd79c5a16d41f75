"""The parser-guided search for whole repairs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final, TypeAlias

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.candidate import RepairCandidate
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.effort import Effort, LateError
from thea_code_system.correctors.syntax.model_search import ModelSearch
from thea_code_system.correctors.syntax.patch import Patch
from thea_code_system.correctors.syntax.probe import Ask, Probe, Verdict
from thea_code_system.correctors.syntax.resort import LastResort
from thea_code_system.correctors.syntax.rules.remove_code import RemoveCode
from thea_code_system.correctors.syntax.rules.split_operator import SplitOperator
from thea_code_system.correctors.syntax.scoring import Scorer
from thea_code_system.correctors.syntax.search import TokenSearch
from thea_code_system.languages.base import Language
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import TorchMath
from thea_code_system.wrappers.aside import Aside

_WIDTH: Final = 8
_DEPTH: Final = 12
_COSTLY: Final = 3  # Python candidates whose trial takes as long as one of tree-sitter's
_RESORTED: Final = 100  # candidates that the last resort may try, at least
_LEAST: Final = 40  # candidates tried for each state, at least
_SEARCHED: Final = 8  # of the search's candidates for each one of a rule
_KEPT: Final = 40
_ALIKE: Final = ((10, 10), (16, 1))
"""Characters before and behind an edit that make its place the same as another."""
_ECHOES: Final = 20
_FURTHER: Final = 12  # share of the budget for finding something better than a repair, each depth
_WIDEST: Final = 20_000  # characters of a line at which rules look
_UNGUIDED: Final = 4  # the same where no model puts first what is likely
_GUIDED: Final = 2  # of the states of one depth, the best, for which the model is asked

_INDENTATION: Final = re.compile(r"indent|tabs and spaces")  # seldom a matter of tokens
_Ranked: TypeAlias = "dict[str, tuple[RepairCandidate, float]]"  # whole repairs by their texts
_State: TypeAlias = "tuple[RepairCandidate | None, BrokenSource, float]"


class RepairEngine:
    """Finds whole repairs of one broken text; owned by one corrector.

    ``budget`` counts the texts that the parser is asked about, the dear ones more than once;
    ``seconds`` is an emergency stop (:attr:`timed_out` says whether it was needed), and the search
    ends where nobody waits for it ``aside`` any more.
    """

    def __init__(
        self,
        rules: RuleBook,
        scorer: Scorer,
        budget: int,
        seconds: float,
        *,
        wishes: ModelSearch | None = None,
        aside: Aside | None = None,
    ) -> None:
        self._rules = rules
        self._wishes = wishes
        self._search = TokenSearch()
        self._scorer = scorer
        self._budget = budget
        self._seconds = seconds
        self._aside = aside or Aside()
        self._left = budget
        self._effort: Effort
        self._more = budget // (_FURTHER if wishes else _UNGUIDED)

    @property
    def timed_out(self) -> bool:
        """Whether an emergency, not the budget, ended the search."""
        return self._effort.timed_out

    def repairs(
        self, source: SourceFile, language: Language
    ) -> list[tuple[RepairCandidate, float]]:
        """Whole repairs with their log-scores, best first; empty if there is nothing to repair."""
        self._effort = Effort(language, self._seconds, self._aside)
        broken = BrokenSource.of(source, language)
        self._left = self._budget if language.name == "python" else self._budget // _COSTLY
        if not broken.faults:
            return []
        whole: _Ranked = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with suppress(LateError):
                self._descend(broken, whole)
                if not whole:
                    resort = LastResort(self._scorer, self._effort)
                    found = resort.repair(broken, max(self._budget // 2, _RESORTED))
                    whole = {found[0].patch.text: found} if found else whole
        ranked = sorted(whole.values(), key=lambda item: (-item[1], repr(item[0].patch.edits())))
        return ranked[:_KEPT]

    def _descend(self, broken: BrokenSource, whole: _Ranked) -> None:
        """Beam search: each level makes one more step on the best partial repairs."""
        beam: list[_State] = [(None, broken, 0.0)]
        seen, limit = {broken.text}, self._left
        for depth in range(_DEPTH):
            partial: list[tuple[RepairCandidate, float]] = []
            for rank, (parent, state, past) in enumerate(beam):
                share = self._share(depth, rank)
                if share <= 0 or self.timed_out:
                    break
                guided = rank < _GUIDED
                found = self._ranked(parent, broken, state, past, share, guided=guided)
                # of two steps to the same text, the one that is easier to believe counts
                for candidate, score in sorted(found, key=lambda item: -item[1]):
                    text = candidate.patch.text
                    if candidate.parses and (text not in whole or whole[text][1] < score):
                        whole[text] = (candidate, score)
                    elif not candidate.parses and text not in seen:
                        seen.add(text)
                        partial.append((candidate, score))
            beam = self._next(partial, whole)
            if not beam:
                return
            if whole:  # the rest is for texts that nothing mends so far
                self._left = min(limit, self._effort.spent + self._more // 2)

    def _share(self, depth: int, rank: int) -> int:
        """How many candidates a state may try: half at first, then the better ones more."""
        left = self._left - self._effort.spent
        return left // 2 if depth == 0 else min(left, max(_LEAST, left // (4 + 2 * rank)))

    def _next(
        self,
        partial: list[tuple[RepairCandidate, float]],
        whole: _Ranked,
    ) -> list[_State]:
        best = max((score for _, score in whole.values()), default=float("-inf"))
        partial.sort(key=lambda item: (-item[1], repr(item[0].edits)))
        out: list[_State] = []
        for candidate, score in partial[:_WIDTH]:
            if score > best:
                self._effort.check()
                source = candidate.original.source.with_text(candidate.patch.text)
                out.append((candidate, BrokenSource.of(source, candidate.original.language), score))
        return [item for item in out if item[1].faults]

    def _ranked(
        self,
        parent: RepairCandidate | None,
        original: BrokenSource,
        state: BrokenSource,
        past: float,
        share: int,
        *,
        guided: bool,
    ) -> list[tuple[RepairCandidate, float]]:
        patch = parent.patch if parent else Patch.of(original.text)
        steps = parent.steps if parent else ()
        made = [
            RepairCandidate(
                original,
                state,
                (*steps, step),
                patch.then(step.edits),
                verdict,
                past,
            )
            for step, verdict in self._helpful(state, share, guided=guided)
        ]
        if not made:
            return []
        scores = self._scorer.score(self._timely(made))
        return list(zip(made, TorchMath.plain(scores), strict=True))

    def _timely(self, made: Sequence[RepairCandidate]) -> Iterator[RepairCandidate]:
        for candidate in made:
            self._effort.check()
            yield candidate

    def _probe(self, state: BrokenSource) -> Ask:
        """What asks the parser, as long as there is time."""
        ask = Probe.on(state)

        def timely(edits: Sequence[Edit]) -> Verdict:
            self._effort.check()
            return ask(edits)

        return timely

    def _helpful(
        self, state: BrokenSource, share: int, *, guided: bool
    ) -> Iterator[tuple[Proposal, Verdict]]:
        """The steps after which the text parses, or the parser gets further."""
        effort = self._effort
        effort.begin(state, read=guided and self._wishes is not None)
        probe = self._probe(state)
        until = effort.spent + share
        for step in self._distinct(state, probe, guided=guided):
            if effort.spent >= min(self._left, until) or self.timed_out:
                return
            effort.count()
            verdict = probe(step.edits)
            if not verdict.faults and step.safety is Safety.SAFE:
                self._left = min(self._left, effort.spent + self._more)
            if not verdict.faults or verdict.is_further(state, step.edits):
                yield step, verdict
                for echoed in self._echoes(state, step) if verdict.faults else ():
                    again = probe(echoed.edits)
                    if not again.faults or again.is_further(state, echoed.edits):
                        yield echoed, again

    @staticmethod
    def _echoes(state: BrokenSource, step: Proposal) -> Iterator[Proposal]:
        """The same edit wherever the same characters stand: what is copied repeats its faults."""
        if len(step.edits) != 1:
            return
        edit, text = step.edits[0], state.text
        for before, behind in _ALIKE:
            start = max(edit.start - before, 0)
            copied = text[start : edit.end + behind]
            if 1 < text.count(copied) <= _ECHOES:  # a pattern is slow to make of long ones
                copies = re.finditer(re.escape(copied), text)
                places = [match.start() + edit.start - start for match in copies]
                size = edit.end - edit.start
                moved = (Edit(place, place + size, edit.replacement) for place in places)
                yield replace(step, edits=tuple(moved))

    def _distinct(self, state: BrokenSource, probe: Ask, *, guided: bool) -> Iterator[Proposal]:
        """All proposals, each once; every rule's likeliest come before any rule's second ones.

        ``guided`` is whether the model is asked.
        """
        rules = sorted(self._rules.for_language(state.language.name), key=lambda rule: -rule.prior)
        if any(len(state.line(number)) > _WIDEST for number in state.beside()):
            rules = []  # they look at lines as a whole, and again for each bracket in them
        turns = [(rule.repairs(state), 1) for rule in rules]
        number = 1 if _INDENTATION.search(state.faults[0].message) else _SEARCHED
        searched = self._search.repairs(state)
        wished: Iterator[Proposal] = iter(())
        if self._wishes and guided:
            searched, wished = (
                self._wishes.likeliest(state, searched),
                self._wishes.repairs(state, probe),
            )
        turns += [(searched, number), (wished, _SEARCHED)]
        torn = SplitOperator.halves(state)
        known: set[tuple[Edit, ...]] = set()  # from rules
        guessed: set[tuple[Edit, ...]] = set()
        while turns:
            left = []
            for steps, number in turns:
                self._effort.check()
                taken = list(islice(steps, number))
                if len(taken) == number:
                    left.append((steps, number))
                guesses = steps is searched or steps is wished
                for step in taken:  # a rule that says the same later knows more of it
                    if guesses and any(e.start in torn and not e.replacement for e in step.edits):
                        continue
                    heard = step.edits in known or (guesses and step.edits in guessed)
                    if step.edits and not heard:
                        if step.rule != RemoveCode.name:  # which others have better reasons for
                            (guessed if guesses else known).add(step.edits)
                        yield step
            turns = left
