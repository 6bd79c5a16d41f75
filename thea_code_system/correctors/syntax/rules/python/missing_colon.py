"""A compound statement's colon is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import HEADER, BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class MissingColon(SyntaxRule):
    """Ends a header line (``if``, ``def``, ``class``, ``else``, …) with its colon."""

    name: ClassVar[str] = "syntax/missing-colon"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("if x:\n    pass\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if x\n    y()\n": "if x:\n    y()\n",
        "def f(x)  # note\n    return x\n": "def f(x):  # note\n    return x\n",
        "class A;\n    x = 1\n": "class A:\n    x = 1\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Look at the lines around the fault that begin with a word that wants a colon."""
        for number in broken.around():
            if not HEADER.match(broken.line(number)):
                continue
            code = broken.code_of(number)
            if not code:  # the line is inside a string
                continue
            last = code[-1]
            if last.text in {";", ",", ".", "="}:
                yield self.proposal("end the header with a colon", Edit(last.start, last.end, ":"))
            elif last.text != ":":
                yield self.proposal("add the missing colon", Edit(last.end, last.end, ":"))
