"""What one break is, and the source that breaks are drawn from."""

from __future__ import annotations

import bisect
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Edit = tuple[int, int, str]  # half-open span in characters, and its replacement


@dataclass(frozen=True)
class Token:
    """One token of a healthy file; offsets count characters."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Break:
    """Edits that belong together.

    `shape`: 'token', 'line' (prefixes or blocks of lines) or 'wrap' (around the file).
    """

    edits: tuple[Edit, ...]
    shape: str = "token"


class Source:
    """A healthy file, its lines and its tokens."""

    def __init__(self, text: str, language: str, tokens: list[Token]) -> None:
        self.text = text
        self.language = language
        self.tokens = tokens
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    @property
    def python(self) -> bool:
        return self.language == "python"

    def line_of(self, offset: int) -> int:
        return min(bisect.bisect_right(self.starts, offset) - 1, len(self.lines) - 1)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of the lines first..last, last included."""
        return self.starts[first], self.starts[last + 1]

    def line_tokens(self, line: int) -> list[Token]:
        start, end = self.span(line, line)
        low = bisect.bisect_left(self.tokens, start, key=lambda t: t.start)
        high = bisect.bisect_left(self.tokens, end, key=lambda t: t.start)
        return self.tokens[low:high]

    def ends_clean(self, line: int) -> bool:
        """No token spans the end of this line, so a whole line may be put after it."""
        end = self.starts[line + 1]
        at = bisect.bisect_left(self.tokens, end, key=lambda t: t.start) - 1
        return at < 0 or self.tokens[at].end <= end


Kind = Callable[[Source, random.Random], Iterator[Break]]


def shuffled(items: list, rng: random.Random) -> list:
    return rng.sample(items, len(items))


def apply(text: str, edits: list[Edit]) -> str:
    out, at = [], 0
    for start, end, replacement in sorted(edits):
        out += [text[at:start], replacement]
        at = end
    return "".join([*out, text[at:]])
