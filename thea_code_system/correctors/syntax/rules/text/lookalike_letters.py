"""Letters of other alphabets in keywords."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_LATIN: Final = str.maketrans(
    "аеорсухіјѕԁһӏԛԝгпвкмтАВЕКМНОРСТХІЈЅαεορυνικτΑΒΕΖΗΙΚΜΝΟΡΤΥΧａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚℓıɑɡ",
    "aeopcyxijsdhlqwrnbkmtABEKMHOPCTXIJSaeopuviktABEZHIKMNOPTYXabcdefghijklmnopqrstuvwxyzliag",
)
_SCRIPT: Final = frozenset(
    {
        "as", "async", "await", "break", "case", "catch", "class", "const", "continue",
        "debugger", "default", "delete", "do", "else", "enum", "export", "extends", "false",
        "finally", "for", "from", "function", "if", "import", "in", "instanceof", "let",
        "new", "null", "of", "return", "static", "super", "switch", "this", "throw", "true",
        "try", "typeof", "undefined", "var", "void", "while", "with", "yield", "interface",
        "type",
    }
)  # fmt: skip


class LookalikeLetters(SyntaxRule):
    """Keywords and names spelled with a Cyrillic, Greek or full-width letter that looks Latin.

    The letters come from a keyboard left in another layout, or from an obfuscated paste. A mixed
    word is taken for Latin where that makes it a keyword, or a name that the file uses elsewhere.
    """

    name: ClassVar[str] = "syntax/lookalike-letter"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("имя = 1\nα = 2\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "d\u0435f area(r):\n    return r * r\n": "def area(r):\n    return r * r\n",
        "def area(r):\n    r\u0435turn r\n": "def area(r):\n    return r\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All words that become keywords, and with them those that become known names."""
        keywords = _SCRIPT
        if broken.language.name in PYTHON:
            keywords = frozenset({*keyword.kwlist, "match", "case", "print"})
        known = {lexeme.text for lexeme in broken.lexemes if lexeme.kind in {"name", "keyword"}}
        edits = [
            Edit(lexeme.start, lexeme.end, latin)
            for lexeme in broken.lexemes
            if not lexeme.text.isascii()
            and lexeme.kind not in {"string", "comment"}
            and (latin := lexeme.text.translate(_LATIN)).isascii()
            and (latin in keywords or latin in known)
        ]
        if edits:
            yield self.proposal("Write keywords in Latin letters", *edits)
