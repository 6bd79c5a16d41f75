"""The distance that repairs are scored by: token edits between texts that need not parse."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

Changes: TypeAlias = "list[tuple[list[str], list[str]]]"

FARTHEST: Final = 9999
_LONGEST: Final = 4000  # tokens between the ends that two texts share; comparing more takes minutes
_TOKEN: Final = re.compile(
    r"/\*.*?\*/|//[^\n]*|[A-Za-z_$]\w*|\d[\w.]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|`(?:\\.|[^`\\])*`|#[^\n]*|\*\*=|//=|>>=|<<=|===|!==|->|=>|:=|[-+*/%&|^=!<>]=|\*\*|//|<<|>>"
    r"|&&|\|\||\S",
    re.DOTALL,
)
_PYTHON_TOKEN: Final = re.compile(_TOKEN.pattern.replace(r"/\*.*?\*/|//[^\n]*|", ""), re.DOTALL)


class TokenEdits:
    """Organ: compares texts by their tokens, as the scorer of repairs does.

    Comments and blank lines do not count; in Python each line carries its indentation.

    Args:
        language: the name of a language; all but Python are read as JavaScript is.
    """

    def __init__(self, language: str) -> None:
        self._python = language == "python"

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text; comments hold none."""
        if self._python:
            return [token for line in text.splitlines() for token in self._line(line)]
        return [one for one in _TOKEN.findall(text) if not one.startswith(("//", "/*"))]

    def changes(self, before: Sequence[str], after: Sequence[str]) -> Changes | None:
        """What was replaced by what; None where the two are too far apart to compare."""
        start, end, most = 0, 0, min(len(before), len(after))
        while start < most and before[start] == after[start]:
            start += 1
        while end < most - start and before[-1 - end] == after[-1 - end]:
            end += 1
        old, new = list(before[start : len(before) - end]), list(after[start : len(after) - end])
        if max(len(old), len(new)) > _LONGEST:
            return None
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return [(old[a:b], new[c:d]) for op, a, b, c, d in codes if op != "equal"]

    def size(self, changes: Changes | None) -> int:
        """How many tokens were edited; ``FARTHEST`` where nobody counted."""
        if changes is None:
            return FARTHEST
        return sum(max(len(old), len(new)) for old, new in changes)

    def distance(self, before: str, after: str) -> int:
        """How many tokens have to be edited to make one text the other."""
        return self.size(self.changes(self.tokens(before), self.tokens(after)))

    @staticmethod
    def _line(line: str) -> list[str]:
        body = line.strip()
        if not body or body.startswith("#"):
            return []
        wide = line.expandtabs(8)
        found = [one for one in _PYTHON_TOKEN.findall(body) if not one.startswith("#")]
        return [f"<indent {len(wide) - len(wide.lstrip())}>", *found, "<newline>"]
