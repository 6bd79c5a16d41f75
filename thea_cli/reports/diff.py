"""A unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import ClassVar

from thea_cli.reports.base import Shown, SortedReport
from thea_code_system.values.outcome import Corrected

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # git knows no other line end
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class DiffReport(SortedReport):
    """What the applied corrections change, from the project root."""

    name: ClassVar[str] = "diff"

    def block(self, shown: Shown) -> Iterator[str]:
        """The hunks of one file."""
        if not isinstance(shown.outcome, Corrected) or shown.before is None:
            return
        path = shown.outcome.path
        hunks = difflib.unified_diff(
            _LINE.findall(shown.before), _LINE.findall(shown.after), f"a/{path}", f"b/{path}"
        )
        for line in hunks:
            yield from self._painted(line)

    def _painted(self, line: str) -> Iterator[str]:
        text = line.removesuffix("\n")
        headline = text.startswith(("---", "+++"))
        colour = "bold" if headline else _COLOURS.get(text[:1])
        yield self.view.paint(text, colour) if colour else text
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
