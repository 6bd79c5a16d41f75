"""Operators torn apart by a space, or turned around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_PYTHON: Final = (
    "**=", "//=", ">>=", "<<=", "==", "!=", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=", "%=",
    "&=", "|=", "^=", "@=", "**", "//", "<<", ">>",
)  # fmt: skip
_SCRIPT: Final = (
    ">>>=", "===", "!==", ">>>", "**=", "&&=", "||=", "??=", "<<=", ">>=", "...", "==", "!=", "<=",
    ">=", "=>", "&&", "||", "??", "?.", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++", "--",
    "**", "<<",
)  # fmt: skip
_REACH: Final = 30  # lines on each side of a fault
_TURNED: Final = {"=<": "<=", "=>": ">=", "=!": "!=", "><": "!=", ">-": "->", "=:": ":="}


class SplitOperator(SyntaxRule):
    """An operator with a space inside (``= =``, ``! =``, ``- >``), or with its signs exchanged.

    A space is a slip of the thumb, an exchange (``=<``, ``=!``) one of memory.
    """

    name: ClassVar[str] = "syntax/split-operator"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("x = a < -b\ny = a - -b\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if a = = b or c ! = d:\n    e - = 1\n": "if a == b or c != d:\n    e -= 1\n",
        "def f(x) - > int:\n    return x\n": "def f(x) -> int:\n    return x\n",
        "if (n : = f()) > 1:\n    g(n)\n": "if (n := f()) > 1:\n    g(n)\n",
        "if a =< b:\n    c()\n": "if a <= b:\n    c()\n",
        "def f(x) => int:\n    return x\n": "def f(x) -> int:\n    return x\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each torn or turned operator within a line of a fault, and all of them together."""
        code = [
            lexeme
            for number in sorted(
                {
                    n
                    for fault in broken.faults[:20]
                    for n in (fault.line - 1, fault.line, fault.line + 1)
                }
            )
            for lexeme in (broken.lexemes_of(number) if 1 <= number <= broken.line_count else ())
            if lexeme.kind not in {"space", "comment", "indent"} and lexeme.text
        ]
        python = broken.language.name in PYTHON
        torn = list(self._torn(code, _PYTHON if python else _SCRIPT))
        near = [edit for edit in torn if broken.near(broken.line_of(edit.start), 1)]
        if len(near) > 1:
            yield self.proposal("Join the operators", *near)
        for edit in near:
            yield self.proposal("Join the operator", edit, score=0.9)
        if python:
            yield from self._exchanged(broken, code)

    @classmethod
    def halves(cls, broken: BrokenSource) -> frozenset[int]:
        """Where the halves of torn operators near the fault begin: neither is too much alone.

        Of two equal signs either may be.
        """
        known = _PYTHON if broken.language.name in PYTHON else _SCRIPT
        out: set[int] = set()
        for number in broken.around(_REACH):
            for left, right in pairwise(broken.code_of(number)):
                gap = broken.text[left.end : right.start]
                joined = f"{left.text}{right.text}"
                if gap and not gap.strip(" ") and joined in known and left.text != right.text:
                    out |= {left.start, right.start}
        return frozenset(out)

    @staticmethod
    def _torn(code: Sequence[Lexeme], known: Sequence[str]) -> Iterator[Edit]:
        """Neighbouring signs with white space between them that together are one operator."""
        at = 0
        while at < len(code):
            for size in (4, 3, 2):
                group = code[at : at + size]
                joined = "".join(lexeme.text for lexeme in group)
                apart = len(group) == size and group[-1].end - group[0].start > len(joined)
                if apart and joined in known and len(joined) > 1:
                    yield Edit(group[0].start, group[-1].end, joined)
                    at += size - 1
                    break
            at += 1

    def _exchanged(self, broken: BrokenSource, code: Sequence[Lexeme]) -> Iterator[Proposal]:
        for left, right in pairwise(code):
            turned = _TURNED.get(f"{left.text}{right.text}")
            if turned is None or not broken.near(broken.line_of(left.start), 0):
                continue
            edit = Edit(left.start, right.end, turned)
            if left.text == "=" and right.text == ">":
                arrow = Edit(left.start, right.end, "->")
                header = (
                    broken.line(broken.line_of(left.start)).lstrip().startswith(("def", "async"))
                )
                yield self.proposal("Write -> for =>", arrow, score=0.9 if header else 0.2)
                yield self.proposal("Write >= for =>", edit, score=0.2 if header else 0.7)
            elif left.end == right.start:
                yield self.proposal(f"Write {turned}", edit, score=0.6)
