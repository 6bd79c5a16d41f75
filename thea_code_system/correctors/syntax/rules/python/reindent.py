"""Lines or blocks that stand at the wrong level of indentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Proposal

_HEADER: Final = 0.02  # a header above a body that is not indented: the body moves, not the header


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
        """The block at the fault, the one just above it, and the ones at its neighbours.

        What is missing as the body of a header is another rule's to move in.
        """
        blocks = Blocks(broken)
        line = broken.faults[0].line
        above, below = broken.previous_code(line), broken.next_code(line)
        higher = broken.previous_code(above) if above else 0
        if broken.is_code(line):
            inside = broken.indent(above) + broken.unit if above and broken.lacks_body else None
            yield from self._moved(blocks, blocks.ranges(line), but=inside)
        for lines in blocks.before(line):
            yield from self._moved(blocks, (lines,))
        for number in (above, below, higher):
            if number:
                flat = number == above and broken.lacks_body
                yield from self._moved(blocks, blocks.ranges(number), _HEADER if flat else None)

    def _moved(
        self,
        blocks: Blocks,
        found: Sequence[range],
        score: float | None = None,
        but: str | None = None,
    ) -> Iterator[Proposal]:
        for level in blocks.levels(found[0][0]) if found else ():
            for lines in found if level != but else ():
                if edits := blocks.shift(lines, level):
                    yield self.proposal(
                        "move the block to the level that fits", *edits, score=score
                    )
