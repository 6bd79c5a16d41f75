"""A corrector of our own: forgotten breakpoints go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.base import RuleCorrector, Stage
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import LineMap, SourceFile


class ForgottenBreakpoint(RuleCorrector):
    """A line that says nothing but ``breakpoint()`` was meant for one afternoon.

    Only whole lines go, and only where the block around them keeps another statement.
    """

    name: ClassVar[str] = "house/forgotten-breakpoint"
    languages: ClassVar[frozenset[str]] = frozenset({"python"})
    stage: ClassVar[Stage] = Stage.PATTERNS
    safety: ClassVar[Safety] = Safety.SAFE
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = (
        "def f(breakpoint):\n    return breakpoint()\n",
        "if debugging:\n    breakpoint()\n",
        "x = 1; breakpoint()\n",
    )
    FIXES: ClassVar[dict[str, str]] = {
        "x = 1\nbreakpoint()\nprint(x)\n": "x = 1\nprint(x)\n",
        "def f():\n    breakpoint()\n    return 1\n": "def f():\n    return 1\n",
    }

    def find(self, source: SourceFile) -> Iterator[Proposal]:
        """Yield one proposal for each forgotten breakpoint."""
        try:
            tree = ast.parse(source.text)
        except SyntaxError:  # it parses, but only in a newer Python than this one
            return
        lines = LineMap.of(source.text)
        for block in self._blocks(tree):
            for statement in block if len(block) > 1 else ():
                start, end = lines.line_span(statement.lineno)
                if source.text[start:end].strip() == "breakpoint()":
                    yield Proposal(
                        rules=(self.name,),
                        message="a breakpoint was forgotten here",
                        edits=(Edit(start, end, ""),),
                        safety=self.safety,
                        score=self.prior,
                    )

    @staticmethod
    def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
        for node in ast.walk(tree):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    yield block
