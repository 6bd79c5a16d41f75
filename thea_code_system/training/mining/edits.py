"""The one place where two versions of a Python file differ, in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Lexeme
from thea_code_system.languages.tokens import Tokenizer

_LINES: Final = 4  # a call over more lines is rare
_LAYOUT: Final = frozenset({"space", "newline"})


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens of one version: the line of the first (from 1), its column and the end of the last.

    Columns count bytes of UTF-8 from 0, as the nodes of a syntax tree do.
    """

    tokens: tuple[str, ...]
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class SingleEdit:
    """What one contiguous run of tokens was before, and what it is after."""

    before: Span
    after: Span
    old_lines: tuple[str, ...]
    new_lines: tuple[str, ...]

    @property
    def old(self) -> str:
        """The old tokens, a space between them."""
        return " ".join(self.before.tokens)

    @property
    def new(self) -> str:
        """The new tokens, a space between them."""
        return " ".join(self.after.tokens)


class EditFinder:
    """Compares two versions line by line, then token by token."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.python()

    def find(self, before: str, after: str) -> SingleEdit | None:
        """The one edit between two texts; None if they differ in more lines than one edit has."""
        if abs(len(before) - len(after)) > 200:
            return None
        old, new = before.split("\n"), after.split("\n")
        top = self._shared(old, new)
        bottom = self._shared(old[top:][::-1], new[top:][::-1])
        old, new = old[top : len(old) - bottom], new[top : len(new) - bottom]
        if not 0 < len(old) <= _LINES or not 0 < len(new) <= _LINES:
            return None
        a, b = self._tokens(old), self._tokens(new)
        left = self._shared(words := [t.text for t in a], others := [t.text for t in b])
        right = self._shared(words[left:][::-1], others[left:][::-1])
        if len(a) == left + right and len(b) == left + right:
            return None
        return SingleEdit(
            self._span(old, a, left, len(a) - right, top),
            self._span(new, b, left, len(b) - right, top),
            tuple(old),
            tuple(new),
        )

    @staticmethod
    def _shared(one: Sequence[str], other: Sequence[str]) -> int:
        """How many items two sequences share from their start."""
        pairs = enumerate(zip(one, other, strict=False))
        return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))

    def _tokens(self, lines: Sequence[str]) -> list[Lexeme]:
        """Tokens with ``is not`` and ``not in`` as one each."""
        out: list[Lexeme] = []
        for lexeme in self._tokenizer("\n".join(lines)):
            if lexeme.kind in _LAYOUT:
                continue
            last = out[-1].text if out else ""
            if (last, lexeme.text) in {("is", "not"), ("not", "in")}:
                first = out.pop()
                text = f"{last} {lexeme.text}"
                out.append(Lexeme("keyword", first.start, lexeme.end, text))
            else:
                out.append(lexeme)
        return out

    @staticmethod
    def _span(lines: Sequence[str], tokens: list[Lexeme], start: int, end: int, top: int) -> Span:
        """Where the tokens from ``start`` to ``end`` stand; if there are none, where one would."""
        text = "\n".join(lines)
        some = tokens[start:end]
        first = tokens[start].start if start < len(tokens) else len(text)
        last = some[-1].end if some else first
        places = []
        for offset in (first, last):
            begin = text.rfind("\n", 0, offset) + 1
            row = text.count("\n", 0, offset) + top + 1
            places += [row, len(text[begin:offset].encode("utf-8", "replace"))]
        return Span(tuple(t.text for t in some), *places)
