"""Zero-width and exotic white space."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_NOTHING: Final = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_NEWLINE: Final = re.compile("[\u0085\u2028\u2029]")


class InvisibleCharacters(SyntaxRule):
    """Zero-width characters, bidirectional controls and no-break spaces between tokens.

    Word processors, chat programs and web pages leave them behind. No grammar but JavaScript's
    takes them for white space, so outside strings and comments they are dropped (zero width) or
    made plain spaces and newlines.
    """

    name: ClassVar[str] = "syntax/invisible-characters"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.98
    CLEAN: ClassVar[tuple[str, ...]] = ('title = "a\u200bb\u00a0c"\n', "# a\u00a0note\nx = 1\n")
    FIXES: ClassVar[dict[str, str]] = {
        "def\u00a0area(r):\n\u00a0\u00a0\u00a0\u00a0return r\u200b * r\n": (
            "def area(r):\n    return r * r\n"
        ),
        "\ufeffimport os\u2028import sys\n": "import os\nimport sys\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of them at once: none is ever wanted."""
        edits: list[Edit] = []
        for lexeme in broken.lexemes:
            if lexeme.text.isascii() or self._keeps(lexeme.kind):
                continue
            for pattern, plain in ((_NOTHING, ""), (_SPACE, " "), (_NEWLINE, "\n")):
                edits += (
                    Edit(lexeme.start + found.start(), lexeme.start + found.end(), plain)
                    for found in pattern.finditer(lexeme.text)
                )
        if edits:
            yield self.proposal("Remove invisible characters between tokens", *edits)

    @staticmethod
    def _keeps(kind: str) -> bool:
        return kind in {"string", "comment"}
