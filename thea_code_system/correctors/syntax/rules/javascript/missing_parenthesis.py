"""A statement's head without one or both of its parentheses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_HEADS: Final = frozenset({"if", "while", "for", "switch", "catch", "with"})
_REACH: Final = 3


class MissingParenthesis(SyntaxRule):
    """``if x {``, ``if (x {`` and ``if x) {``: the head of a statement needs both parentheses.

    Python, Go, Rust and Swift do without them, and a hasty hand drops one.
    """

    name: ClassVar[str] = "syntax/missing-parenthesis"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.93
    CLEAN: ClassVar[tuple[str, ...]] = ("if ((a) && b(c)) d();\ntry { e(); } catch { f(); }\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if a && f(b) {\n  c();\n}\n": "if (a && f(b)) {\n  c();\n}\n",
        "while (a(b) {\n  c();\n}\n": "while (a(b)) {\n  c();\n}\n",
        "if a) {\n  c();\n}\n": "if (a) {\n  c();\n}\n",
        "for const x of y {\n  c(x);\n}\n": "for (const x of y) {\n  c(x);\n}\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each head within a few lines of a fault whose brace ends its line."""
        for number in broken.beside(above=_REACH, faults=8):
            code = broken.code_of(number)
            for at, head in enumerate(code[:-1]):
                if head.text in _HEADS and not (at and code[at - 1].text == "."):
                    yield from self._enclosed(broken, code[at:])

    def _enclosed(self, broken: BrokenSource, code: tuple[Lexeme, ...]) -> Iterator[Proposal]:
        head, first = code[0], code[1]
        if head.text == "for" and first.text == "await" and len(code) > 2:
            head, first = code[1], code[2]
        last = next((x for x in reversed(code[1:]) if x.text != "{"), first)
        opens = len([x for x in code if x.text == "("])
        closes = len([x for x in code if x.text == ")"])
        ends = code[-1].text == "{"
        missing = (
            [first]
            if first.text != "(" and not (first.text == "{" and head.text == "catch")
            else []
        )
        edits = [Edit(each.start, each.start, self._gap(broken, head, each)) for each in missing]
        balance = opens + len(edits) - closes
        if balance == 1 and ends:
            edits.append(Edit(last.end, last.end, ")"))
            balance = 0
        if edits and balance == 0:
            score = self.prior if ends else 0.6
            yield self.proposal("Put the head into parentheses", *edits, score=score)
        if balance == 1 and not ends and not missing:
            for token in code[2:]:
                yield self.proposal("Close the head", Edit(token.end, token.end, ")"), score=0.3)

    @staticmethod
    def _gap(broken: BrokenSource, head: Lexeme, first: Lexeme) -> str:
        return "(" if broken.text[head.end : first.start] else " ("
