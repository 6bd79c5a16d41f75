"""Python 2's backticks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal


class Backticks(SyntaxRule):
    """An expression in backticks, which in Python 2 was its ``repr``."""

    name: ClassVar[str] = "syntax/backticks"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.93
    CLEAN: ClassVar[tuple[str, ...]] = ("x = repr(y)  # `y`\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = 'a' + `y + 1` + `z`\n": "x = 'a' + repr(y + 1) + repr(z)\n"
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All pairs of the file at once; both ticks of a pair are on one line."""
        edits: list[Edit] = []
        opened: Lexeme | None = None
        for lexeme in broken.lexemes:
            if lexeme.kind == "newline":
                opened = None
            elif lexeme.text == "`" and opened is None:
                opened = lexeme
            elif lexeme.text == "`" and opened is not None:
                if opened.end < lexeme.start:
                    edits.append(Edit(opened.start, opened.end, "repr("))
                    edits.append(Edit(lexeme.start, lexeme.end, ")"))
                opened = None
        if edits:
            yield self.proposal("Call repr", *edits)
