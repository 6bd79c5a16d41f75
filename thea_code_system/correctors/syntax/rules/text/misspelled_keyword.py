"""Misspelled keywords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_PYTHON_FIRST: Final = frozenset(
    {
        "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "else",
        "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
        "nonlocal", "not", "or", "raise", "return", "try", "while", "with", "yield", "match",
        "case",
    }
)  # fmt: skip
_SCRIPT_FIRST: Final = frozenset(
    {
        "async", "await", "case", "catch", "class", "const", "constructor", "continue",
        "default", "delete", "do", "else", "enum", "export", "extends", "finally", "for",
        "from", "function", "if", "import", "in", "instanceof", "interface", "let", "new",
        "of", "return", "static", "switch", "throw", "try", "type", "typeof", "var", "while",
        "with", "yield", "implements", "private", "public", "protected", "readonly",
    }
)  # fmt: skip
_SHORT: Final = 3


class MisspelledKeyword(SyntaxRule):
    """A keyword with one letter missing, doubled, wrong or two exchanged: ``retrun``, ``fucntion``.

    A word next to the fault that is one slip of the fingers away from a keyword, and that the file
    uses nowhere else, is taken for that keyword. Wrong capitals (``Return``) count as one slip.
    """

    name: ClassVar[str] = "syntax/misspelled-keyword"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("fro = 1\nprint(fro)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def area(r):\n    retrun r * r\n": "def area(r):\n    return r * r\n",
        "dfe area(r):\n    return r * r\n": "def area(r):\n    return r * r\n",
        "form os import path\n": "from os import path\n",
        "For x in range(3):\n    pass\n": "for x in range(3):\n    pass\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each word around a fault that is nearly a keyword, alone."""
        python = broken.language.name in PYTHON
        keywords = _PYTHON_FIRST if python else _SCRIPT_FIRST
        lines = reversed(broken.beside(below=0))
        counts: dict[str, int] = {}
        for lexeme in broken.lexemes:
            counts[lexeme.text] = counts.get(lexeme.text, 0) + 1
        for number in lines:
            words = [lexeme for lexeme in broken.lexemes_of(number) if lexeme.text.strip()]
            for index, word in enumerate(words):
                if word.kind != "name" or (index and words[index - 1].text == "."):
                    continue
                weight = 1.0 if index == 0 else 0.8
                yield from self._meant(word, keywords, weight / counts[word.text] ** 2)

    def _meant(self, word: Lexeme, keywords: frozenset[str], weight: float) -> Iterator[Proposal]:
        for meant in sorted(keywords):
            slip = self._slip(word.text, meant)
            if slip:
                score = self.prior * weight * slip
                yield self.proposal(
                    f"Write {meant} for {word.text}",
                    Edit(word.start, word.end, meant),
                    score=score,
                )

    @staticmethod
    def _slip(word: str, meant: str) -> float:
        """How likely one slip made this word of a keyword; 0 where it takes more than one."""
        if word.lower() == meant:
            return 1.0
        if abs(len(word) - len(meant)) > 1 or len(word) < 2:
            return 0.0
        shorter = min(len(word), len(meant))
        at = next((at for at in range(shorter) if word[at] != meant[at]), shorter)
        tail, rest = word[at:], meant[at:]
        if sorted(word) == sorted(meant) and len(meant) <= _SHORT:
            return 0.9
        if tail[:2] == rest[:2][::-1] and tail[2:] == rest[2:]:
            return 1.0
        if tail[1:] == rest or tail == rest[1:]:
            return 0.8 if len(meant) > _SHORT else 0.5
        return (0.6 if len(meant) > _SHORT else 0.3) if tail[1:] == rest[1:] else 0.0
