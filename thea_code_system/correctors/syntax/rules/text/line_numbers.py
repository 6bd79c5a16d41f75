"""Line numbers copied along with the code."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import ClassVar, Final, TypeAlias

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_Run: TypeAlias = "list[tuple[int, re.Match[str]]]"
_NUMBERED: Final = re.compile(r"[ \t]*(?:L|#)?(\d+)(\t|[ \t]*[:|│→.)](?!\d)| +|$)")


class LineNumbers(SyntaxRule):
    """A gutter of ascending line numbers: ``12: code``, ``12 | code``, ``12  code``.

    Editors, web pages and ``cat -n`` show one, and a copy takes it along.
    """

    name: ClassVar[str] = "syntax/line-numbers"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.96
    CLEAN: ClassVar[tuple[str, ...]] = ("x = {\n    1: 2,\n    2: 3,\n    3: 4,\n}\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "1: def area(r):\n2:     return r * r\n3:\n4: area(2)\n": (
            "def area(r):\n    return r * r\n\narea(2)\n"
        ),
        " 9 | def area(r):\n10 |     return r * r\n11 |\n12 | area(2)\n": (
            "def area(r):\n    return r * r\n\narea(2)\n"
        ),
        "1  def area(r):\n2      return r * r\n3\n4  area(2)\n": (
            "def area(r):\n    return r * r\n\narea(2)\n"
        ),
        "     1\tdef area(r):\n     2\t    return r * r\n     3\tarea(2)\n": (
            "def area(r):\n    return r * r\narea(2)\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Every gutter that reaches a fault or fills most of the file, taken away whole."""
        edits: list[Edit] = []
        for run in self._runs(broken):
            fills = len(run) > broken.line_count // 2
            if fills or (len(run) > 2 and any(broken.near(number, 1) for number, _ in run)):
                edits += self._without(broken, run)
        if edits:
            yield self.proposal("Remove line numbers", *edits)

    @staticmethod
    def _runs(broken: BrokenSource) -> Iterator[_Run]:
        """Neighbouring lines whose numbers count up by one."""
        found = [
            (number, match)
            for number in range(1, broken.line_count + 1)
            if (match := _NUMBERED.match(broken.line(number)))
        ]
        for _, group in itertools.groupby(found, lambda item: int(item[1].group(1)) - item[0]):
            run = list(group)
            if len(run) > 1:
                yield run

    def _without(self, broken: BrokenSource, run: _Run) -> Iterator[Edit]:
        marks = [match.group(2) for _, match in run]
        marked = len([mark for mark in marks if mark.strip(" ")])
        bare = marked * 2 < len([mark for mark in marks if mark])
        cuts = self._bare_cuts(run) if bare else self._marked_cuts(run)
        for (number, _), cut in zip(run, cuts, strict=True):
            start, end = broken.span(number)
            yield Edit(start, min(start + cut, end), "")

    @staticmethod
    def _marked_cuts(run: _Run) -> list[int]:
        """Number and separator, and one space where every line has one."""
        tails = [match.string[match.end() :] for _, match in run]
        spaced = all(tail.startswith(" ") for tail in tails if tail)
        return [match.end() + spaced for _, match in run]

    @staticmethod
    def _bare_cuts(run: _Run) -> list[int]:
        """The number and the white space that all lines have, counted from either edge of it."""
        gaps: dict[int, int] = {}
        for _, match in run:
            rest = match.string[match.end(1) :]
            if rest.strip():
                digits = len(match.group(1))
                gap = len(rest) - len(rest.lstrip(" "))
                gaps[digits] = min(gap, gaps.get(digits, gap))
        widths = {digits + gap for digits, gap in gaps.items()}
        if len(gaps) > 1 and len(widths) == 1:  # numbers stand to the left in a column
            return [match.start(1) + min(widths) for _, match in run]
        return [match.end(1) + min(gaps.values(), default=0) for _, match in run]
