"""Lines or blocks that stand at the wrong level of indentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Proposal


class Reindent(SyntaxRule):
    """Moves a line, a block or a clause (``else``, ``except``) to a level that fits."""

    name: ClassVar[str] = "syntax/reindent"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.4
    CLEAN: ClassVar[tuple[str, ...]] = ("if x:\n    y()\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if x:\n    y()\n    else:\n    z()\n": "if x:\n    y()\nelse:\n    z()\n",
        "class A:\n    def f(self):\n        if self:\n            return 1\n"
        "      else:\n            return 2\n": (
            "class A:\n    def f(self):\n        if self:\n            return 1\n"
            "        else:\n            return 2\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The block at the fault, the one just above it, and the ones at its neighbours."""
        blocks = Blocks(broken)
        line = broken.faults[0].line
        above, below = broken.previous_code(line), broken.next_code(line)
        for number in dict.fromkeys(
            (line, above, below, broken.previous_code(above) if above else 0)
        ):
            if not number or not broken.is_code(number):
                continue
            for level in blocks.levels(number):
                for lines in blocks.ranges(number):
                    if edits := blocks.shift(lines, level):
                        yield self.proposal("move the block to the level that fits", *edits)
        for lines in blocks.before(line):
            for level in blocks.levels(lines[0]):
                if edits := blocks.shift(lines, level):
                    yield self.proposal("move the block to the level that fits", *edits)
