"""Operators of the C family in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_WORDS: Final = {"&&": "and", "||": "or"}
_VALUES: Final = {"null": "None", "true": "True", "false": "False", "undefined": "None"}

_BINDERS: Final = frozenset({"import", "as", "def", "class", "for", "global", "nonlocal"})


class COperator(SyntaxRule):
    """``&&``, ``||``, ``!x`` and ``===`` where Python has ``and``, ``or``, ``not x`` and ``==``.

    A ``null``, ``true`` or ``false`` that nothing in the file binds goes along, wherever it stands:
    whoever wrote the operators wrote it. It parses as a name, so it is never repaired by itself.
    """

    name: ClassVar[str] = "syntax/c-operator"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ("x = a & b | c\ny = a != b\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if a && !b:\n    c()\n": "if a and not b:\n    c()\n",
        "x = a||(b)\n": "x = a or (b)\n",
        "def f(a):\n    if a && a.b:\n        return true\n": (
            "def f(a):\n    if a and a.b:\n        return True\n"
        ),
        "if x != null && !(y === true):\n    z()\n": "if x != None and not (y == True):\n    z()\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once."""
        code = [x for x in broken.lexemes if x.kind not in {"space", "comment", "indent"}]
        edits = list(self._operators(broken.text, code))
        if not edits:
            return
        yield self.proposal("Write Python's operators", *edits, *self._values(code))

    @staticmethod
    def _values(code: Sequence[Lexeme]) -> Iterator[Edit]:
        """Python's names for the values that the file uses, but neither binds nor calls."""
        found: dict[str, list[Lexeme]] = {}
        bound = set()
        befores, afters = ["", *(x.text for x in code)], [*(x.text for x in code[1:]), ""]
        for before, lexeme, after in zip(befores, code, afters, strict=False):
            if lexeme.text not in _VALUES or before == ".":
                continue
            found.setdefault(lexeme.text, []).append(lexeme)
            if before in _BINDERS or after in {"=", "(", "."}:
                bound.add(lexeme.text)
        for text, lexemes in found.items():
            if text not in bound:
                yield from (Edit(one.start, one.end, _VALUES[text]) for one in lexemes)

    def _operators(self, text: str, code: Sequence[Lexeme]) -> Iterator[Edit]:
        skip = -1
        for at, lexeme in enumerate(code):
            if lexeme.start < skip:
                continue
            following = code[at + 1] if at + 1 < len(code) else None
            touching = following is not None and lexeme.end == following.start
            pair = f"{lexeme.text}{following.text}" if following and touching else lexeme.text
            if following and pair in _WORDS:
                skip = following.end
                yield self._word(text, lexeme.start, following.end, _WORDS[pair])
            elif following and pair in {"===", "!=="}:
                skip = following.end
                yield Edit(following.start, following.end, "")
            elif following and lexeme.text == "!" and self._negates(code, at):
                yield self._word(text, lexeme.start, lexeme.end, "not")

    @staticmethod
    def _negates(code: Sequence[Lexeme], at: int) -> bool:
        """Whether a ``!`` stands before an operand, and not as the prompt of a shell."""
        before, after = code[at - 1] if at else None, code[at + 1]
        operand = after.kind in {"name", "keyword", "number", "string"} or after.text in {
            "(",
            "[",
            "!",
        }
        fresh = before is None or before.kind == "newline"
        value = before is not None and (
            before.kind in {"name", "number", "string"} or before.text in {")", "]"}
        )
        return operand and not fresh and not value

    @staticmethod
    def _word(text: str, start: int, end: int, word: str) -> Edit:
        """A word for a sign, with the spaces that keep it apart."""
        left = "" if text[start - 1 : start] in {" ", "\t", "(", "[", "{", "\n", ""} else " "
        right = "" if text[end : end + 1] in {" ", "\t", "\n", "\r", "\\", ""} else " "
        if word == "not":
            while text[end : end + 1] in {" ", "\t"}:
                end += 1
            right = " "
        return Edit(start, end, f"{left}{word}{right}")
