"""Whether the owner of some code made the same edit, whatever else the commit changed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from thea_code_system.training.token_edits import TokenEdits

_ALIKE: Final = 0.6  # share of common tokens from which a line is taken for another's later version
_Line = tuple[str, ...]


class KeptEdits:
    """Organ: compares what was made of a text with what its owner made of it, by lines of tokens.

    An edit was kept if every line that it changed stands at the same place in the owner's text, and
    none that it removed does. A single line may have been changed further, if the tokens that the
    edit wrote stand in it between the same neighbours.

    Args:
        language: the name of a language.
    """

    def __init__(self, language: str) -> None:
        self._compare = TokenEdits(language)

    def kept(self, broken: str, made: str, fixed: str) -> bool | None:
        """None where the owner's text has no line left that could tell."""
        old, new, theirs = (self._lines(text) for text in (broken, made, fixed))
        there = self._matched(new, theirs)
        told: set[bool | None] = set()
        for tag, first, last, low, high in self._changes(old, new):
            if tag == "equal":
                continue
            fewer = high - low < last - first  # what was removed must not stand there
            around = range(max(low - 1, 0), min(high + 1, len(new))) if fewer else range(low, high)
            places = [there.get(at, -1) for at in around]
            stands = bool(places) and -1 not in places
            stands = stands and (not fewer or places[-1] - places[0] == len(places) - 1)
            if not stands and last - first == high - low == 1:
                told.add(self._within(old[first], new[low], theirs))
            else:
                told.add(stands)
        return False if False in told else None if None in told else True

    def _within(self, old: _Line, new: _Line, theirs: Sequence[_Line]) -> bool | None:
        """Whether the line that the owner made of one holds the same edit of tokens."""
        likest = max(theirs, key=lambda line: self._likeness(new, line), default=())
        if self._likeness(new, likest) < _ALIKE:
            return None
        old, new, likest = (("^", *line, "$") for line in (old, new, likest))
        return all(
            tag == "equal"
            or self._count(likest, new[low - 1 : high + 1])
            > self._count(old, new[low - 1 : high + 1])
            for tag, _, _, low, high in self._changes(old, new)
        )

    @staticmethod
    def _likeness(one: _Line, other: _Line) -> float:
        common = sum((Counter(one) & Counter(other)).values())
        return 2 * common / (len(one) + len(other) or 1)

    @staticmethod
    def _count(line: _Line, piece: _Line) -> int:
        return sum(line[at : at + len(piece)] == piece for at in range(len(line)))

    def _lines(self, text: str) -> list[_Line]:
        """Tokens by line, blank lines and comments left out."""
        found = (self._compare.tokens(line) for line in text.splitlines())
        return [tuple(tokens) for tokens in found if tokens]

    def _matched(self, made: Sequence[_Line], theirs: Sequence[_Line]) -> dict[int, int]:
        """Where the lines made stand in the owner's text."""
        return {
            at: low + at - first
            for tag, first, last, low, _ in self._changes(made, theirs)
            if tag == "equal"
            for at in range(first, last)
        }

    @staticmethod
    def _changes(
        one: Sequence[object], other: Sequence[object]
    ) -> list[tuple[str, int, int, int, int]]:
        matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
        return list(matcher.get_opcodes())
