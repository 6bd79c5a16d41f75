"""A statement that goes on below without brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_GOES_ON: Final = frozenset(
    ("and", "or", "not", "in", "is", "if", "else", "=", "==", "!=", "<", ">", "<=", ">=", "+", "-",
     "*", "/", "//", "%", "|", "&", "^", ",", ".", "+=", "import")
)  # fmt: skip
"""Tokens after which a line of Python is not at its end, and before which none begins."""
_BEFORE: Final = frozenset(
    ("if", "elif", "while", "return", "assert", "import", "=", "+=", "not", "yield", "in")
)
"""Tokens before an expression that may be put in brackets as a whole."""
_MOST: Final = 6  # lines
_LOOSE: Final = re.compile(r"\\[ \t]+$")


class OpenLine(SyntaxRule):
    """Joins what goes on over several lines, as ``return a and`` above ``b``.

    It is put in brackets, or its lines end with backslashes; behind a backslash stands nothing.
    """

    name: ClassVar[str] = "syntax/open-line"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("x = (a and\n     b)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def f():\n    return a and\n        b\n": "def f():\n    return (a and\n        b)\n",
        "if a or\n    b:\n    c()\n": "if (a or\n    b):\n    c()\n",
        "from a import b,\n    c\n": "from a import (b,\n    c)\n",
        "x = a\n    + b\n": "x = (a\n    + b)\n",
        "x = a\n    if a else b\n": "x = a \\\n    if a else b\n",
        "from a import b,\n    c, d\n": "from a import b, \\\n    c, d\n",
        "x = a + \\ \n    b\n": "x = a + \\\n    b\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """From each line near the fault that is not at its end, to the line that is."""
        for number in broken.around(1):
            if loose := _LOOSE.search(broken.line(number)):
                start = broken.span(number)[0]
                edit = Edit(start + loose.start() + 1, start + loose.end(), "")
                yield self.proposal("remove the space behind the backslash", edit, score=1.0)
        above = broken.previous_code(broken.faults[0].line)
        if above and "unexpected indent" in broken.faults[0].message:
            yield from self._continued(broken, above, broken.faults[0].line)
        for first in broken.around(1):
            last = self._last(broken, first)
            code = broken.code_of(first)
            if last == first or not code:
                continue
            yield from self._continued(broken, first, last)
            closing = self._end(broken.code_of(last))
            for left, right in pairwise(code):
                if left.text in _BEFORE and closing > right.start:
                    around = (Edit(right.start, right.start, "("), Edit(closing, closing, ")"))
                    column = right.start - broken.span(first)[0] + 1
                    aligned = tuple(self._aligned(broken, first, last, column))
                    yield self.proposal("put it in brackets", *around)
                    if aligned:
                        yield self.proposal("put it in brackets", *around, *aligned)
            if code[-1].text in _BEFORE:
                start = code[-1].end
                around = (Edit(start, start, " ("), Edit(closing, closing, ")"))
                yield self.proposal("put it in brackets", *around)

    def _continued(self, broken: BrokenSource, first: int, last: int) -> Iterator[Proposal]:
        """A backslash at the end of each line but the last; none can stand behind a remark."""
        ends = [broken.span(number)[1] for number in range(first, last)]
        code = [broken.code_of(number) for number in range(first, last)]
        whole = all(x and x[-1].text != ":" for x in code)
        if whole and all(x[-1].end == end for x, end in zip(code, ends, strict=True)):
            edits = [Edit(end, end, " \\") for end in ends]
            yield self.proposal("continue the line", *edits, score=self.prior / 2)

    @staticmethod
    def _aligned(broken: BrokenSource, first: int, last: int, column: int) -> Iterator[Edit]:
        """Lines below begin where the first one goes on behind its bracket."""
        for number in range(first + 1, last + 1):
            start, indent = broken.span(number)[0], broken.indent(number)
            if "\t" not in indent and len(indent) != column:
                yield Edit(start, start + len(indent), " " * column)

    @staticmethod
    def _last(broken: BrokenSource, first: int) -> int:
        """The line at which what begins on a line is at its end."""
        last = first
        for _ in range(_MOST):
            code, below = broken.code_of(last), broken.next_code(last)
            following = broken.code_of(below) if below else ()
            if not code or not following:
                break
            if code[-1].text not in _GOES_ON and following[0].text not in _GOES_ON - {"if", "not"}:
                break
            last = below
        return last

    @staticmethod
    def _end(code: tuple[Lexeme, ...]) -> int:
        """Where the expression on a line ends: before the colon of a header."""
        colon = code[-1].text == ":" and len(code) > 1
        return code[-2].end if colon else code[-1].end
