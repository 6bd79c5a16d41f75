"""A dedent that matches no outer level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Proposal


class Unindent(SyntaxRule):
    """Brings a line whose dedent matches no outer level to one of them."""

    name: ClassVar[str] = "syntax/unindent"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.7
    CLEAN: ClassVar[tuple[str, ...]] = ("if x:\n    y()\nz()\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def f():\n    if x:\n        y()\n   z()\n": "def f():\n    if x:\n        y()\n    z()\n",
        "def f():\n        x()\n    y()\n": "def f():\n        x()\n        y()\n",
        "def f():\n     try:\n        g()\n    except E:\n        h()\n": (
            "def f():\n    try:\n        g()\n    except E:\n        h()\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Every outer level, for the line alone and for what goes with it."""
        fault = broken.faults[0]
        if "unindent does not match" not in fault.message:
            return
        blocks = Blocks(broken)
        own = broken.column(fault.line)
        near = sorted(
            blocks.levels(fault.line), key=lambda level: abs(len(level.expandtabs(8)) - own)
        )
        for level in near:
            for lines in blocks.ranges(fault.line):
                if edits := blocks.shift(lines, level):
                    yield self.proposal("let the dedent match an outer level", *edits)
        yield from self._above(broken, blocks, fault.line)

    def _above(self, broken: BrokenSource, blocks: Blocks, line: int) -> Iterator[Proposal]:
        """The line is right: the block above it began a few columns too far to the right."""
        own, deeper, above = broken.column(line), [], broken.previous_code(line)
        while above and broken.column(above) > own:
            deeper.append(above)
            above = broken.previous_code(above)
        if not deeper:
            return
        lowest = min(map(broken.column, deeper))
        level, first = broken.indent(line), min(deeper)
        odd = [n for n in sorted(deeper) if broken.column(n) == lowest]
        alone = [edit for n in odd for edit in blocks.shift(range(n, n + 1), level)]
        for edits in (alone, blocks.shift(range(first, line), level)):
            if edits:
                yield self.proposal("let the block above match", *edits)
