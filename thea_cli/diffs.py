"""A unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # git knows no other line end
_ODD = re.compile(r"[\x00-\x1f\x7f\"\\]")
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
        old, new = (self._named(f"{side}/{self.path}") for side in "ab")
        for line in difflib.unified_diff(before, after, old, new):
            yield from self._painted(line)

    @staticmethod
    def _named(name: str) -> str:
        """A name as git says it, so that none begins a line of its own."""
        if not _ODD.search(name):
            return name
        return f'"{_ODD.sub(lambda match: f"{chr(92)}{ord(match[0]):03o}", name)}"'

    def _painted(self, line: str) -> Iterator[str]:
        text = line.removesuffix("\n")
        headline = text.startswith(("---", "+++"))
        colour = "bold" if headline else _COLOURS.get(text[:1])
        yield self.paint(text, colour) if colour else text
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
