"""The corrector that repairs files which do not parse."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.syntax.base import EVERY
from thea_code_system.correctors.syntax.broken import BLANK
from thea_code_system.correctors.syntax.candidate import RepairCandidate
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.engine import RepairEngine
from thea_code_system.correctors.syntax.model_search import ModelSearch
from thea_code_system.correctors.syntax.rules.remove_code import RemoveCode
from thea_code_system.correctors.syntax.scoring import LinearScorer, Scorer
from thea_code_system.errors import ToolError
from thea_code_system.languages.base import Language
from thea_code_system.languages.registry import Languages
from thea_code_system.languages.screen import Screen
from thea_code_system.models.editor import EditModel
from thea_code_system.models.ranking import Repair, RepairRanker
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Evidence, Proposal, Safety
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers.aside import Aside

_OFFERED: Final = 8
_LONGEST: Final = 2_000_000  # characters; one look at a longer text takes the time of a search
_LAST_RESORT: Final = 0.3


class SyntaxCorrector(Corrector):
    """Offers whole repairs, best first: each one proposal that holds all edits of one repair.

    Scores are in [0, 1]: the scorer's probabilities over the repairs found and over the possibility
    that none of them is right. ``timed_out`` holds the paths at which the clock, not the budget,
    ended the search.
    """

    name: ClassVar[str] = "syntax"
    languages: ClassVar[frozenset[str]] = EVERY
    stage: ClassVar[Stage] = Stage.SYNTAX

    def __init__(self, scorer: Scorer | None = None, shelf: ModelShelf | None = None) -> None:
        self._scorer = scorer or LinearScorer()
        self._shelf = shelf
        self._rules = RuleBook()
        self._languages = Languages()
        self._screen = Screen()
        self._turn = threading.Lock()  # an actor has several batches in hand, rules remember texts
        self.timed_out: frozenset[str] = frozenset()
        self.missing: Mapping[str, ToolError] = {}

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """Repairs of each source that its language's own parser rejects; none for the others."""
        self.timed_out -= {source.path for source in sources}
        self.missing = {}
        aside = Aside()
        return [await aside.run(self._repair, source, context, aside) for source in sources]

    def version(self) -> str:
        """The codes of the rules and the scorer's weights."""
        model = self._shelf.version if self._shelf else ""
        return (
            f"{' '.join(rule.name for rule in self._rules.rules)} {self._scorer.version()} {model}"
        )

    def _repair(self, source: SourceFile, context: ProjectContext, aside: Aside) -> list[Proposal]:
        with self._turn:
            return self._searched(source, context, aside)

    def _searched(
        self, source: SourceFile, context: ProjectContext, aside: Aside
    ) -> list[Proposal]:
        language = self._languages.for_path(source.path)
        if language is None or len(source.text) > _LONGEST:
            return []
        settings = context.settings
        rules = self._rules
        model = self._model()
        limits = settings.syntax_budget, settings.syntax_seconds
        wishes = ModelSearch(model) if model else None
        engine = RepairEngine(rules, self._scorer, *limits, wishes=wishes, aside=aside)
        found = engine.repairs(source, language)
        if engine.timed_out:  # nothing of it is applied, and looking closer takes longer still
            self.timed_out |= {source.path}
            found = found[:_OFFERED]
        if not found:
            return []
        deliberate = context.looks_deliberate(source.path) or self._screen.is_python2(source)
        return self._proposals(found, self._chances(found, wishes), deliberate=deliberate)

    def _proposals(
        self,
        found: Sequence[tuple[RepairCandidate, float]],
        chances: Sequence[float],
        *,
        deliberate: bool,
    ) -> list[Proposal]:
        best = [(candidate, chance) for (candidate, _), chance in zip(found, chances, strict=True)]
        best.sort(key=lambda item: -item[1])
        out: list[Proposal] = []
        for index, (candidate, chance) in enumerate(self._distinct(best)[:_OFFERED]):
            rival = best[index + 1][1] if index + 1 < len(best) else 0.0
            out.append(self._proposal(candidate, chance, chance - rival, deliberate=deliberate))
        return out

    def _model(self) -> EditModel | None:
        """The edit model; where it cannot be read, the hand-made scorer ranks alone."""
        if self._shelf is None:
            return None
        try:
            return self._shelf.model()
        except ToolError as error:
            self.missing = {"the edit model": error}
            return None

    def _chances(
        self, found: Sequence[tuple[RepairCandidate, float]], wishes: ModelSearch | None
    ) -> list[float]:
        """How probable each repair is."""
        if wishes is None:
            return self._scorer.probabilities(found)
        broken = found[0][0].original
        ranker = RepairRanker(wishes.model)
        return ranker.chances(wishes.opinion(broken), self.weighed(found), broken.language)

    def weighed(self, found: Sequence[tuple[RepairCandidate, float]]) -> list[Repair]:
        """The repairs found as a ranker looks at them."""
        none = self._scorer.none(found)
        return [
            Repair(
                candidate.patch.edits(),
                score - none,
                removal=RemoveCode.name in candidate.rules,
            )
            for candidate, score in found
        ]

    @classmethod
    def _distinct(
        cls, ranked: Sequence[tuple[RepairCandidate, float]]
    ) -> list[tuple[RepairCandidate, float]]:
        """The first of those that differ in remarks and space only; likelihoods of twins add up."""
        original = ranked[0][0].original
        edits = [edit for candidate, _ in ranked for edit in candidate.patch.edits()]
        first = min((edit.start for edit in edits), default=0)
        newlines = (x.end for x in original.lexemes if x.kind == "newline" and x.end <= first)
        start = max(newlines, default=0)
        below = len(original.text) - max((edit.end for edit in edits), default=0)
        seen: dict[tuple[str, ...], int] = {}
        out: list[tuple[RepairCandidate, float]] = []
        for candidate, chance in ranked:
            text = candidate.patch.text
            key = cls._code(original.language, text[start : len(text) - below])
            if key in seen:
                twin, before = out[seen[key]]
                out[seen[key]] = (twin, before + chance)
            else:
                seen[key] = len(out)
                out.append((candidate, chance))
        return out

    @staticmethod
    def _code(language: Language, text: str) -> tuple[str, ...]:
        """The tokens that count: in Python also ends and indentations of lines that have others."""
        out: list[str] = []
        indent = ""
        for lexeme in language.lexemes(text):
            if lexeme.kind == "indent":
                indent = lexeme.text
            elif lexeme.kind == "newline":
                if language.name == "python" and out and out[-1] != "\n":
                    out.append("\n")
                indent = ""
            elif lexeme.kind not in BLANK:
                if language.name == "python" and indent:
                    out.append(indent)
                out.append(lexeme.text)
                indent = ""
        return tuple(out)

    @staticmethod
    def _proposal(
        candidate: RepairCandidate, chance: float, margin: float, *, deliberate: bool
    ) -> Proposal:
        removal = RemoveCode.name in candidate.rules
        safety = min(step.safety for step in candidate.steps)
        evidence: Evidence = (
            ("parser", candidate.original.faults[0].message),
            ("margin", f"{margin:.2f}"),
        )
        if deliberate:
            safety = min(safety, Safety.UNSAFE)
            evidence = (*evidence, ("looks deliberate", "yes"))
        return Proposal(
            rules=candidate.rules,
            message="; ".join(dict.fromkeys(step.message for step in candidate.steps)),
            edits=candidate.patch.edits(),
            safety=safety,
            score=min(chance, _LAST_RESORT)
            if removal or (safety < Safety.SAFE and not deliberate)
            else chance,
            evidence=evidence,
            broken=True,
        )
