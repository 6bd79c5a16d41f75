"""Which of the lines below a header are its body, where none of them is indented."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from thea_code_system.correctors.syntax.broken import HEADER, BrokenSource

_DEFINES: Final = re.compile(r"(?:@|(?:async[ \t]+def|def|class)\b)")
_LEAVES: Final = frozenset({"return", "raise", "break", "continue"})
_LONGEST: Final = 40  # lines of one header
_SCOPE: Final = 200  # lines above it in which a name may have been bound
_LIKELY, _DOUBTFUL, _UNLIKELY, _HARDLY = 1.0, 0.5, 0.02, 0.001


class FlatBody:
    """Lines at the level of the header above them, of which the first ones are its body.

    ``header`` is the header's last line, ``first`` the first line of code below it.
    """

    def __init__(self, broken: BrokenSource, header: int, first: int) -> None:
        self._broken = broken
        self._header = header
        self._first = first
        self._column = broken.column(first)

    def until_definition(self) -> range:
        """The lines up to the next definition, to two blank lines, or to where the level drops."""
        last = self._first
        for number in self._broken.code_below(self._header):
            drops = self._broken.column(number) < self._column
            if number != self._first and (drops or self._parts(last, number)):
                break
            last = number
        return range(self._first, last + 1)

    def likeliest(self, blocks: Iterable[range]) -> list[tuple[range, float]]:
        """Each block that may be the body, and how likely it is.

        Blocks that leave out what must be in it count only where all of them do.
        """
        known = dict.fromkeys((*blocks, self.until_definition()))
        found = [(lines, self._likelihood(lines)) for lines in known]
        return [one for one in found if one[1] > _HARDLY] or found

    def _likelihood(self, lines: range) -> float:
        """How likely a block that starts at the first line is the body, by what it leaves out."""
        inside = [number for number in lines if self._broken.is_code(number)]
        following = self._broken.next_code(inside[-1])
        pairs = itertools.pairwise(inside)
        if any(self._parts(above, below) or self._ends(above, below) for above, below in pairs):
            return _UNLIKELY
        if not following or self._broken.column(following) != self._column:
            return _LIKELY
        if self._parts(inside[-1], following):
            return _LIKELY
        if self._names(following) & (self._bound | self._assigned(inside)):
            return _HARDLY
        return _UNLIKELY if self._defines else _DOUBTFUL

    def _parts(self, above: int, below: int) -> bool:
        """Whether something else begins at a line: a definition, or code after two blank lines."""
        if self._broken.column(below) != self._column:
            return False
        apart = self._broken.gap(above, below) > 1
        return apart or bool(_DEFINES.match(self._broken.line(below).strip()))

    def _ends(self, above: int, below: int) -> bool:
        """Whether a line leaves the block, so that the one below it cannot be reached."""
        code = self._broken.code_of(above)
        leaves = bool(code) and code[0].text in _LEAVES
        return leaves and self._broken.column(above) == self._broken.column(below) == self._column

    @cached_property
    def _top(self) -> int:
        """The line on which the header begins."""
        level = self._broken.column(self._header)
        for number in range(self._header, max(self._header - _LONGEST, 0), -1):
            words = self._broken.line(number).strip()
            if self._broken.column(number) == level and HEADER.match(words):
                return number
        return self._header

    @property
    def _defines(self) -> bool:
        return bool(_DEFINES.match(self._broken.line(self._top).strip()))

    @cached_property
    def _bound(self) -> frozenset[str]:
        """What the header itself binds: parameters, loop variables, and names after ``as``."""
        code = [x for n in range(self._top, self._header + 1) for x in self._broken.code_of(n)]
        texts = [x.text for x in code]
        found: set[str] = set()
        looping = False
        for at, lexeme in enumerate(code):
            before, after = texts[at - 1] if at else "", texts[at + 1 : at + 2]
            looping = (looping or before == "for") and lexeme.text != "in"
            parameter = self._defines and before in {"(", ",", "*", "**"}
            parameter = parameter and after in ([","], [":"], ["="], [")"])
            if lexeme.kind == "name" and (looping or parameter or before == "as"):
                found.add(lexeme.text)
        return frozenset(found)

    def _assigned(self, lines: list[int]) -> frozenset[str]:
        """What these lines bind and nothing above the header mentions."""
        found = {name for number in lines for name in self._targets(number)}
        return frozenset(found - self._mentioned) if found else frozenset()

    def _targets(self, number: int) -> list[str]:
        """The names that a statement on a line binds, where it is as simple as ``a, b = …``."""
        names: list[str] = []
        for lexeme in self._broken.code_of(number):
            if lexeme.text == "=":
                return names
            if lexeme.kind == "name":
                names.append(lexeme.text)
            elif lexeme.text != ",":
                break
        return []

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """The names above the header in its own scope, as far as one looks."""
        found: set[str] = set()
        level = self._broken.column(self._top)
        for number in range(self._top - 1, max(self._top - _SCOPE, 0), -1):
            if not self._broken.is_code(number):
                continue
            found |= self._names(number)
            if self._broken.column(number) < level:
                break
        return frozenset(found)

    def _names(self, number: int) -> frozenset[str]:
        return frozenset(x.text for x in self._broken.code_of(number) if x.kind == "name")
