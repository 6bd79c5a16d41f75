"""Python 2's exec statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.values.correction import Edit, Proposal


class ExecStatement(SyntaxRule):
    """``exec code in globals, locals`` of Python 2, which Python 3 writes as a call."""

    name: ClassVar[str] = "syntax/exec-statement"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("exec(code, scope)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "exec code\n": "exec(code)\n",
        "exec code in scope\n": "exec(code, scope)\n",
        "exec 'x = 1' in g, l\n": "exec('x = 1', g, l)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All exec statements of the file at once."""
        edits: list[Edit] = []
        for statement in Statement.of(broken.lexemes):
            if statement.first.text == "exec" and len(statement.tokens) > 1:
                edits += self._call(statement)
        if edits:
            yield self.proposal("Call exec as a function", *edits)

    @staticmethod
    def _call(statement: Statement) -> Iterator[Edit]:
        first, head = statement.tokens[:2]
        if head.kind not in {"name", "string"}:
            return
        code, *scopes = statement.parts("in", 1)
        yield Edit(first.end, head.start, "(")
        if scopes and code and scopes[0]:
            yield Edit(code[-1].end, scopes[0][0].start, ", ")
        yield Edit(statement.last.end, statement.last.end, ")")
