"""Two items of a list stand side by side without a comma."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BLANK, BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_VALUES = frozenset({"name", "number", "string"})
_OPENING = frozenset({"(", "[", "{"})
_ENDING = frozenset({")", "]", "}"})
_FAR = 400  # lexemes to the end of a list
_WORDS = frozenset(
    {"None", "True", "False", "null", "true", "false", "this", "lambda", "function", "async", "not"}
)


class MissingComma(SyntaxRule):
    """Writes a comma between two values that follow each other."""

    name: ClassVar[str] = "syntax/missing-comma"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ("x = [1, 2]\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = [1 2]\n": "x = [1, 2]\n",
        "x = {'a': 1\n     'b': 2}\n": "x = {'a': 1,\n     'b': 2}\n",
        "f(a lambda: 1)\n": "f(a, lambda: 1)\n",
        "x = [\n    1\n    2\n]\n": "x = [\n    1,\n    2,\n]\n",
        "x = [\n    1\n    2,\n]\n": "x = [\n    1,\n    2\n]\n",
        "f(a=4.5. b=2)\n": "f(a=4.5, b=2)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Look at every pair of neighbours within three lines of code of the fault."""
        line = broken.faults[0].line
        above = broken.previous_code(line)
        lines = {*broken.around(3), *(n for n in (above, broken.previous_code(above)) if n)}
        code = [x for number in sorted(lines) for x in broken.code_of(number)]
        offset = broken.faults[0].offset
        pairs = list(itertools.pairwise(code))
        for left, right in sorted(pairs, key=lambda pair: abs(pair[1].start - offset)):
            if left.kind == "number" and left.text.endswith("."):
                yield self.proposal("write a comma here", Edit(left.end - 1, left.end, ","))
            if self._ends(left) and self._begins(right):
                comma = Edit(left.end, left.end, ",")
                yield self.proposal("add the missing comma", comma)
                if "\n" in broken.text[left.end : right.start] and (
                    last := self._last(broken, right)
                ):
                    yield self.proposal("add the missing comma", comma, last, score=self.prior / 4)
            elif left.text in {".", ";", ":"} or (left.text == "=" and right.text == "="):
                yield self.proposal("write a comma here", Edit(left.start, left.end, ","))

    @staticmethod
    def _last(broken: BrokenSource, first: Lexeme) -> Edit | None:
        """The comma behind the last of items that stand on lines of their own: written, or not.

        Who adds an item below the last one, or moves it, forgets one of the two commas.
        """
        depth = 0
        before = first
        code = (x for x in broken.lexemes if x.start >= first.start and x.kind not in BLANK)
        for lexeme in itertools.islice(code, _FAR):
            depth += (lexeme.text in _OPENING) - (lexeme.text in _ENDING)
            if depth < 0:
                if "\n" not in broken.text[before.end : lexeme.start]:
                    return None
                comma = before.text == ","
                return Edit(before.start if comma else before.end, before.end, "" if comma else ",")
            before = lexeme
        return None

    @staticmethod
    def _ends(lexeme: Lexeme) -> bool:
        return lexeme.kind in _VALUES or lexeme.text in _ENDING or lexeme.text in _WORDS

    @staticmethod
    def _begins(lexeme: Lexeme) -> bool:
        return (
            lexeme.kind in _VALUES
            or lexeme.text in _WORDS
            or lexeme.text in {"(", "[", "{", "*", "**", "-", "..."}
        )
