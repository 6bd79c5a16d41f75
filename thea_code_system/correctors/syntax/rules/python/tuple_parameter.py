"""Python 2's tuple parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal


class TupleParameter(SyntaxRule):
    """A parameter that unpacks itself: ``def f(a, (b, c)):`` and ``lambda (a, b): …``.

    Python 3 takes names only. A function gets one name and unpacks it in its first line; a lambda
    indexes it.
    """

    name: ClassVar[str] = "syntax/tuple-parameter"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.85
    CLEAN: ClassVar[tuple[str, ...]] = ("def f(a, b=(1, 2)):\n    return lambda x: (x, a, b)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def f(a, (b, c)):\n    return a + b * c\n": (
            "def f(a, b_c):\n    (b, c) = b_c\n    return a + b * c\n"
        ),
        "s = sorted(d, key=lambda (k, v): (v, k))\n": (
            "s = sorted(d, key=lambda k_v: (k_v[1], k_v[0]))\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All functions and lambdas of the file at once."""
        edits: list[Edit] = []
        for statement in Statement.of(broken.lexemes):
            if statement.first.text == "def":
                edits += self._function(broken, statement)
            edits += self._lambdas(statement)
        if edits:
            yield self.proposal("Unpack the parameter in the body", *edits)

    def _function(self, broken: BrokenSource, statement: Statement) -> Iterator[Edit]:
        unpacked: list[str] = []
        for index, token in enumerate(statement.tokens):
            if token.text == "(" and statement.tokens[index - 1].text in {"(", ","} and index > 2:
                close = statement.closing(index)
                group = statement.tokens[index : close + 1]
                if close > 0 and self._names(group) and statement.tokens[close + 1].text != ".":
                    name = "_".join(self._names(group))
                    yield Edit(token.start, group[-1].end, name)
                    unpacked.append(f"{broken.text[token.start : group[-1].end]} = {name}")
        line = broken.line_of(statement.last.start) + 1
        if unpacked and statement.last.text == ":":
            start, _ = broken.span(min(line, broken.line_count))
            newline = broken.source.newline
            indent = broken.indent(line)
            body = "".join(f"{indent}{each}{newline}" for each in unpacked)
            yield Edit(start, start, body)

    def _lambdas(self, statement: Statement) -> Iterator[Edit]:
        tokens = statement.tokens
        for index, token in enumerate(tokens[:-1]):
            if token.text != "lambda" or tokens[index + 1].text != "(":
                continue
            close = statement.closing(index + 1)
            names = self._names(tokens[index + 1 : close + 1])
            if close < 0 or close + 1 >= len(tokens) or tokens[close + 1].text != ":" or not names:
                continue
            name = "_".join(names)
            gap = "" if token.end < tokens[index + 1].start else " "
            yield Edit(tokens[index + 1].start, tokens[close].end, f"{gap}{name}")
            depth = 0
            for at, used in enumerate(tokens[close + 2 :], close + 2):
                depth += (used.text in {"(", "[", "{"}) - (used.text in {")", "]", "}"})
                if depth < 0 or (depth == 0 and used.text == ","):
                    break
                if used.text in names and tokens[at - 1].text != ".":
                    yield Edit(used.start, used.end, f"{name}[{names.index(used.text)}]")

    @staticmethod
    def _names(group: tuple[Lexeme, ...]) -> list[str]:
        """The names of a flat tuple in parentheses; empty where it is anything else."""
        shape = "".join("n" if token.kind == "name" else token.text for token in group)
        if not re.fullmatch(r"\(n(,n)*,?\)", shape):
            return []
        return [token.text for token in group if token.kind == "name"]
