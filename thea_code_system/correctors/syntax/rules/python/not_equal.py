"""Python 2's other sign of inequality."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class NotEqual(SyntaxRule):
    """``<>``, which Python 3 knows only as ``!=``."""

    name: ClassVar[str] = "syntax/not-equal"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.98
    CLEAN: ClassVar[tuple[str, ...]] = ("x = a != b\n", "x = '<>'\n")
    FIXES: ClassVar[dict[str, str]] = {"if a <> b:\n    c()\n": "if a != b:\n    c()\n"}

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once."""
        edits = [Edit(each.start, each.end, "!=") for each in broken.lexemes if each.text == "<>"]
        if edits:
            yield self.proposal("Write != for <>", *edits)
