"""Python 2's comma between an exception and its name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal


class ExceptComma(SyntaxRule):
    """``except Error, name:`` of Python 2, which Python 3 writes with ``as``.

    Where what follows the comma is a class itself, several exceptions were meant, and they get
    their parentheses.
    """

    name: ClassVar[str] = "syntax/except-comma"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("try:\n    f()\nexcept (A, B) as e:\n    g(e)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "try:\n    f()\nexcept OSError, e:\n    g(e)\n": (
            "try:\n    f()\nexcept OSError as e:\n    g(e)\n"
        ),
        "try:\n    f()\nexcept (A, B), e:\n    g(e)\n": (
            "try:\n    f()\nexcept (A, B) as e:\n    g(e)\n"
        ),
        "try:\n    f()\nexcept OSError, ValueError:\n    g()\n": (
            "try:\n    f()\nexcept (OSError, ValueError):\n    g()\n"
        ),
        "try:\n    f()\nexcept OSError, ValueError as e:\n    g(e)\n": (
            "try:\n    f()\nexcept (OSError, ValueError) as e:\n    g(e)\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All handlers of the file at once."""
        edits: list[Edit] = []
        for statement in Statement.of(broken.lexemes):
            if statement.first.text == "except" and len(statement.tokens) > 3:
                edits += self._named(statement)
        if edits:
            yield self.proposal("Name the exception with as", *edits)

    def _named(self, statement: Statement) -> Iterator[Edit]:
        stop = 1 if statement.last.text == ":" else 0
        header = Statement(statement.tokens[1 : len(statement.tokens) - stop])
        parts = header.parts(",")
        if len(parts) < 2 or not all(parts):
            return
        if len(parts) == 2 and len(parts[1]) == 1 and not self._is_class(parts[1][0]):
            yield Edit(parts[0][-1].end, parts[1][0].start, " as ")
        else:
            classes = list(itertools.takewhile(lambda token: token.text != "as", header.tokens))
            yield Edit(header.first.start, header.first.start, "(")
            yield Edit(classes[-1].end, classes[-1].end, ")")

    @staticmethod
    def _is_class(token: Lexeme) -> bool:
        return len(token.text) > 1 and token.text[0].isupper() and not token.text.isupper()
