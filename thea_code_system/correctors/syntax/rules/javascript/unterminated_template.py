"""A template literal without one of its backticks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_TRIED: Final = 48
_REACH: Final = 60
_CLOSES: Final = re.compile(r"[,;)\]}`.]")
_TAIL: Final = re.compile(r"[\s,;)\]}]*$")
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
        "f(Missing: ${b}`);\nd(`e`);\n": "f(`Missing: ${b}`);\nd(`e`);\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The places that make the text parse, likeliest first."""
        code = [x for x in broken.lexemes if "`" in x.text and x.kind != "comment"]
        if len("".join(lexeme.text for lexeme in code).replace("\\`", "").split("`")) % 2:
            return
        first = broken.faults[0].offset
        places: dict[int, float] = {}
        suspects = [x for x in code if x.kind == "other" or "\n" in x.text]
        for lexeme in sorted(suspects, key=lambda x: abs(x.start - first)):
            for place, weight in self._ends(broken, lexeme.start):
                places.setdefault(place, weight)
        for place, weight in self._begins(broken):
            places.setdefault(place, weight)
        for place, weight in [*places.items()][:_TRIED]:
            if broken.language.parses(f"{broken.text[:place]}`{broken.text[place:]}"):
                edit = Edit(place, place, "`")
                yield self.proposal("Add the missing backtick", edit, score=self.prior * weight)

    @staticmethod
    def _ends(broken: BrokenSource, opening: int) -> Iterator[tuple[int, float]]:
        """Where a literal that begins at ``opening`` may end."""
        number = broken.line_of(opening)
        width = len(broken.indent(number).expandtabs(8))
        last = min(broken.line_count, number + _REACH)
        for at in range(number, last + 1):
            start, end = broken.span(at)
            line = broken.line(at)
            indent = len(broken.indent(at))
            if at > number and (not line.strip() or len(line[:indent].expandtabs(8)) > width):
                continue
            if at > number and _CLOSES.match(line, indent):
                yield start + indent, 0.9
            found = _TAIL.search(line)
            cut = found.start() if found else len(line)
            weight = 1.0 if at == number else 0.6
            for place in range(max(start + cut, opening + 1), end + 1):
                yield place, weight
                weight *= 0.9
            if at == number:
                for found in re.finditer(r"\}(?=[^`]*$)|[\w}](?=\s+[:?+]\s|,\s)", line):
                    if start + found.end() > opening:
                        yield start + found.end(), 0.5

    @staticmethod
    def _begins(broken: BrokenSource) -> Iterator[tuple[int, float]]:
        """Where a literal whose end is there may begin: a few lines above each fault."""
        for number in reversed(broken.beside(above=3, below=0, faults=3)):
            start, end = broken.span(number)
            line = broken.line(number)
            if _OPENS.search(line):
                yield end, 0.9
            for found in _INSIDE.finditer(line):
                yield start + found.end(), 0.8
