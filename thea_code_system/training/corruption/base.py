"""What all ways of breaking code share: a text, its tokens, and a generator to draw with."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from thea_code_system.models.tokens import LINE, CodeToken, CodeTokens
from thea_code_system.values.correction import Edit

BRACKETS: Final = {"(": ")", "[": "]", "{": "}"}
CLOSERS: Final = {closer: opener for opener, closer in BRACKETS.items()}
_TRIES: Final = 30


class Breaker:
    """Breaks one text in some ways; owned by one :class:`Corruptor`.

    Each public method is a way: it draws a place, near a token's index or anywhere, and returns
    disjoint edits, or None where the place drawn does not suit it.

    Args:
        text: code that parses.
        tokens: its tokens.
        rng: what all places and choices are drawn with.
        python: whether it is Python, and not JavaScript or TypeScript.
    """

    def __init__(self, text: str, tokens: CodeTokens, rng: random.Random, *, python: bool) -> None:
        self._text, self._tokens, self._rng, self._python = text, tokens, rng, python
        self._items = tokens.items

    def _pick(
        self, wanted: Callable[[CodeToken], bool], near: int | None, reach: int = 60
    ) -> int | None:
        """The index of a token that is wanted, at most ``reach`` tokens away; None if not met."""
        low, high = 0, len(self._items)
        if near is not None:
            low, high = max(0, near - reach), min(high, near + reach)
        if low >= high:
            return None
        for _ in range(_TRIES):
            index = self._rng.randrange(low, high)
            if wanted(self._items[index]):
                return index
        return None

    def _replace(self, index: int, new: str) -> list[Edit]:
        token = self._items[index]
        return [Edit(token.start, token.end, new)]

    def _drop(self, index: int) -> list[Edit]:
        """A token, and the space before it where two others would stand apart by two."""
        token = self._items[index]
        start = token.start
        if token.spaced and self._rng.random() < 0.5:
            while start and self._text[start - 1] == " " and start > self._before(index):
                start -= 1
        return [Edit(start, token.end, "")]

    def _before(self, index: int) -> int:
        return self._items[index - 1].end if index else 0

    def _line_end(self, index: int) -> int:
        """The index after the last token of the line that begins at an index."""
        index += 1
        while index < len(self._items) and self._items[index].kind != LINE:
            index += 1
        return index
