"""Where a whole text is cut into the windows that the network reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from thea_code_system.models.tokens import LINE, CodeToken, CodeTokens

WINDOW: Final = 256
_NEAREST, _FARTHEST = 128, 224  # tokens from one window's first to the next one's


class Windows:
    """Windows that overlap and cover a text, each full where there are enough tokens.

    A window begins with the least indented line within reach of the one above it, the last such
    line: where a function begins, mostly. What lies between decides about a cut, not how far down
    it is; so soon below an edit the windows are those that the text had before.

    ``spans`` are half-open. ``owners`` has the number of one window for each token: of those that
    it lies in, that in which it is farthest from the borders.
    """

    def __init__(self, tokens: CodeTokens, rows: int) -> None:
        self.spans = tuple(self._cut(tokens.items, rows))
        self.owners = [0] * rows
        depths = [-1] * rows
        for number, (first, last) in enumerate(self.spans):
            for index in range(first, last):
                depth = min(index - first, last - 1 - index)
                if depth > depths[index]:
                    depths[index], self.owners[index] = depth, number

    @classmethod
    def _cut(cls, items: Sequence[CodeToken], rows: int) -> Iterator[tuple[int, int]]:
        first = 0
        while first + WINDOW < rows:
            yield first, first + WINDOW
            first = cls._next(items, first)
        yield max(rows - WINDOW, 0), rows

    @staticmethod
    def _next(items: Sequence[CodeToken], first: int) -> int:
        reach = range(first + _NEAREST, first + _FARTHEST + 1)
        lines = [index for index in reach if items[index].kind == LINE]
        return min(lines, key=lambda index: (items[index].column, -index), default=reach[-1])
