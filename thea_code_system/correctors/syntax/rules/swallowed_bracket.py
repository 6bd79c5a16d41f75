"""An opening bracket lost between two names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_OPENER: Final = {")": "(", "]": "[", "}": "{"}


class SwallowedBracket(SyntaxRule):
    """``keysi - 1]`` for ``keys[i - 1]``: two names grew together where a bracket was lost.

    A line closes a bracket that it never opened, and holds a word that the file uses nowhere else
    but that is two words it does use.
    """

    name: ClassVar[str] = "syntax/swallowed-bracket"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.85
    CLEAN: ClassVar[tuple[str, ...]] = ("keysi = keys[i]\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "keys = i = 0\nx = keysi - 1]\n": "keys = i = 0\nx = keys[i - 1]\n",
        "def area(r):\n    return r\n\nr = 2\narear) + 1\n": (
            "def area(r):\n    return r\n\nr = 2\narea(r) + 1\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Every way to part an unknown word on a line near a fault into two known ones."""
        counts: dict[str, int] = {}
        for lexeme in broken.lexemes:
            if lexeme.kind in {"name", "keyword", "number"}:
                counts[lexeme.text] = counts.get(lexeme.text, 0) + 1
        for number in broken.beside():
            code = broken.code_of(number)
            closer = self._unopened(code)
            if closer is None:
                continue
            for word in code:
                if word.kind == "name" and counts[word.text] == 1 and word.end <= closer.start:
                    for at in range(1, len(word.text)):
                        left, right = word.text[:at], word.text[at:]
                        known = min(counts.get(left, 0), counts.get(right, 0))
                        if known:
                            edit = Edit(word.start + at, word.start + at, _OPENER[closer.text])
                            message = f"Part {left} and {right}"
                            yield self.proposal(message, edit)

    @staticmethod
    def _unopened(code: tuple[Lexeme, ...]) -> Lexeme | None:
        """The first bracket that a line closes behind a word without having opened it."""
        stack: list[str] = []
        words = 0
        for token in code:
            words += token.kind == "name"
            if token.text in _OPENER.values():
                stack.append(token.text)
            elif token.text in _OPENER:
                if words and (not stack or stack[-1] != _OPENER[token.text]):
                    return token
                if stack:
                    stack.pop()
        return None
