"""Asks the parser about edited texts, as cheaply as it can be had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Fault
from thea_code_system.languages.grammar import GrammarLanguage
from thea_code_system.languages.python import PythonLanguage
from thea_code_system.values.correction import Edit

_CONTINUES: Final = re.compile(r"(?:else|elif|except|finally|case)\b")
_BEGINS: Final = re.compile(r"[@\w]")
_OPEN: Final = "never closed"
_LEXICAL: Final = re.compile(
    r"unterminated|invalid (?:non-printable )?character|invalid \w+ literal|leading zeros|unmatched"
    r"|never closed|does not match|after line continuation|inconsistent use of tabs"
)
_ENOUGH: Final = 400
WRAPPER: Final = "if 1:\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the parser says of an edited text.

    ``faults`` are in that text's coordinates, empty if it parses. ``region`` is the smallest piece
    of the text around the edits that was parsed by itself; its first line is line ``line``.
    """

    faults: tuple[Fault, ...]
    region: str
    line: int = 1

    def is_further(self, before: BrokenSource, edits: Sequence[Edit]) -> bool:
        """Whether the parser got further than before some edits.

        CPython tells a fault of its tokenizer before any other, wherever it stands, and a bracket
        that is never closed after those: past one is further, even where the next stands above it.
        """
        old, new = before.faults, self.faults
        longer = sum(len(e.replacement) - (e.end - e.start) for e in edits)
        length = len(before.text)
        left_before = length - old[0].offset
        left_after = length + longer - new[0].offset
        if before.language.name != "python":
            lower = new[0].line > old[0].line and left_after < left_before
            return len(new) < len(old) or (len(new) == len(old) and lower)
        lexical = _LEXICAL.search(old[0].message), _LEXICAL.search(new[0].message)
        if all(lexical) and _OPEN in new[0].message:
            return _OPEN not in old[0].message or left_after != left_before
        return left_after < left_before or (lexical[0] is not None and lexical[1] is None)


Ask: TypeAlias = Callable[[Sequence[Edit]], Verdict]
"""Says what the parser makes of a text as edited by disjoint, sorted edits."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of whole statements; ``prefix`` makes its indentation legal."""

    start: int
    end: int
    line: int
    prefix: str = ""
    column: int = 0

    def holds(self, edits: Sequence[Edit]) -> bool:
        """Whether all edits lie inside and none moves a line out of the window's block."""
        if not all(self.start <= edit.start and edit.end <= self.end for edit in edits):
            return False
        if not self.prefix:
            first = edits[0]
            return self.start == 0 or first.start > self.start or bool(first.replacement.strip())
        moved = (e.replacement for e in edits if not e.replacement.strip(" \t") and e.start < e.end)
        return all(len(indent.expandtabs(8)) >= self.column for indent in moved)


class Probe:
    """Asks about the whole text each time: what every language can do."""

    def __init__(self, broken: BrokenSource) -> None:
        self._broken = broken

    def __call__(self, edits: Sequence[Edit]) -> Verdict:
        """Parse the text as edited by disjoint, sorted edits."""
        text = self._apply(edits, 0, len(self._broken.text))
        return Verdict(tuple(self._broken.language.faults(text)), text)

    @classmethod
    def on(cls, broken: BrokenSource) -> Probe:
        """The cheapest probe for a language."""
        if isinstance(broken.language, PythonLanguage):
            return WindowProbe(broken, broken.language)
        return (
            TreeProbe(broken, broken.language)
            if isinstance(broken.language, GrammarLanguage)
            else cls(broken)
        )

    def _apply(self, edits: Sequence[Edit], start: int, end: int) -> str:
        text, position, parts = self._broken.text, start, []
        for edit in edits:
            parts += [text[position : edit.start], edit.replacement]
            position = edit.end
        return "".join((*parts, text[position:end]))


class TreeProbe(Probe):
    """Parses incrementally; what seems whole is parsed once more from scratch."""

    def __init__(self, broken: BrokenSource, language: GrammarLanguage) -> None:
        super().__init__(broken)
        self._reparser = language.reparser(broken.text)

    def __call__(self, edits: Sequence[Edit]) -> Verdict:
        """Parse the text as edited by disjoint, sorted edits."""
        faults = self._reparser.faults(edits)
        return Verdict(faults, "") if faults else super().__call__(edits)


class WindowProbe(Probe):
    """Parses the statements around a Python fault first, and goes on only from what passes.

    A window is used only if it shows the very fault that the whole text shows. What follows the
    last window is parsed once; what seems whole is parsed once more, as a whole.
    """

    def __init__(self, broken: BrokenSource, language: PythonLanguage) -> None:
        super().__init__(broken)
        self._python = language
        self._windows = tuple(self._usable())
        self._rest: dict[int, Fault | None] = {}

    def __call__(self, edits: Sequence[Edit]) -> Verdict:
        """Parse window by window, from the smallest that holds the edits."""
        region, line = "", 1
        for window in self._windows:
            if not window.holds(edits):
                continue
            piece = window.prefix + self._apply(edits, window.start, window.end)
            fault = self._python.first_fault(piece)
            if not region:
                region, line = piece, window.line - window.prefix.count("\n")
            if fault is not None:
                return Verdict((self._moved(fault, window),), region, line)
            below = () if window.prefix else self._after(edits, window)
            if below:
                return Verdict(below, region, line)
        return Verdict((), region, line)

    def _after(self, edits: Sequence[Edit], window: Window) -> tuple[Fault, ...]:
        """The first fault of the text below a window, moved by what the edits add."""
        if window.end not in self._rest:
            self._rest[window.end] = self._python.first_fault(self._broken.text[window.end :])
        fault = self._rest[window.end]
        if fault is None:
            return ()
        text = self._broken.text
        longer = sum(len(e.replacement) - (e.end - e.start) for e in edits)
        lines = sum(e.replacement.count("\n") - text.count("\n", e.start, e.end) for e in edits)
        below = self._broken.line_of(window.end)
        return (
            Fault(
                fault.offset + window.end + longer, fault.line + below - 1 + lines, fault.message
            ),
        )

    @staticmethod
    def _moved(fault: Fault, window: Window) -> Fault:
        offset = fault.offset - len(window.prefix) + window.start
        return Fault(
            max(offset, 0), fault.line + window.line - 1 - window.prefix.count("\n"), fault.message
        )

    def _usable(self) -> Iterator[Window]:
        broken = self._broken
        wanted = broken.faults[0]
        for window in self._candidates():
            piece = window.prefix + broken.text[window.start : window.end]
            fault = self._python.first_fault(piece)
            same = fault is not None and self._moved(fault, window).line == wanted.line
            if fault and same and (fault.message == wanted.message or _OPEN not in wanted.message):
                yield window
        yield Window(0, len(broken.text), 1)

    def _candidates(self) -> Iterator[Window]:
        broken = self._broken
        line = broken.faults[0].line
        above = line
        for _ in range(3):
            above = broken.previous_code(above) or above
        below = line
        for _ in range(3):
            below = broken.next_code(below) or below
        lowest = min(
            self._broken.column(n)
            for n in range(above, below + 1)
            if broken.is_code(n) or n == line
        )
        tops = dict.fromkeys((lowest, 0))
        for column in tops:
            first = self._begin(above, column)
            last = self._end(below, self._broken.column(first))
            start = broken.lines.line_span(first)[0]
            end = broken.lines.line_span(last)[0] if last else len(broken.text)
            prefix = WRAPPER if self._broken.column(first) else ""
            yield Window(start, end, first, prefix, self._broken.column(first))

    def _begin(self, line: int, column: int) -> int:
        """The nearest line at or above one where a statement of at most that column begins."""
        for number in range(line, 1, -1):
            if self._starts(number) and self._broken.column(number) <= column:
                return number
        return 1

    def _end(self, line: int, column: int) -> int:
        """The nearest line below one where another statement of at most that column begins."""
        for number in range(line + 1, min(self._broken.line_count, line + _ENOUGH) + 1):
            if self._broken.column(number) < column and self._ends(number):
                return number
            outer = self._broken.column(number) <= column and self._starts(number)
            if outer and not self._is_decorated(number):
                return number
        return 0

    def _is_decorated(self, line: int) -> bool:
        """Whether a decorator ends right above a line."""
        broken, above = self._broken, self._broken.previous_code(line)
        while above and (
            self._broken.column(above) > self._broken.column(line) or not self._ends(above)
        ):
            above = broken.previous_code(above)
        code = broken.code_of(above) if above else ()
        same = above and self._broken.column(above) == self._broken.column(line)
        return bool(same and code and code[0].text == "@")

    def _ends(self, line: int) -> bool:
        """Whether a line of code stands here that closes no bracket and is no part of a string."""
        code = self._broken.code_of(line)
        return bool(code) and code[0].text not in {")", "]", "}"} and self._is_fresh(line)

    def _starts(self, line: int) -> bool:
        body = self._broken.line(line).strip()
        if not _BEGINS.match(body) or _CONTINUES.match(body):
            return False
        if not self._is_fresh(line):
            return False
        above = self._broken.previous_code(line)
        return not (above and self._broken.line(above).endswith("\\"))

    def _is_fresh(self, line: int) -> bool:
        """Whether no string reaches into a line."""
        lexemes = self._broken.lexemes_of(line)
        return bool(lexemes) and lexemes[0].start == self._broken.lines.line_span(line)[0]
