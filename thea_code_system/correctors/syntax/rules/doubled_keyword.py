"""A keyword written twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_TWICE: Final = frozenset(
    {"new", "typeof", "void", "await", "delete", "not", "lambda", "yield", "this"}
)
_DECLARE: Final = frozenset({"const", "let", "var"})


class DoubledKeyword(SyntaxRule):
    """The same keyword twice in a row: ``const const x``, ``def def f()``, ``return return``.

    Typed twice, or left over from moving code. Of two declarations (``const let x``) either may be
    meant, the second a little likelier.
    """

    name: ClassVar[str] = "syntax/doubled-keyword"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("x = not not y\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def def f(x):\n    return return x\n": "def f(x):\n    return x\n",
        "for x in in y:\n    pass\n": "for x in y:\n    pass\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once; then those that contradict each other."""
        code = [x for x in broken.lexemes if x.kind not in {"space", "comment", "indent"}]
        edits: list[Edit] = []
        for left, right in pairwise(code):
            if left.kind != "keyword" or right.kind != "keyword":
                continue
            if left.text == right.text and left.text not in _TWICE:
                edits.append(Edit(left.start, right.start, ""))
            elif {left.text, right.text} <= _DECLARE:
                yield self.proposal("Declare once", Edit(left.start, right.start, ""), score=0.5)
                yield self.proposal("Declare once", Edit(left.end, right.end, ""), score=0.45)
        if edits:
            yield self.proposal("Write the keyword once", *edits)
