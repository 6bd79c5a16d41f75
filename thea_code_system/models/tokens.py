"""A text as the edit model reads it: one token a lexeme, and one for the start of each line."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Lexeme

LINE: Final = "line"
KINDS: Final = (
    "pad", "line", "name", "keyword", "number", "string", "operator", "comment", "other", "mask",
)  # fmt: skip
"""What a token can be; ``pad`` and ``mask`` only in what the network reads."""
_TAB: Final = 8
_STEPS: Final = (4, 2, 8, 3)  # levels of indentation that occur, in columns


@dataclass(frozen=True, slots=True)
class CodeToken:
    """A lexeme, or what leads to the first one of a line (kind ``line``, text empty).

    ``start`` and ``end`` are offsets in code points, half-open. A ``line`` token spans the line's
    own white space; ``column`` is its width with tabs of 8, ``gap`` how many blank lines are above.
    ``spaced`` is whether white space precedes a lexeme on its line.
    """

    kind: str
    start: int
    end: int
    text: str
    spaced: bool = False
    column: int = 0
    gap: int = 0


@dataclass(frozen=True, slots=True)
class CodeTokens:
    """The tokens of a text in order; white space and blank lines are told by ``line`` tokens.

    ``unit`` is one level of indentation, in columns.
    """

    items: tuple[CodeToken, ...]
    unit: int

    @classmethod
    def of(cls, lexemes: Sequence[Lexeme]) -> CodeTokens:
        """Read the lossless lexemes of a text; one without a lexeme but space has no tokens."""
        items: list[CodeToken] = []
        fresh, spaced, start, column, newlines = True, False, 0, 0, 0
        for lexeme in lexemes:
            kind = lexeme.kind
            if kind == "newline":
                fresh, start, column = True, lexeme.end, 0
                newlines += 1
            elif kind == "indent":
                column = len(lexeme.text.expandtabs(_TAB))
            elif kind == "space":
                spaced = True
            else:
                if fresh:
                    gap = max(newlines - 1, 0) if items else newlines
                    items.append(CodeToken(LINE, start, lexeme.start, "", False, column, gap))
                    fresh, newlines = False, 0
                items.append(CodeToken(kind, lexeme.start, lexeme.end, lexeme.text, spaced))
                spaced = False
        return cls(tuple(items), cls._unit(items))

    @staticmethod
    def _unit(items: Sequence[CodeToken]) -> int:
        columns = [item.column for item in items if item.kind == LINE]
        steps: dict[int, int] = {}
        for above, below in itertools.pairwise(columns):
            if below - above in _STEPS:
                steps[below - above] = steps.get(below - above, 0) + 1
        return max(steps, key=lambda step: (steps[step], step), default=4)

    def at(self, offset: int) -> int:
        """The index of the token that an offset is in, or of the next; of the last at the end."""
        index = bisect.bisect_right(self.items, offset, key=self._end_of)
        return min(index, max(len(self.items) - 1, 0))

    def line_before(self, index: int) -> int:
        """The index of the last ``line`` token at or before an index; 0 if there is none."""
        while index > 0 and self.items[index].kind != LINE:
            index -= 1
        return index

    @staticmethod
    def _end_of(token: CodeToken) -> int:
        return token.end
