"""Turns lexemes into the words that n-grams are counted over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from thea_code_system.languages.base import Lexeme

_OPEN: Final = frozenset("([{")
_CLOSE: Final = frozenset(")]}")
_SMALL: Final = frozenset({"0", "1", "2"})
_SHAPES: Final = (
    (re.compile(r"__\w+__$"), "<dunder>"),
    (re.compile(r"_"), "<private>"),
    (re.compile(r"[A-Z][A-Z\d_]+$"), "<CONST>"),
    (re.compile(r"[A-Z]"), "<Class>"),
)


class Words:
    """Names become themselves where they are common, else a shape; lines carry their indentation.

    In Python a line begins with ``<line =>``, ``<line +>`` or ``<line -N>`` (N levels dedented);
    other languages have a bare ``<line>``.
    """

    def __init__(self, common: Iterable[str], *, indented: bool) -> None:
        self._common = frozenset(common)
        self._indented = indented

    def __call__(self, lexemes: Sequence[Lexeme]) -> Iterator[str]:
        """The words of a stretch of lexemes, in order."""
        depth, stack, pending = 0, [0], True
        indent = 0
        for lexeme in lexemes:
            kind = lexeme.kind
            if kind == "newline":
                pending, indent = pending or depth == 0 or not self._indented, 0
            elif kind == "indent":
                indent = len(lexeme.text.expandtabs(8))
            elif kind not in {"space", "comment"}:
                if pending:
                    pending = False
                    yield self._line(stack, indent)
                text = lexeme.text
                if text in _OPEN:
                    depth += 1
                elif text in _CLOSE:
                    depth = max(0, depth - 1)
                yield self._word(kind, text)

    def _line(self, stack: list[int], indent: int) -> str:
        if not self._indented:
            return "<line>"
        if indent > stack[-1]:
            stack.append(indent)
            return "<line +>"
        left = 0
        while len(stack) > 1 and indent < stack[-1]:
            stack.pop()
            left += 1
        if indent != stack[-1]:
            return "<line ?>"
        return f"<line -{min(left, 4)}>" if left else "<line =>"

    def _word(self, kind: str, text: str) -> str:
        if kind == "name" and text not in self._common:
            return next((word for shape, word in _SHAPES if shape.match(text)), "<name>")
        if kind == "number":
            return text if text in _SMALL else "<number>"
        if kind == "string":
            return self._string(text)
        return text

    @staticmethod
    def _string(text: str) -> str:
        quote = text.lstrip("rRbBfFuUtT")
        prefix = text[: len(text) - len(quote)].lower()
        shape = "doc" if quote[:3] in {'"""', "'''"} else "str"
        if not quote.strip("'\"`"):
            shape = "empty"
        return f"<{'f' if 'f' in prefix else ''}{shape}>"
