"""A keyword that runs into a name, or into letters that fell from nowhere."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_SCRIPT: Final = (
    "const", "let", "var", "function", "return", "new", "typeof", "class", "export", "default",
    "import", "from", "extends", "throw", "case", "else", "async", "await", "if", "in", "of", "as",
)  # fmt: skip
_FIRST: Final = ("import", "from", "def", "class", "return", "const", "let", "var", "function")
"""Keywords that begin a line."""


class JoinedKeyword(SyntaxRule):
    """The space between a keyword and a name is lost: ``assertx``, ``from a.bimport c``.

    What stands before a keyword at the start of a line may also be too much: ``wimport os``.
    """

    name: ClassVar[str] = "syntax/joined-keyword"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("important = forms\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "from __future__import division\n": "from __future__ import division\n",
        "assertblueis not None\n": "assert blue is not None\n",
        "for x inrange(3):\n    pass\n": "for x in range(3):\n    pass\n",
        "wqimport os\n": "import os\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each name near the fault that begins or ends with a keyword, or both."""
        words = tuple(keyword.kwlist) if broken.language.name in PYTHON else _SCRIPT
        for number in broken.around(1):
            for lexeme in broken.code_of(number):
                if lexeme.kind != "name":
                    continue
                apart = list(self._apart(lexeme, words))
                for edit in apart:
                    yield self.proposal("set the keyword apart", edit)
                if lexeme.start == broken.span(number)[0] + len(broken.indent(number)):
                    for word in _FIRST:
                        if lexeme.text.endswith(word) and lexeme.text != word:
                            stray = Edit(lexeme.start, lexeme.end - len(word), "")
                            yield self.proposal("remove what stands before the keyword", stray)
                for edit in apart[1:]:
                    if apart[0].start < edit.start:
                        yield self.proposal("set the keywords apart", apart[0], edit)

    @staticmethod
    def _apart(lexeme: Lexeme, words: tuple[str, ...]) -> Iterator[Edit]:
        """A space behind a keyword that a name begins with, then before one that it ends with."""
        text = lexeme.text
        for word in sorted(words, key=len, reverse=True):
            if text.startswith(word) and len(text) > len(word):
                place = lexeme.start + len(word)
                yield Edit(place, place, " ")
        for word in sorted(words, key=len, reverse=True):
            if text.endswith(word) and len(text) > len(word):
                place = lexeme.end - len(word)
                yield Edit(place, place, " ")
