"""Tabs and spaces mixed in indentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


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
        """The lines around the fault first, then the whole file; a tab for 4, 8 or 2 columns."""
        indents = [
            (n, broken.indent(n)) for n in range(1, broken.line_count + 1) if broken.line(n).strip()
        ]
        if not any("\t" in indent for _, indent in indents):
            return
        if not any(" " in indent for _, indent in indents):
            return
        line = broken.faults[0].line
        near = [(n, indent) for n, indent in indents if abs(n - line) <= 1]
        block = [(n, indent) for n, indent in indents if n in self._block(broken, line)]
        for lines in (near, [x for x in near if x[0] == line], block, indents):
            for size in (4, 8, 2):
                for tabs in (False, True):
                    edits = [
                        e
                        for n, indent in lines
                        for e in self._rewrite(broken, n, indent, size, tabs=tabs)
                    ]
                    if edits:
                        yield self.proposal(
                            f"write the indentation in {'tabs' if tabs else 'spaces'}", *edits
                        )

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
