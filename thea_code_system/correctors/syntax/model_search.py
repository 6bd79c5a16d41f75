"""What the edit model would do to a broken text, as steps for the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.probe import Ask
from thea_code_system.correctors.syntax.search import NAMES
from thea_code_system.models.editor import EditModel, Opinion
from thea_code_system.models.guide import Guide
from thea_code_system.models.tags import EDITS, INSERTS, Tag
from thea_code_system.models.writing import Writer
from thea_code_system.values.correction import Edit, Proposal, Safety

_PAIRED: Final = 16  # of the best single steps, those that are tried together
_GUIDED: Final = 400  # of the search's steps, those that are tried at all
_RULE: Final = "syntax/search"


class ModelSearch:
    """Proposes the model's likeliest edits, and pairs of them; owned by one engine.

    What it thinks of a text is kept.
    """

    def __init__(self, model: EditModel) -> None:
        self.model = model
        self._opinions: dict[str, Opinion] = {}

    def opinion(self, broken: BrokenSource) -> Opinion:
        """What the model thinks of a broken text."""
        if broken.text not in self._opinions:
            read = self.model.opinion(broken.text, broken.language, broken.faults[0])
            self._opinions[broken.text] = read
        return self._opinions[broken.text]

    def likeliest(self, broken: BrokenSource, steps: Iterable[Proposal]) -> Iterator[Proposal]:
        """Steps that others propose, in the order in which the model believes them."""
        guide = Guide(self.opinion(broken))
        order = sorted(steps, key=lambda step: -guide.odds(step.edits))
        return iter(order[:_GUIDED])

    def repairs(self, broken: BrokenSource, probe: Ask) -> Iterator[Proposal]:
        """Steps for a text that does not parse, likeliest first; ``probe`` asks its parser."""
        opinion = self.opinion(broken)
        writer = Writer(opinion, broken.source.newline)
        singles: list[tuple[float, Tag, tuple[Edit, ...]]] = []
        for tag, odds in writer.wishes():
            for edits in writer.edits(tag):
                singles.append((odds, tag, tuple(sorted(edits))))
                yield self._step(edits, tag)
        # an edit that is enough needs no other beside it
        halves = [single for single in singles[:_PAIRED] if probe(single[2]).faults]
        pairs = [
            (one[0] + other[0], one, other)
            for one, other in combinations(halves, 2)
            if not any(a.touches(b) for a in one[2] for b in other[2])
        ]
        for _, one, other in sorted(pairs, key=lambda pair: -pair[0]):
            step = self._step((*one[2], *other[2]), one[1], other[1])
            if not probe(step.edits).faults:  # half a repair is made of single edits
                yield step

    @staticmethod
    def _step(edits: tuple[Edit, ...], *tags: Tag) -> Proposal:
        rules, says = [], []
        for tag in tags:
            name = (INSERTS if tag.insert else EDITS)[tag.label]
            word = name.removeprefix("write ")
            rules.append(NAMES.get(word, ("", ""))[0] if tag.insert else "")
            says.append(f"insert {name!r}" if tag.insert else name)
        removes = any(EDITS[tag.label] == "delete-line" for tag in tags if not tag.insert)
        return Proposal(
            rules=tuple(dict.fromkeys(rule or _RULE for rule in rules)),
            message=" and ".join(says),
            edits=tuple(sorted(edits)),
            safety=Safety.UNSAFE if removes else Safety.SAFE,
            score=0.1,
            broken=True,
        )
