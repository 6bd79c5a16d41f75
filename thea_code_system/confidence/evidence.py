"""Predicted confidence beside what became of the corrections that somebody judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from thea_code_system.confidence.posterior import PSEUDO_OBSERVATIONS
from thea_code_system.confidence.reliability import Reliability
from thea_code_system.values.reliability import FamilyReliability, Judgement

EVERY: Final = "ALL"
_KEPT: Final = "kept"


class JudgedFamilies:
    """Organ: folds judgements by family.

    Of several judgements of a correction the last one counts, and it counts once in each family
    that had a part in it. What nobody judged is no evidence.

    Args:
        judgements: oldest first.
    """

    def __init__(self, judgements: Iterable[Judgement]) -> None:
        last = {one.correction: one for one in judgements}
        self._families: dict[str, list[Judgement]] = {}
        for one in last.values():
            for family in dict.fromkeys(rule.partition("/")[0] for rule in one.rules):
                self._families.setdefault(family, []).append(one)
        self._every = list(last.values())

    def families(self) -> tuple[FamilyReliability, ...]:
        """Each family, the one with most judgements first; before them all, if there are more."""
        found = sorted(self._families.items(), key=lambda row: (-len(row[1]), row[0]))
        if len(found) > 1:
            found = [(EVERY, self._every), *found]
        return tuple(self._family(name, judged) for name, judged in found)

    @staticmethod
    def _family(name: str, judged: Sequence[Judgement]) -> FamilyReliability:
        hits = [one.verdict == _KEPT for one in judged]
        reliability = Reliability([one.confidence for one in judged], hits)
        sources = Counter(one.source for one in judged)
        return FamilyReliability(
            name,
            reliability.whole(PSEUDO_OBSERVATIONS),
            reliability.bins(PSEUDO_OBSERVATIONS),
            reliability.error(),
            reliability.noise_floor(),
            tuple(sorted(sources.items())),
        )
