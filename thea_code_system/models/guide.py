"""What the edit model thinks of many small edits, as cheaply as it can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from thea_code_system.models.editor import Opinion
from thea_code_system.models.tags import EDITS, INSERTS, KEEP
from thea_code_system.models.tokens import LINE
from thea_code_system.values.correction import Edit

_EDIT: Final = {name: index for index, name in enumerate(EDITS)}
_INSERT: Final = {name: index for index, name in enumerate(INSERTS)}
_SHIFTS: Final = tuple(index for name, index in _EDIT.items() if name.startswith("shift "))
_LINES: Final = tuple(index for name, index in _INSERT.items() if name.startswith("a line "))
_UNKNOWN: Final = -9.0
"""The log-odds of what has no tag of its own, and of all that is outside the window."""


class Guide:
    """Reads the log-odds of edits from the tables of one window, without comparing texts.

    :meth:`Opinion.odds` is exact, and takes a hundred times as long. This only sorts.
    """

    def __init__(self, opinion: Opinion) -> None:
        span = opinion.span_of(opinion.reading.focus)
        self._tokens = opinion.tokens
        self._first, self._last = span.first, min(span.last, len(opinion.tokens.items))
        self._edits: list[list[float]] = (span.edits - span.edits[:, KEEP, None]).tolist()
        self._inserts: list[list[float]] = (span.inserts - span.inserts[:, KEEP, None]).tolist()

    def odds(self, edits: Sequence[Edit]) -> float:
        """The log-odds of some edits together, natural logarithm."""
        return sum(map(self._one, edits))

    def _one(self, edit: Edit) -> float:
        index = self._tokens.at(edit.start)
        if not self._first <= index < self._last:
            return _UNKNOWN
        new = edit.replacement.strip()
        gone = [] if edit.start == edit.end else self._gone(index, edit.end)
        if gone:
            return self._replaced(gone, new)
        at_end = self._tokens.items[index].end <= edit.start
        row = self._inserts[min(index + at_end - self._first, len(self._inserts) - 1)]
        if new:
            return row[_INSERT[new]] if new in _INSERT else _UNKNOWN
        return max(row[label] for label in _LINES) if "\n" in edit.replacement else _UNKNOWN

    def _gone(self, index: int, end: int) -> list[int]:
        """The tokens from an index on that begin before an offset."""
        last = index
        while last < self._last and self._tokens.items[last].start < end:
            last += 1
        return list(range(index, last))

    def _replaced(self, gone: Sequence[int], new: str) -> float:
        """Some tokens by one, or by none; or a line with other white space before it."""
        rows = [self._edits[index - self._first] for index in gone]
        if not new:
            line = len(gone) == 1 and self._tokens.items[gone[0]].kind == LINE
            shift = max(rows[0][label] for label in _SHIFTS) if line else _UNKNOWN
            return max(shift, sum(row[_EDIT["delete"]] for row in rows))
        label = _EDIT.get(f"write {new}", _EDIT["inner"])
        return rows[0][label] + sum(row[_EDIT["delete"]] for row in rows[1:])
