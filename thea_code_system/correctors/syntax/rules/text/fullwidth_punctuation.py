"""Full-width and typographic punctuation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_PLAIN: Final = {
    "\u3001": ",", "\u3002": ".", "\u3010": "[", "\u3011": "]", "\u300a": "<", "\u300b": ">",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u00d7": "*", "\u2217": "*", "\u00f7": "/", "\u2044": "/", "\u2215": "/", "\u2260": "!=",
    "\u2264": "<=", "\u2265": ">=", "\u2026": "...", "\u037e": ";", "\u2236": ":", "\ua789": ":",
    "\u02d0": ":", "\u0589": ":", "\u201a": ",", "\u060c": ",", "\u2223": "|", "\u00a6": "|",
    "\u02c6": "^", "\u2039": "<", "\u203a": ">", "\u2024": ".", "\u2192": "->", "\u21d2": "=>",
}  # fmt: skip


class FullwidthPunctuation(SyntaxRule):
    """Punctuation of another keyboard or of a typesetter where an operator is meant.

    East Asian input methods write full-width brackets, commas and colons; word processors turn
    hyphens into dashes and ``!=`` into one sign. Outside strings and comments only the ASCII
    characters are operators.
    """

    name: ClassVar[str] = "syntax/fullwidth-punctuation"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ('greeting = "你好，世界！"\n', "x = 1  # a – b\n")
    FIXES: ClassVar[dict[str, str]] = {
        "def area（w，h）：\n    print(w, h)；return w × h\n": (
            "def area(w,h):\n    print(w, h);return w * h\n"
        ),
        "if a ≠ b:\n    c = a – b\n": "if a != b:\n    c = a - b\n",
        "items ＝ ［１, ２］\n": "items = [1, 2]\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of them at once; the letters of identifiers stay."""
        edits: list[Edit] = []
        for lexeme in broken.lexemes:
            if not lexeme.text.isascii() and lexeme.kind not in {"string", "comment"}:
                edits += self._plain(lexeme)
        if edits:
            yield self.proposal("Write punctuation in ASCII", *edits)

    @staticmethod
    def _plain(lexeme: Lexeme) -> Iterator[Edit]:
        for at, character in enumerate(lexeme.text, lexeme.start):
            plain = _PLAIN.get(character)
            if plain is None and "\uff01" <= character <= "\uff5e" and not character.isalpha():
                plain = unicodedata.normalize("NFKC", character)
            if plain is not None:
                yield Edit(at, at + 1, plain)
