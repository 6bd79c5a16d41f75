"""A template literal without one of its backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_FENCED: Final = re.compile(r"```+|\\`")  # fences of Markdown, and backticks that are text
_TRIED: Final = 64
_BLIND: Final = 6  # places where it is tried although something else is broken, too
_REACH: Final = 60
_CLOSES: Final = re.compile(r"[,;)\]}`.]")
_SEPARATORS: Final = frozenset(",;")  # they hardly end what the literal says
_TAIL: Final = " \t,;)]}"
_WITHIN: Final = re.compile(r"\}(?=[^`]*$)|[\w})](?=\s+[:?+]\s|,\s)")
_OPENS: Final = re.compile(r"(?:[(=:?,\[{+]|=>|\breturn|\b[\w$.]+\()[ \t]*$")
_INSIDE: Final = re.compile(r"[(=:?,\[+]\s*|\breturn\s+|\bthrow\s+")


class UnterminatedTemplate(SyntaxRule):
    """One backtick is missing, so that every template after it is read inside out.

    The backtick is put where the literal probably ends (at the end of its line, before what closes
    the expression around it) or begins, as far as the whole text then parses.
    """

    name: ClassVar[str] = "syntax/unterminated-template"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("const a = `b ${c(`d`)}`;\n// `\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "f(`a ${b}, c);\nd(`e`);\n": "f(`a ${b}`, c);\nd(`e`);\n",
        "const a = `b\n  c\n;\nd(`e`);\n": "const a = `b\n  c\n`;\nd(`e`);\n",
        "f(`a ${b} c,\n  d(`e`));\n": "f(`a ${b} c`,\n  d(`e`));\n",
        "f(Missing: ${b}`);\nd(`e`);\n": "f(`Missing: ${b}`);\nd(`e`);\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The places that make the text parse, likeliest first."""
        code = [x for x in broken.lexemes if "`" in x.text and x.kind != "comment"]
        inside = "".join(lexeme.text for lexeme in code)
        fenceless = (_FENCED.sub("", text).count("`") for text in (broken.text, inside))
        if not any(count % 2 for count in fenceless):
            return
        first = broken.faults[0].offset
        suspects = [x for x in code if x.kind == "other" or "\n" in x.text]
        suspects.sort(key=lambda x: abs(x.start - first))
        places: dict[int, float] = {}
        for lexeme in suspects:
            for place, weight in self._ends_at_once(broken, lexeme.start):
                places.setdefault(place, weight)
        for lexeme in suspects[:4]:
            for place, weight in self._ends_below(broken, lexeme.start):
                places.setdefault(place, weight)
        for place, weight in self._begins(broken):
            places.setdefault(place, weight)
        likeliest = sorted([*places.items()][:_TRIED], key=lambda item: -item[1])
        whole = False
        for place, weight in likeliest:  # lazily: each trial parses the whole text
            if broken.language.parses(f"{broken.text[:place]}`{broken.text[place:]}"):
                whole = True
                yield self._backtick(place, weight)
        if not whole:
            yield from (self._backtick(place, weight) for place, weight in likeliest[:_BLIND])

    def _backtick(self, place: int, weight: float) -> Proposal:
        edit = Edit(place, place, "`")
        return self.proposal("Add the missing backtick", edit, score=self.prior * weight)

    @staticmethod
    def _ends_at_once(broken: BrokenSource, opening: int) -> Iterator[tuple[int, float]]:
        """Where a literal that begins at ``opening`` may end on its line."""
        number = broken.line_of(opening)
        start, end = broken.span(number)
        line = broken.line(number)
        weight = 1.0
        for place in range(max(start + len(line.rstrip(_TAIL)), opening + 1), end + 1):
            yield place, weight
            weight *= 0.9 if broken.text[place : place + 1] not in _SEPARATORS else 0.3
        for found in _WITHIN.finditer(line, opening + 1 - start):
            yield start + found.end(), 0.5

    @staticmethod
    def _ends_below(broken: BrokenSource, opening: int) -> Iterator[tuple[int, float]]:
        """Where a literal that begins at ``opening`` may end on a line that is no deeper."""
        number = broken.line_of(opening)
        width = broken.column(number)
        weight = 0.9
        for below in range(number + 1, min(broken.line_count, number + _REACH) + 1):
            start, end = broken.span(below)
            line, indent = broken.line(below), broken.indent(below)
            weight *= 0.98
            if not line.strip() or broken.column(below) > width:
                continue
            if _CLOSES.match(line, len(indent)):
                yield start + len(indent), weight
            for place in range(start + len(line.rstrip(_TAIL)), end + 1):
                yield place, weight * 0.7

    @staticmethod
    def _begins(broken: BrokenSource) -> Iterator[tuple[int, float]]:
        """Where a literal whose end is there may begin: a few lines above each fault."""
        for number in reversed(broken.beside(above=3, below=0, faults=3)):
            start, end = broken.span(number)
            line = broken.line(number)
            if _OPENS.search(line):
                yield end, 0.75
            for found in _INSIDE.finditer(line):
                yield start + found.end(), 0.65
