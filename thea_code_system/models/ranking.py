"""How probable each repair of a broken text is, with the model's opinion in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thea_code_system.models.editor import EditModel, Opinion
from thea_code_system.models.tags import Tagging
from thea_code_system.values.correction import Edit
from thea_code_system.wrappers import TorchMath

if TYPE_CHECKING:
    from torch import Tensor

    from thea_code_system.languages.base import Language

_MANY: Final = 60  # tags beyond which a repair is no small edit, and is not asked about one by one
_WORST: Final = -16.0
_LEAST: Final = -40.0
_BEHIND: Final = 12.0


@dataclass(frozen=True, slots=True)
class Repair:
    """A whole repair of a broken text, to be ranked.

    ``score`` is the search's log-score against "none of those found", natural logarithm;
    ``removal`` is whether code goes away only so that the text parses.
    """

    edits: tuple[Edit, ...]
    score: float
    removal: bool = False


class RepairRanker:
    """A softmax over repairs and "none of them"; its few weights are fitted on real repairs.

    It looks at the search's score and at the model's log-odds of the repair: their sum, the worst
    of them and how many.
    """

    REPAIR: Final = ("score", "odds", "worst", "tags", "removal")
    NONE: Final = ("bias", "wish", "beyond", "script", "found")

    def __init__(self, model: EditModel, weights: Mapping[str, float] | None = None) -> None:
        self._model = model
        self._weights = model.ranking if weights is None else weights

    def chances(
        self, opinion: Opinion, repairs: Sequence[Repair], language: Language
    ) -> list[float]:
        """The probability of each repair, in their order; what is missing to 1 is for "none"."""
        rows, none = self.features(opinion, repairs, language)
        return TorchMath.plain(self._logits(rows, none).softmax(0)[:-1])

    def features(
        self, opinion: Opinion, repairs: Sequence[Repair], language: Language
    ) -> tuple[list[list[float]], list[float]]:
        """What the softmax looks at: a row of :data:`REPAIR` each, and one of :data:`NONE`."""
        taggings = [opinion.tagger(repair.edits) for repair in repairs]
        odds = [self._odds(opinion, tagging) for tagging in taggings]
        top = max(repair.score for repair in repairs)
        rows = []
        for repair, found in zip(repairs, odds, strict=True):
            total = max(_LEAST, sum(found))
            worst = max(_WORST, min(found, default=_WORST))
            score = max(-_BEHIND, min(_BEHIND, max(repair.score, top - _BEHIND)))
            shape = [score / 3, total / 5, worst / 5, min(len(found), 20) / 5]
            rows.append([*shape, float(repair.removal)])
        wish = self._wish(opinion)
        best = max(max(_LEAST, 5 * row[1]) for row in rows)
        script = float(language.name != "python")
        none = [1.0, wish / 5, (wish - best) / 5, script, min(len(repairs), 40) / 40]
        return rows, none

    @staticmethod
    def _odds(opinion: Opinion, tagging: Tagging) -> list[float]:
        if len(tagging.tags) > _MANY:
            return [_WORST] * len(tagging.tags)
        opinion.cover(tag.index for tag in tagging.tags)
        return [opinion.tag_odds(tag) for tag in tagging.tags]

    @staticmethod
    def _wish(opinion: Opinion) -> float:
        """The log-odds of what the model would like to do most, near the parser's complaint."""
        span = opinion.span_of(opinion.reading.focus)
        best = [float((table[:, 1:] - table[:, :1]).max()) for table in (span.edits, span.inserts)]
        return max(best)

    def _logits(self, rows: Sequence[Sequence[float]], none: Sequence[float]) -> Tensor:
        import torch

        exact = torch.float64  # so that the order of a sum decides nothing
        given = self._weights
        ours = torch.tensor([given[name] for name in self.REPAIR], dtype=exact)
        theirs = torch.tensor([given[name] for name in self.NONE], dtype=exact)
        repairs = torch.tensor(rows, dtype=exact) @ ours
        return torch.cat((repairs, (torch.tensor(none, dtype=exact) @ theirs)[None]))
