"""What indentation says about the brackets of a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme

CLOSER: Final = {"(": ")", "[": "]", "{": "}"}
OPENER: Final = {closer: opener for opener, closer in CLOSER.items()}


@dataclass(frozen=True, slots=True)
class BracketLine:
    """A line of code: its width of indentation, the closers it begins with, what it leaves open.

    ``tokens`` are its lexemes without white space and comments; ``number`` counts from 1.
    """

    number: int
    width: int
    tokens: tuple[Lexeme, ...]
    closers: tuple[Lexeme, ...]
    openers: tuple[Lexeme, ...]

    @property
    def last(self) -> Lexeme:
        """Its last token."""
        return self.tokens[-1]


class BracketLines:
    """The lines of code of a broken text, as a reader sees them who trusts indentation.

    Made once for one text; lines that begin inside a string or comment are left out.
    """

    def __init__(self, broken: BrokenSource) -> None:
        self._broken = broken

    @cached_property
    def lines(self) -> list[BracketLine]:
        """All lines of code in order."""
        return [
            self._line(number, tokens)
            for number in range(1, self._broken.line_count + 1)
            if (tokens := self._broken.code_of(number)) and self._begins(number, tokens)
        ]

    def blocks(self) -> Iterator[tuple[BracketLine, BracketLine | None, BracketLine]]:
        """Each line that leaves brackets open behind a deeper body.

        With it come the next line that is no deeper (None at the end of the text) and the last line
        of its body, which is the line itself where there is no body. One column more is no deeper:
        it is the space that stood behind a lost brace.
        """
        lines = self.lines
        for index, line in enumerate(lines):
            if line.openers:
                below = index + 1
                while below < len(lines) and lines[below].width > line.width + 1:
                    below += 1
                yield line, lines[below] if below < len(lines) else None, lines[below - 1]

    def headers(self) -> Iterator[tuple[BracketLine, BracketLine]]:
        """Each line that begins with closers, and the line above that is no deeper than it."""
        for index, line in enumerate(self.lines):
            if line.closers:
                above = index - 1
                while above >= 0 and self.lines[above].width > line.width:
                    above -= 1
                if above >= 0:
                    yield self.lines[above], line

    def _begins(self, number: int, tokens: tuple[Lexeme, ...]) -> bool:
        start = self._broken.span(number)[0] + len(self._broken.indent(number))
        return tokens[0].start == start

    def _line(self, number: int, tokens: tuple[Lexeme, ...]) -> BracketLine:
        leading = 0
        while leading < len(tokens) and tokens[leading].text in OPENER:
            leading += 1
        openers: list[Lexeme] = []
        for token in tokens[leading:]:
            if token.text in CLOSER:
                openers.append(token)
            elif token.text in OPENER and openers:
                openers.pop()
        width = self._broken.column(number)
        return BracketLine(number, width, tokens, tokens[:leading], tuple(openers))
