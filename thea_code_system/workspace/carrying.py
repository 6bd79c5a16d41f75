"""Carries edits of one version of a text over to another."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from thea_code_system.values.correction import Edit


@dataclass(frozen=True, slots=True)
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
        spans = self._common_spans()
        carried = []
        for edit in edits:
            first, last = self._with_context(edit)
            shift = next((to - at for at, end, to in spans if at <= first and last <= end), None)
            if shift is None:
                return None
            carried.append(Edit(edit.start + shift, edit.end + shift, edit.replacement))
        return tuple(carried)

    def _common_spans(self) -> list[tuple[int, int, int]]:
        """Spans of the old text that are the same in the new one, and where they start there."""
        old, new = self.old.splitlines(keepends=True), self.new.splitlines(keepends=True)
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        old_starts, new_starts = self._starts(old), self._starts(new)
        return [
            (old_starts[block.a], old_starts[block.a + block.size], new_starts[block.b])
            for block in matcher.get_matching_blocks()
        ]

    def _with_context(self, edit: Edit) -> tuple[int, int]:
        """The span of an edit's lines and one more on each side."""
        first = self.old.rfind("\n", 0, edit.start) + 1
        first = self.old.rfind("\n", 0, max(first - 1, 0)) + 1
        last = self._line_end(self._line_end(edit.end))
        return first, last

    def _line_end(self, at: int) -> int:
        return self.old.find("\n", at) + 1 or len(self.old)

    @staticmethod
    def _starts(lines: Sequence[str]) -> list[int]:
        starts, at = [0], 0
        for line in lines:
            at += len(line)
            starts.append(at)
        return starts
