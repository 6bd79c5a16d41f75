"""A quote that was typed twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_FOUR: Final = re.compile(r"(?<!\")\"{4}(?!\")|(?<!')'{4}(?!')")
_TWO: Final = re.compile(r"(?<![\"\\])\"{2}(?!\")|(?<!['\\])'{2}(?!')")


class DoubledQuote(SyntaxRule):
    """``""name""`` for ``"name"``, and four quotes where a long string has three."""

    name: ClassVar[str] = "syntax/doubled-quote"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.4
    CLEAN: ClassVar[tuple[str, ...]] = ("x = \"\" or ''\n",)
    FIXES: ClassVar[dict[str, str]] = {
        'x = ""a name"" if y else "b"\n': 'x = "a name" if y else "b"\n',
        'x = ""b\'"\n': 'x = "b\'"\n',
        'def f():\n    """"\n    Say it.\n    """"\n': 'def f():\n    """\n    Say it.\n    """\n',
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All runs of four; then pairs near the fault, two together or one alone."""
        four = [Edit(m.start(), m.start() + 1, "") for m in _FOUR.finditer(broken.text)]
        if four:
            yield self.proposal("write three quotes", *four)
        for number in broken.around(1):
            start, _ = broken.span(number)
            found = [start + m.start() for m in _TWO.finditer(broken.line(number))]
            for place, other in pairwise(found):
                both = (Edit(place, place + 1, ""), Edit(other, other + 1, ""))
                yield self.proposal("write each quote once", *both)
            for place in found:
                yield self.proposal("write the quote once", Edit(place, place + 1, ""))
