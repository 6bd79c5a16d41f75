"""Carries edits of one version of a text over to another: the one three-way merge there is."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from thea_code_system.values.correction import Edit
from thea_code_system.values.source import LineMap


@dataclass(frozen=True)
class TextCarrier:
    """Two versions of a text: edits were found in ``old``, and ``new`` has moved on."""

    old: str
    new: str

    def carry(self, edits: Sequence[Edit]) -> tuple[Edit, ...] | None:
        """The edits in the coordinates of the new text.

        Edits belong together: None if any of them stands on lines, or next to lines, that differ.
        """
        if self.old == self.new:
            return tuple(edits)
        carried = []
        for edit in edits:
            first, last = self._rows(edit)
            shift = next(
                (shift for at, end, shift in self._common if at <= first and last < end), None
            )
            if shift is None:
                return None
            carried.append(Edit(edit.start + shift, edit.end + shift, edit.replacement))
        return tuple(carried)

    def keeps(self, edit: Edit) -> bool:
        """Whether the lines of an edit are the same in the new text, whatever is beside them."""
        ends = (edit.start, max(edit.start, edit.end - 1))
        first, last = (self._map.position(at).line for at in ends)
        return any(at <= first and last < end for at, end, _ in self._common)

    def nearest(self, offset: int) -> int:
        """Where the new text comes closest to a place of the old one, at or before it."""
        row = self._map.position(offset).line
        before = [(0, 1, 0), *(block for block in self._common if block[0] <= row)]
        _, end, shift = before[-1]
        limit = [*self._map.starts, len(self.old)][end - 1]
        return min(offset, limit) + shift

    @cached_property
    def _common(self) -> list[tuple[int, int, int]]:
        """Rows of the old text that are the same in the new one, and how far they have moved.

        Row 0 is the place before the first line: what was put there is next to that line.
        """
        old, new = LineMap.of(self.old), LineMap.of(self.new)
        starts = [(0, *lines.starts) for lines in (old, new)]
        blocks = self._blocks(self._lines(self.old, old), self._lines(self.new, new))
        return [(at, at + size, starts[1][to] - starts[0][at]) for at, to, size in blocks if size]

    def _blocks(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int]]:
        """What is common: where in the old rows, where in the new ones, how many rows.

        Head and tail first: most versions differ in few places, and matching is slow.
        """
        head = self._alike(old, new)
        tail = self._alike(old[head:][::-1], new[head:][::-1])
        ends = len(old) - tail, len(new) - tail
        middle = (old[head : ends[0]], new[head : ends[1]])
        matcher = difflib.SequenceMatcher(None, *middle)  # autojunk: blank lines anchor nothing
        between = [(at + head, to + head, size) for at, to, size in matcher.get_matching_blocks()]
        return [(0, 0, head), *between, (*ends, tail)]

    @cached_property
    def _map(self) -> LineMap:
        return LineMap.of(self.old)

    def _rows(self, edit: Edit) -> tuple[int, int]:
        """The first and the last row of an edit and one more on each side.

        What is put before the first line or after the last one has a place only as long as
        nobody else puts something there.
        """
        first, last = (self._map.position(at).line for at in (edit.start, edit.end))
        bottom = len(self._map.starts)
        if edit.start < edit.end:
            top, bottom = 1, bottom - (self._map.starts[-1] == len(self.old))
        else:
            top = 0
        return max(first - 1, top), min(last + 1, bottom)

    @staticmethod
    def _alike(old: Sequence[str], new: Sequence[str]) -> int:
        """How many rows at the beginning are the same."""
        pairs = enumerate(zip(old, new, strict=False))
        return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))

    @staticmethod
    def _lines(text: str, lines: LineMap) -> list[str]:
        ends = [*lines.starts[1:], len(text)]
        return ["", *(text[start:end] for start, end in zip(lines.starts, ends, strict=True))]
