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
_INVISIBLE: Final = re.compile("|".join(each.pattern for each in (_NOTHING, _SPACE, _NEWLINE)))


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
            for found in _INVISIBLE.finditer(lexeme.text):
                start, end = lexeme.start + found.start(), lexeme.start + found.end()
                edits.append(Edit(start, end, self._plain(broken.text, start, end)))
        if edits:
            yield self.proposal("Remove invisible characters between tokens", *edits)

    @staticmethod
    def _keeps(kind: str) -> bool:
        return kind in {"string", "comment"}

    @staticmethod
    def _plain(text: str, start: int, end: int) -> str:
        """White space for white space; none where code has none, or has some already."""
        if _NEWLINE.match(text, start):
            return "\n"
        if not _SPACE.match(text, start):
            return ""
        before, after = text[start - 1 : start], text[end : end + 1]
        indents = text[:start].rpartition("\n")[2].strip() == ""
        tight = before in {"(", "[", ".", " "} or after in {")", "]", ",", ".", ":", ";", " "}
        return "" if tight and not indents else " "
