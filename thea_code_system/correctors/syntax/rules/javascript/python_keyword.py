"""Keywords of Python in JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "elif": "else if",
    "elseif": "else if",
    "elsif": "else if",
}
_VALUES: Final = {"None": "null", "True": "true", "False": "false"}
_FIRST: Final = {"def": "function", "func": "function", "fn": "function", "raise": "throw",
                 "except": "catch", "local": "let", "pass": ";"}  # fmt: skip
_OPERANDS: Final = frozenset({"name", "number", "string"})


class PythonKeyword(SyntaxRule):
    """``and``, ``or``, ``not``, ``elif``, ``def``, ``raise`` and ``except`` in JavaScript.

    A ``None``, ``True`` or ``False`` that nothing binds goes along when it stands on such a line:
    it parses as a name, so it is never repaired by itself.
    """

    name: ClassVar[str] = "syntax/python-keyword"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.94
    CLEAN: ClassVar[tuple[str, ...]] = ("const or = and.not || elif;\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if (a) {\n  b();\n} elif (c) {\n  d();\n}\n": (
            "if (a) {\n  b();\n} else if (c) {\n  d();\n}\n"
        ),
        "if (a and not b or c) {\n  d(None);\n}\n": "if (a && !b || c) {\n  d(None);\n}\n",
        "x = a is not None and b;\n": "x = a !== null && b;\n",
        "def f(x) {\n  return x;\n}\n": "function f(x) {\n  return x;\n}\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once, then line by line."""
        code = [
            x for x in broken.lexemes if x.kind not in {"space", "comment", "indent", "newline"}
        ]
        edits = list(self._words(broken, code))
        lines = {broken.line_of(edit.start) for edit in edits}
        if not any(broken.near(number, 1) for number in lines):
            return
        edits += (
            Edit(lexeme.start, lexeme.end, _VALUES[lexeme.text])
            for lexeme in code
            if lexeme.text in _VALUES and broken.line_of(lexeme.start) in lines
        )
        yield self.proposal("Write JavaScript's keywords", *edits)
        for number in sorted(lines):
            near = [edit for edit in edits if broken.line_of(edit.start) == number]
            if len(near) < len(edits) and broken.near(number, 1):
                yield self.proposal("Write JavaScript's keywords", *near, score=0.8)

    def _words(self, broken: BrokenSource, code: Sequence[Lexeme]) -> Iterator[Edit]:
        for at, lexeme in enumerate(code):
            before = code[at - 1] if at else None
            after = code[at + 1] if at + 1 < len(code) else None
            if lexeme.kind not in {"name", "keyword"} or after is None:
                continue
            if before is not None and before.text in {".", "?."}:
                continue
            fresh = before is None or broken.line_of(before.start) < broken.line_of(lexeme.start)
            starts = after.kind in _OPERANDS | {"keyword"} or after.text in {
                "(",
                "[",
                "!",
                "-",
                "{",
            }
            ends = before is not None and self._ends(before)
            first = fresh or before is None or before.text in {"}", ";", "{"}
            joins = lexeme.text in {"and", "or"} and ends
            if starts and (joins or (first and lexeme.text in _WORDS)):
                yield Edit(lexeme.start, lexeme.end, _WORDS[lexeme.text])
            elif (
                lexeme.text == "not" and starts and not (ends and not first) and after.text != "in"
            ):
                if before is None or before.text != "is":
                    yield Edit(lexeme.start, after.start, "!")
            elif lexeme.text == "is" and ends and starts:
                negated = after.text == "not"
                yield Edit(
                    lexeme.start, after.end if negated else lexeme.end, "!==" if negated else "==="
                )
            elif lexeme.text in _FIRST and first and after.kind in {"name", "keyword"}:
                yield Edit(lexeme.start, lexeme.end, _FIRST[lexeme.text])

    @staticmethod
    def _ends(lexeme: Lexeme) -> bool:
        """Whether a value may end with this lexeme."""
        values = {"this", "null", "true", "false"}
        return lexeme.kind in _OPERANDS or lexeme.text in {")", "]", "}"} | values
