"""Python 2's commas in raise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal


class RaiseComma(SyntaxRule):
    """``raise Error, value`` and ``raise Error, value, traceback`` of Python 2.

    The value becomes the argument of a call, the traceback that of ``with_traceback``.
    """

    name: ClassVar[str] = "syntax/raise-comma"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.96
    CLEAN: ClassVar[tuple[str, ...]] = ("raise Error(1, 2)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "raise Error, 'no %s' % x\n": "raise Error('no %s' % x)\n",
        "raise Error, (1, 2)\n": "raise Error(1, 2)\n",
        "raise E, v, tb\n": "raise E(v).with_traceback(tb)\n",
        "raise E, None, tb\n": "raise E.with_traceback(tb)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All raise statements of the file at once."""
        edits: list[Edit] = []
        for statement in Statement.of(broken.lexemes):
            if statement.first.text == "raise":
                parts = statement.parts(",", 1)
                if len(parts) in {2, 3} and all(parts):
                    edits += self._call(statement, parts)
        if edits:
            yield self.proposal("Raise an instance", *edits)

    def _call(self, statement: Statement, parts: list[tuple[Lexeme, ...]]) -> Iterator[Edit]:
        raised, value, *traceback = parts
        grouped = value[0].text == "(" and self._encloses(value)
        closing = "" if grouped else ")"
        if traceback and value[0].text == "None" and len(value) == 1:
            yield Edit(raised[-1].end, traceback[0][0].start, ".with_traceback(")
            yield Edit(statement.last.end, statement.last.end, ")")
            return
        yield Edit(raised[-1].end, value[0].start, "" if grouped else "(")
        if traceback:
            yield Edit(value[-1].end, traceback[0][0].start, f"{closing}.with_traceback(")
            closing = ")"
        if closing:
            yield Edit(statement.last.end, statement.last.end, closing)

    @staticmethod
    def _encloses(value: tuple[Lexeme, ...]) -> bool:
        return Statement(value).closing(0) == len(value) - 1
