"""Places as other programs count them, turned into offsets in code points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thea_code_system.values.correction import Edit
from thea_code_system.values.source import LineMap


class Utf8Text:
    """Turns byte offsets in the UTF-8 of a text into offsets in the text."""

    def __init__(self, text: str) -> None:
        self._data = b"" if text.isascii() else text.encode()
        self._lines = LineMap.of(text)
        self._text = text

    def offset(self, place: int) -> int:
        """The offset of a place counted in bytes from the start of the text."""
        return len(self._data[:place].decode()) if self._data else place

    def in_line(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column counted in bytes from 0."""
        start, end = self._lines.line_span(line)
        if not self._data:
            return start + column
        return start + len(self._text[start:end].encode()[:column].decode())


class Utf16Text:
    """Turns positions that count UTF-16 units, as language servers do, into offsets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = LineMap.of(text)
        self._plain = text.isascii()

    def offset(self, position: Mapping[str, int]) -> int:
        """The offset in code points of a position that counts from 0."""
        line, column = position["line"] + 1, position["character"]
        start = self._lines.offset(line, 1)
        if self._plain or line > len(self._lines.starts):
            return min(start + column, len(self._text))
        units = self._text[start : self._lines.line_span(line)[1]].encode("utf-16-le")
        return start + len(units[: 2 * column].decode("utf-16-le", "ignore"))

    def edit(self, edit: Mapping[str, Any]) -> Edit:
        """A text edit of the protocol as one of ours."""
        place = edit["range"]
        return Edit(self.offset(place["start"]), self.offset(place["end"]), edit["newText"])
