"""A single ``=`` where a comparison is meant."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class AssignmentForComparison(SyntaxRule):
    """Writes ``==`` for ``=`` in a condition, and ``=`` for a ``==`` that assigns."""

    name: ClassVar[str] = "syntax/assignment-for-comparison"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.8
    CLEAN: ClassVar[tuple[str, ...]] = ("f(x=1)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if x = 1:\n    pass\n": "if x == 1:\n    pass\n",
        "if x = 1 and y = 2:\n    pass\n": "if x == 1 and y == 2:\n    pass\n",
        "x = 1 if y = 2 else 3\n": "x = 1 if y == 2 else 3\n",
        "while x === y:\n    pass\n": "while x == y:\n    pass\n",
        "def f(a==1):\n    pass\n": "def f(a=1):\n    pass\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Every ``=`` near the fault, all of a line at once, and the reverse."""
        for number in broken.around(1):
            code = broken.code_of(number)
            single = [x for x in code if x.text == "="]
            for lexeme in single:
                yield self.proposal("compare with ==", Edit(lexeme.start, lexeme.end, "=="))
                yield self.proposal(
                    "bind with :=", Edit(lexeme.start, lexeme.end, ":="), score=0.05
                )
            if len(single) > 1:
                yield self.proposal(
                    "compare with ==", *(Edit(x.start, x.end, "==") for x in single)
                )
            for left, right in itertools.pairwise(code):
                if left.text in {"==", "!="} and right.text == "=":
                    yield self.proposal(
                        f"compare with {left.text}", Edit(right.start, right.end, "")
                    )
            for lexeme in code:
                if lexeme.text in {"==", ":"}:
                    yield self.proposal(
                        "assign with =", Edit(lexeme.start, lexeme.end, "="), score=0.3
                    )
