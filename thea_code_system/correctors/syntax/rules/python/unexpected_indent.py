"""A line is indented more than anything allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class UnexpectedIndent(SyntaxRule):
    """Brings a line that is indented without reason back to its neighbours' level."""

    name: ClassVar[str] = "syntax/unexpected-indent"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.7
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 1\ny = 2\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = 1\n  y = 2\nz = 3\n": "x = 1\ny = 2\nz = 3\n",
        "  import os\n  import re\n": "import os\nimport re\n",
        "def f():\n    x = 1\n        y = 2\n        return y\n": (
            "def f():\n    x = 1\n    y = 2\n    return y\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The line, its block, or the whole file back to where the line above stands."""
        fault = broken.faults[0]
        if "unexpected indent" not in fault.message:
            return
        blocks = Blocks(broken)
        for level in blocks.levels(fault.line):
            for lines in blocks.ranges(fault.line):
                if edits := blocks.shift(lines, level):
                    yield self.proposal("remove the unexpected indentation", *edits)
        above = broken.previous_code(fault.line)
        if above:  # the header's colon, or the line above, is what is wrong
            for last in broken.code_of(above)[-1:]:
                if last.text not in {":", ",", "("}:
                    colon = Edit(last.end, last.end, ":")
                    yield self.proposal("add the missing colon", colon, score=0.3)
            for lines in blocks.before(fault.line):
                if edits := blocks.shift(lines, broken.indent(fault.line)):
                    yield self.proposal("indent like the lines that follow", *edits, score=0.3)
