"""A unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # git knows no other line end
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class UnifiedDiff:
    """What makes one text of a file the other; ``paint`` colours a line in a style."""

    path: str
    before: str
    after: str
    paint: Callable[[str, str], str]

    def lines(self) -> Iterator[str]:
        """The hunks, from the project root."""
        before, after = (_LINE.findall(text) for text in (self.before, self.after))
        for line in difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"):
            yield from self._painted(line)

    def _painted(self, line: str) -> Iterator[str]:
        text = line.removesuffix("\n")
        headline = text.startswith(("---", "+++"))
        colour = "bold" if headline else _COLOURS.get(text[:1])
        yield self.paint(text, colour) if colour else text
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
