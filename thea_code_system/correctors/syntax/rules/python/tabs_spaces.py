"""Tabs and spaces mixed in indentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

# How wide people took a tab to be, in 41 mined repairs that rewrote whole files (dev split).
_SIZES: Final = {8: 0.6, 4: 0.4, 2: 0.02}
_ODD: Final = 0.3
_MOST_ODD: Final = 4
_LEAST: Final = 0.001


class TabsSpaces(SyntaxRule):
    """Writes all indentation in tabs or all in spaces, whatever the file mostly has."""

    name: ClassVar[str] = "syntax/tabs-spaces"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.8
    CLEAN: ClassVar[tuple[str, ...]] = ("if x:\n\ty()\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if x:\n    y()\n\tz()\n": "if x:\n    y()\n    z()\n",
        "if x:\n\ty()\n    z()\n": "if x:\n\ty()\n\tz()\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The whole file first, then the lines around the fault; a tab for 8, 4 or 2 columns."""
        indents = [
            (n, broken.indent(n)) for n in range(1, broken.line_count + 1) if broken.line(n).strip()
        ]
        tabbed = sum("\t" in indent for _, indent in indents)
        spaced = sum(" " in indent for _, indent in indents)
        if not tabbed or not spaced:
            return
        line = broken.faults[0].line
        near = [(n, indent) for n, indent in indents if abs(n - line) <= 1]
        block = [(n, indent) for n, indent in indents if n in self._block(broken, line)]
        unit = len(broken.unit.expandtabs(4))
        sizes = {
            size: usual * _ODD ** self._odd(broken, size, unit) for size, usual in _SIZES.items()
        }
        own = [(line, broken.indent(line))]
        scopes = ((1.0, indents), (0.03, block), (0.02, near), (0.01, own))
        for share, lines in scopes:
            for size, usual in sizes.items():
                for tabs in (False, True):
                    kind = 1.0 if tabs == (tabbed > spaced) else 0.05
                    edits = [
                        e
                        for n, indent in lines
                        for e in self._rewrite(broken, n, indent, size, tabs=tabs)
                    ]
                    if edits:
                        yield self.proposal(
                            f"write the indentation in {'tabs' if tabs else 'spaces'}",
                            *edits,
                            score=max(share * usual * kind, _LEAST),
                        )

    @staticmethod
    def _odd(broken: BrokenSource, size: int, unit: int) -> int:
        """How many tabbed lines would not stand where the line above them lets one expect."""
        odd = 0
        for number in range(2, broken.line_count + 1):
            above = broken.previous_code(number)
            if not ("\t" in broken.indent(number) and above and broken.is_code(number)):
                continue
            step = len(broken.indent(number).expandtabs(size))
            step -= len(broken.indent(above).expandtabs(size))
            odd += step != unit if broken.ending(above) == ":" else step > 0
        return min(odd, _MOST_ODD)

    @staticmethod
    def _block(broken: BrokenSource, line: int) -> range:
        """The lines that share the kind of white space with the faulty one."""
        kind = "\t" in broken.indent(line)
        first = last = line
        while first > 1 and ("\t" in broken.indent(first - 1)) == kind and broken.indent(first - 1):
            first -= 1
        while (
            last < broken.line_count
            and ("\t" in broken.indent(last + 1)) == kind
            and broken.indent(last + 1)
        ):
            last += 1
        return range(first, last + 1)

    @staticmethod
    def _rewrite(
        broken: BrokenSource, number: int, indent: str, size: int, *, tabs: bool
    ) -> Iterator[Edit]:
        width = len(indent.expandtabs(size))
        new = "\t" * (width // size) + " " * (width % size) if tabs else " " * width
        if new != indent:
            start, _ = broken.span(number)
            yield Edit(start, start + len(indent), new)
