"""Fitting the ranking of repairs anew, on held-out repairs of one team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.engine import RepairEngine
from thea_code_system.correctors.syntax.model_search import ModelSearch
from thea_code_system.correctors.syntax.scoring import LinearScorer
from thea_code_system.languages.registry import Languages
from thea_code_system.models.editor import EditModel
from thea_code_system.models.ranking import RepairRanker
from thea_code_system.training.kept import KeptEdits
from thea_code_system.training.ranking import RankedCase, RankingFit
from thea_code_system.training.token_edits import TokenEdits
from thea_code_system.values.context import Settings
from thea_code_system.values.correction import Edit
from thea_code_system.values.learning import RankingScores
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

_FOLDS: Final = 5
_STRENGTH: Final = 0.02  # by which the fit is drawn to the ranking of the start
_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class SeenRepairs:
    """Repairs of one broken file as the ranker sees them: empty where none was found.

    ``edits`` are in the coordinates of the broken text, ``rules`` say by what they came; ``rows``
    and ``none`` as in :meth:`RepairRanker.features`.
    """

    edits: tuple[tuple[Edit, ...], ...] = ()
    rules: tuple[tuple[str, ...], ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    none: tuple[float, ...] = ()


class Reranking:
    """Organ: searches for repairs as a run does, and weighs them by what their owners made.

    Args:
        model: the edit model whose repairs are ranked, with the ranking of the start.
    """

    ENOUGH: Final = 50
    """Fewer held-out repairs say too little about the weights of the ranking."""

    def __init__(self, model: EditModel) -> None:
        self._model = model
        self._languages, self._rules, self._scorer = Languages(), RuleBook(), LinearScorer()
        self._corrector = SyntaxCorrector(self._scorer)
        self.cases: list[RankedCase] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Search for repairs of a pair's broken text; where there are none, nothing is ranked."""
        text, language = str(row["broken"]), str(row["language"])
        seen = self.seen(text, language)
        if seen.edits:
            right = self._right(row, [Patch.rewrite(text, e) for e in seen.edits], language)
            self.cases.append(RankedCase(seen.rows, seen.none, right))

    def seen(self, text: str, language: str) -> SeenRepairs:
        """Search for repairs of a broken text, and what the ranker sees of them."""
        known = self._languages.named(language)
        wishes = ModelSearch(self._model)
        limits = Settings().syntax_budget, _SECONDS
        engine = RepairEngine(self._rules, self._scorer, *limits, wishes=wishes)
        found = engine.repairs(SourceFile(f"case{known.suffixes[0]}", text), known)
        if not found:
            return SeenRepairs()
        opinion = wishes.opinion(found[0][0].original)
        repairs = self._corrector.weighed(found)
        rows, none = RepairRanker(self._model).features(opinion, repairs, known)
        edits, rules = zip(*((one.patch.edits(), one.rules) for one, _ in found), strict=True)
        return SeenRepairs(edits, rules, tuple(map(tuple, rows)), tuple(none))

    def fit(self) -> tuple[RankingScores, dict[str, float]]:
        """How a new ranking compares on repairs that its fit did not see, and the one to take."""
        kept = dict(self._model.ranking)
        if len(self.cases) < self.ENOUGH:
            return RankingScores(len(self.cases)), kept
        fit, folds = RankingFit(_STRENGTH), range(_FOLDS)
        parts = [self.cases[fold::_FOLDS] for fold in folds]
        rest = [[one for at in folds if at != fold for one in parts[at]] for fold in folds]
        fitted = [fit.fit(rest[fold], around=kept) for fold in folds]
        new = sum(self._hits(fitted[fold], parts[fold]) for fold in folds)
        old = self._hits(kept, self.cases)
        better = new > old
        scores = RankingScores(len(self.cases), old, new, better)
        return scores, fit.fit(self.cases, around=kept) if better else kept

    @staticmethod
    def _right(row: Mapping[str, Any], texts: Sequence[str], language: str) -> tuple[bool, ...]:
        """Which repairs are the owner's; if none is the whole of it, which the owner kept."""
        compare, judge = TokenEdits(language), KeptEdits(language)
        broken, fixed = str(row["broken"]), str(row["fixed"])
        wanted = compare.tokens(fixed)
        exact = tuple(compare.tokens(text) == wanted for text in texts)
        return (
            exact
            if any(exact)
            else tuple(judge.kept(broken, text, fixed) is True for text in texts)
        )

    @staticmethod
    def _hits(weights: Mapping[str, float], cases: Sequence[RankedCase]) -> int:
        """In how many cases the likeliest repair is right."""
        hits = 0
        for case in cases:
            chances = RankingFit.judge(weights, case)
            hits += case.right[chances.index(max(chances))]
        return hits
