"""What can be told of brackets and indentation by counting, so that the network need not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Final

from thea_code_system.models.tokens import LINE, CodeToken

_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}
_OPENERS: Final = frozenset(_CLOSERS.values())
_STATEMENTS: Final = frozenset(
    ("def", "class", "return", "import", "with", "while", "try", "except", "finally", "raise",
     "del", "pass", "break", "continue", "assert", "global", "nonlocal", "elif")
)  # fmt: skip
"""Python's words that begin a statement, and never stand first on a line within brackets."""


class Balance:
    """Pairs the brackets of a text, and in Python compares each line's column with those above.

    ``states`` holds the number of one of :data:`STATES` for each token. A line of Python that can
    only begin a statement ends all brackets open above it: they were never closed.
    """

    STATES: ClassVar[tuple[str, ...]] = (
        "none", "opened", "closed", "closes another", "closes nothing", "never closed",
        "goes on", "block", "back", "odd back", "deeper for nothing", "no body", "in brackets",
    )  # fmt: skip

    def __init__(self, items: Sequence[CodeToken], *, python: bool) -> None:
        self._items, self._python = items, python
        self._open: list[int] = []
        self._waiting: Counter[str] = Counter()  # the texts of those, to look for none in vain
        self._columns = [0]
        self.states = [0] * len(items)
        for index, item in enumerate(items):
            if item.kind == LINE:
                self._line(index)
            elif item.kind == "operator":
                self._bracket(index)
        self._never_closed(0)

    def _set(self, index: int, state: str) -> None:
        self.states[index] = self.STATES.index(state)

    def _bracket(self, index: int) -> None:
        text = self._items[index].text
        if text in _OPENERS:
            self._open.append(index)
            self._waiting[text] += 1
            return
        opener = _CLOSERS.get(text)
        if opener is None:
            return
        if not self._waiting[opener]:
            self._set(index, "closes another" if self._open else "closes nothing")
            return
        top = len(self._open) - 1
        fitting = top
        while self._items[self._open[fitting]].text != opener:
            fitting -= 1
        self._set(index, "closed" if fitting == top else "closes another")
        self._never_closed(fitting + 1)
        self._waiting[opener] -= 1
        self._set(self._open.pop(), "opened")

    def _never_closed(self, depth: int) -> None:
        """All brackets deeper than that were opened, and are not closed."""
        for place in self._open[depth:]:
            self._set(place, "never closed")
            self._waiting[self._items[place].text] -= 1
        del self._open[depth:]

    def _line(self, index: int) -> None:
        if not self._python:
            return
        after = self._items[index + 1].text if index + 1 < len(self._items) else ""
        if self._open and after in _STATEMENTS:
            self._never_closed(0)
        if self._open:
            self._set(index, "in brackets")
        elif after[:1] != "#":
            self._set(index, self._layout(index))

    def _layout(self, index: int) -> str:
        """What the column of a line that begins a statement says."""
        column, stack = self._items[index].column, self._columns
        header = index > 0 and self._last_word(index) == ":"
        if column > stack[-1]:
            stack.append(column)
            return "block" if header else "deeper for nothing"
        if header:
            return "no body"
        if column == stack[-1]:
            return "goes on"
        while stack[-1] > column:
            stack.pop()
        if stack[-1] == column:
            return "back"
        stack.append(column)
        return "odd back"

    def _last_word(self, index: int) -> str:
        """The last token above a line that is no comment and no start of a line."""
        index -= 1
        while index > 0 and self._items[index].kind in {LINE, "comment"}:
            index -= 1
        return self._items[index].text
