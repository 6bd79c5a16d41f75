"""Python 2's print statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.values.correction import Edit, Proposal

_OPERANDS: Final = frozenset({"lambda", "not", "None", "True", "False", "await", "yield"})


class PrintStatement(SyntaxRule):
    """``print`` used as the statement of Python 2.

    It becomes a call: ``print >>f, x`` gets ``file=f`` and a trailing comma ``end=' '``, as 2to3
    does. Once one is found, those that happen to parse (a bare ``print``) go along.
    """

    name: ClassVar[str] = "syntax/print-statement"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("print('a', 'b')\nprint\n", "p = print\n")
    FIXES: ClassVar[dict[str, str]] = {
        "print 'a', b\nprint\n": "print('a', b)\nprint()\n",
        "print >>f, x % (y,)\nprint x\n": "print(x % (y,), file=f)\nprint(x)\n",
        "if a: print a,\n": "if a: print(a, end=' ')\n",
        "print 'sum: %d' % (\n    total)  # shown\n": "print('sum: %d' % (\n    total))  # shown\n",
        "print [a for a in b]\nprint ('a'), b\n": "print([a for a in b])\nprint(('a'), b)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All print statements of the file at once."""
        edits: list[Edit] = []
        certain = False
        for statement in Statement.of(broken.lexemes):
            if statement.first.text == "print":
                certain = certain or self._certain(statement)
                edits += self._call(statement, broken.text)
        if certain:
            yield self.proposal("Call print as a function", *edits)

    @staticmethod
    def _certain(statement: Statement) -> bool:
        """Whether it can be nothing but a print statement."""
        if len(statement.tokens) < 2:
            return False
        head = statement.tokens[1]
        if head.text == ">>" or head.text in {"[", "{", "`", "~"} or head.text in _OPERANDS:
            return True
        return head.kind in {"name", "number", "string"}

    def _call(self, statement: Statement, text: str) -> Iterator[Edit]:
        first, rest = statement.first, statement.tokens[1:]
        if not rest:
            yield Edit(first.end, first.end, "()")
            return
        if not self._certain(statement) and not self._grouped(statement):
            return
        inner, tail, keywords = rest[0].start, statement.last, ""
        if rest[0].text == ">>":
            target, *others = statement.parts(",", 2)
            if not target:
                return
            keywords = f", file={text[target[0].start : target[-1].end]}"
            if not others:
                yield Edit(first.end, tail.end, f"({keywords[2:]})")
                return
            inner = others[0][0].start if others[0] else tail.start
        if tail.text == ",":
            keywords += ", end=' '"
            yield Edit(tail.start, tail.end, f"{keywords})")
        else:
            yield Edit(tail.end, tail.end, f"{keywords})")
        yield Edit(first.end, inner, "(")

    @staticmethod
    def _grouped(statement: Statement) -> bool:
        """Whether the bracket after ``print`` holds only the first part of what is printed."""
        if statement.tokens[1].text != "(":
            return False
        close = statement.closing(1)
        after = statement.tokens[close + 1 :]
        return close > 0 and bool(after) and after[0].text in {",", "%"}
