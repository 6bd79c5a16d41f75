"""Moves lines and blocks of lines to other levels of indentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from thea_code_system.correctors.syntax.broken import BLANK, BrokenSource
from thea_code_system.values.correction import Edit

_HEADERS: Final = 40


class Blocks:
    """The blocks around a line, and the levels that they may be moved to."""

    def __init__(self, broken: BrokenSource) -> None:
        self._broken = broken
        self._inside, self._documentation = self._inside_strings()

    def levels(self, number: int) -> tuple[str, ...]:
        """Plausible indentations for a line: its neighbours', the enclosing ones, one unit more."""
        broken, unit = self._broken, self._broken.unit
        above, below = broken.previous_code(number), broken.next_code(number)
        found: list[str] = []
        if above:
            indent = broken.indent(above)
            found += [indent, indent + unit]
        if below:
            found.append(broken.indent(below))
            if unit and broken.indent(below).endswith(unit):
                found.append(broken.indent(below)[: -len(unit)])
        lowest, line = broken.column(above) if above else 0, above
        for _ in range(_HEADERS):
            line = broken.previous_code(line) if line else 0
            if not line:
                break
            if broken.column(line) < lowest:
                lowest = broken.column(line)
                found.append(broken.indent(line))
        own = broken.indent(number)
        found += [own + unit, own[: -len(unit)] if own.endswith(unit) else "", ""]
        return tuple(dict.fromkeys(level for level in found if level != own))

    def ranges(self, number: int) -> tuple[range, ...]:
        """Blocks that begin or end at a line: alone, with its body, with all that follows it.

        None of them ends within a body that belongs to one of its lines.
        """
        own = self._broken.column(number)
        following = self._broken.code_below(number)
        body = self._while(following, lambda n: self._broken.column(n) > own)
        block = self._while(following, lambda n: self._broken.column(n) >= own)
        same = self._while(following, lambda n: self._broken.column(n) == own)
        paragraph = self._paragraph(number)
        found = [
            range(number, number + 1),
            range(number, (body or [number])[-1] + 1),
            range(number, (block or [number])[-1] + 1),
            range(number, (same or [number])[-1] + 1),
            range(number, paragraph + 1),
        ]
        found += [range(number, n + 1) for n in following[:4]]
        found += [range(number, n) for n in self._drops(number, following)]
        return tuple(lines for lines in dict.fromkeys(found) if not self._cuts(lines))

    def before(self, number: int) -> tuple[range, ...]:
        """Blocks that end just above a line: the lines there which share an indentation."""
        broken = self._broken
        last = broken.previous_code(number)
        if not last:
            return ()
        own, first, out = self._broken.column(last), last, [range(last, last + 1)]
        line = last
        while line and self._broken.column(line) >= own and len(out) < 12:
            first = line
            out.append(range(first, last + 1))
            line = broken.previous_code(line)
        if line:
            out += [range(line, last + 1), range(line, line + 1)]
        return tuple(dict.fromkeys(out))

    def shift(self, lines: range, level: str) -> tuple[Edit, ...]:
        """Edits which bring the first line of a block to a level and keep the shape of the rest."""
        broken = self._broken
        old = broken.indent(lines[0])
        edits: list[Edit] = []
        for number in lines:
            if number in self._inside or not broken.line(number).strip():
                continue
            if number in self._documentation and broken.column(number) < broken.column(lines[0]):
                continue
            start, _ = broken.span(number)
            indent = broken.indent(number)
            new = self._moved(indent, old, level)
            if new != indent:
                edits.append(Edit(start, start + len(indent), new))
        return tuple(edits)

    @staticmethod
    def _moved(indent: str, old: str, level: str) -> str:
        if indent.startswith(old):
            return level + indent[len(old) :]
        width = len(indent.expandtabs(8)) + len(level.expandtabs(8)) - len(old.expandtabs(8))
        return " " * max(0, width)

    def _cuts(self, lines: range) -> bool:
        """Whether a block ends in the middle of a body that lies deeper than its first line."""
        own, broken = self._broken.column(lines[0]), self._broken
        last = max((number for number in lines if broken.is_code(number)), default=lines[0])
        following = broken.next_code(last)
        return bool(following) and broken.column(last) > own < broken.column(following)

    def _drops(self, number: int, following: list[int]) -> Iterator[int]:
        """The lines at which the indentation falls below all that came since the given line."""
        lowest = self._broken.column(number)
        for line in following[:200]:
            if self._broken.column(line) < lowest:
                lowest = self._broken.column(line)
                yield line

    def _paragraph(self, number: int) -> int:
        line = number
        while line < self._broken.line_count and self._broken.line(line + 1).strip():
            line += 1
        return line

    @staticmethod
    def _while(lines: list[int], wanted: Callable[[int], bool]) -> list[int]:
        out: list[int] = []
        for line in lines:
            if not wanted(line):
                break
            out.append(line)
        return out

    def _inside_strings(self) -> tuple[frozenset[int], frozenset[int]]:
        """Lines that begin inside a string, whose indentation is text; those of docstrings."""
        inside: set[int] = set()
        documentation: set[int] = set()
        before = ":"
        for lexeme in self._broken.lexemes:
            if lexeme.kind == "string" and ("\n" in lexeme.text or "\r" in lexeme.text):
                first, last = self._broken.line_of(lexeme.start), self._broken.line_of(lexeme.end)
                found = documentation if before == ":" else inside
                found.update(range(first + 1, last + 1))
            if lexeme.kind not in BLANK:
                before = lexeme.text
        return frozenset(inside), frozenset(documentation)
