"""All that the edit model says of one window, in the words of a search for bugs."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from thea_code_system.models.editor import EditModel, Span
from thea_code_system.models.tags import KEEP
from thea_code_system.wrappers import TorchMath

if TYPE_CHECKING:
    from torch import Tensor

    from thea_code_system.correctors.learned.classes import TokenClasses

PLACES: Final = 48  # looked at in one file, the most suspicious first
_FAINTEST: Final = -20.0  # log-odds below which nothing is possible
_LEAST: Final = 1e-7
Question: TypeAlias = "tuple[int, int, int]"
"""What is asked, of which token of the window, and which label or word."""


class Asked(enum.IntEnum):
    """What can be asked of a token.

    ``PLACE``: the log-odds that it is wrong (0), or that a negation is missing before it (1);
    ``TOP``: the same of the most suspicious of the window. ``EDIT``: the log-odds of a label
    against leaving the token. ``GAP``: those of a missing negation. ``WORD``: the log-probability
    of a word as what should stand there, once something is written; told by its first place.
    """

    TOP = 0
    PLACE = 1
    EDIT = 2
    GAP = 3
    WORD = 4


@dataclass(frozen=True, slots=True)
class View:
    """The tokens of a window as a search sees them.

    ``kinds`` are their classes, ``gaps`` tell whether a negation may be missing before each;
    ``words`` are the names, numbers and strings, with the places in the window where each stands.
    """

    classes: TokenClasses
    kinds: Sequence[str]
    gaps: Sequence[bool]
    words: Mapping[str, Sequence[int]]


class Tables:
    """Answers any question about a window that was read; each answer is a float32.

    Args:
        model: has read the window.
        span: what came of it.
        view: its tokens.
    """

    def __init__(self, model: EditModel, span: Span, view: View) -> None:
        import torch

        self._model, self._span, self._view = model, span, view
        classes = view.classes
        self._edits = span.edits - span.edits[:, KEEP, None]
        self._gaps = span.inserts[:, classes.negation] - span.inserts[:, KEEP]
        refused = ~classes.edits[torch.tensor([classes.numbers[kind] for kind in view.kinds])]
        wrong = self._edits.masked_fill(refused, -torch.inf).logsumexp(-1)
        missing = self._gaps.masked_fill(~torch.tensor(view.gaps), -torch.inf)
        self._places = torch.stack((wrong, missing)).clamp(min=_FAINTEST)

    def top(self) -> dict[Question, float]:
        """The most suspicious places."""
        best = self._places.flatten().topk(min(PLACES, self._places.numel()))
        count = self._places.shape[1]
        pairs = zip(TorchMath.plain(best.indices), TorchMath.plain(best.values), strict=True)
        return {
            (Asked.TOP, int(at) % count, int(at) // count): odds
            for at, odds in pairs
            if odds > _FAINTEST
        }

    def answer(self, question: Question) -> float:
        """The answer to one question."""
        what, place, which = question
        match what:
            case Asked.PLACE:
                return float(self._places[which, place])
            case Asked.EDIT:
                return float(self._edits[place, which])
            case Asked.GAP:
                return float(self._gaps[place])
            case _:
                return float(self._words[place, self._rows[which]])

    @cached_property
    def _rows(self) -> dict[int, int]:
        """The column of each word in the table, by its first place."""
        return {places[0]: number for number, places in enumerate(self._view.words.values(), 1)}

    @cached_property
    def _words(self) -> Tensor:
        """Of all tokens at once: whatever is asked, the numbers come of one multiplication."""
        import torch

        size = self._span.last - self._span.first
        where = [0] * (1 + size)  # the first column is for all that is no word, and for the unread
        for number, places in enumerate(self._view.words.values(), 1):
            for place in places:
                where[1 + place] = number
        logits = self._model.name_table(self._span, range(size), insert=False).cpu()
        own = torch.eye(size, 1 + size, dtype=torch.bool).roll(1, 1)
        chances = logits.masked_fill(own, -torch.inf).softmax(-1)
        table = torch.zeros(size, 1 + len(self._view.words))
        table.index_add_(1, torch.tensor(where), chances)
        return table.clamp(min=_LEAST).log()
