"""Which lines of a text somebody has changed."""

from __future__ import annotations

from dataclasses import dataclass

from thea_code_system.values.correction import Edit

_END = 1 << 62


@dataclass(frozen=True, slots=True)
class LineRanges:
    """Lines from 1 as git counts them, at LF only: the first and the last of each range."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def whole(cls) -> LineRanges:
        """Every line, as in a file that is new."""
        return cls(((1, _END),))

    def hold(self, text: str, edit: Edit) -> bool:
        """Whether an edit changes nothing but these lines.

        What an edit repeats of the text does not count. Between two lines it may insert if either
        is one of these.
        """
        start, end, new = self._trimmed(text, edit)
        head = text[text.rfind("\n", 0, start) + 1 : start]
        first = text.count("\n", 0, start) + 1
        if start == end and not head and new.endswith("\n") and self._cover(first - 1, first - 1):
            return True
        last = first + text.count("\n", start, end - 1) if start < end else first
        ended = end > start and text[end - 1] == "\n"
        if ended and text[end:] and (head + new) and not new.endswith("\n"):
            last += 1  # without a line end of its own it takes in the next line
        return self._cover(first, last)

    def meet(self, text: str, edit: Edit) -> bool:
        """Whether an edit stands on any of these lines."""
        first = text.count("\n", 0, edit.start) + 1
        last = first + text.count("\n", edit.start, edit.end)
        return any(low <= last and first <= high for low, high in self.ranges)

    def _cover(self, first: int, last: int) -> bool:
        return any(low <= first and last <= high for low, high in self.ranges)

    @staticmethod
    def _trimmed(text: str, edit: Edit) -> tuple[int, int, str]:
        """The span that really changes, and what stands there then."""
        start, end, new = edit.start, edit.end, edit.replacement
        while start < end and new and text[start] == new[0]:
            start, new = start + 1, new[1:]
        while start < end and new and text[end - 1] == new[-1]:
            end, new = end - 1, new[:-1]
        return start, end, new
