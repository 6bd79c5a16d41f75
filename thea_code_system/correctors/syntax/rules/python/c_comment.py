"""Comments of the C family in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_LINE: Final = re.compile(r"[ \t]*(//+)")
_TRAILING: Final = re.compile(r"[ \t](//)[ \t]*[A-Za-z]")
_OPEN: Final = re.compile(r"[ \t]*(/\*+!?)")
_STAR: Final = re.compile(r"[ \t]*(\*(?!/))?")


class CComment(SyntaxRule):
    """``// …`` and ``/* … */``, which Python writes ``# …``.

    A ``//`` that begins a line can only be a comment; one behind code is taken for one next to a
    fault, because it may be a division.
    """

    name: ClassVar[str] = "syntax/c-comment"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.93
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 7 // 2  # a // b\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "// The width.\nx = 1\n//y = 2\n": "# The width.\nx = 1\n#y = 2\n",
        "x = 1  // the first width\n": "x = 1  # the first width\n",
        "/* One. */\nx = 1\n": "# One.\nx = 1\n",
        "/**\n * One.\n * Two.\n */\nx = 1\n": "#\n# One.\n# Two.\n#\nx = 1\n",
        "/* One.\n\nTwo. */\nx = 1\n": "# One.\n#\n# Two.\nx = 1\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All comments that begin a line at once; then those behind code, near a fault."""
        edits: list[Edit] = []
        inside = False
        for number in range(1, broken.line_count + 1):
            line, (start, _) = broken.line(number), broken.span(number)
            if not inside and not self._is_code(broken, start + len(broken.indent(number))):
                continue
            opened = _OPEN.match(line)
            if inside or opened:
                closed = line.find("*/", opened.end() if opened else 0)
                edits += self._block(start, line, opened)
                inside = closed < 0
            elif found := _LINE.match(line):
                edits.append(Edit(start + found.start(1), start + found.end(1), "#"))
        if edits:
            yield self.proposal("Write comments with #", *edits)
        for number in broken.around(1):
            start, _ = broken.span(number)
            found = _TRAILING.search(broken.line(number))
            if found and self._is_code(broken, start + found.start(1)):
                edit = Edit(start + found.start(1), start + found.end(1), "#")
                yield self.proposal("Write comments with #", edit, score=0.85)

    @staticmethod
    def _block(start: int, line: str, opened: re.Match[str] | None) -> Iterator[Edit]:
        """One line of a block comment becomes a comment of its own."""
        close = line.find("*/", opened.end() if opened else 0)
        if opened:
            yield Edit(start + opened.start(1), start + opened.end(1), "#")
        elif star := _STAR.match(line):
            at = star.start(1) if star.group(1) else star.end()
            if close >= 0 and close in {at - 1, at}:
                at = len(line[:close].rstrip()) if line[:close].strip() else close
                indent = len(line) - len(line.lstrip()) - (1 if line.startswith(" ") else 0)
                yield Edit(start + max(indent, 0), start + close + 2, "#")
                return
            indent = at - 1 if star.group(1) and line[:at].endswith(" ") else at
            mark = "#" if star.group(1) or not line.strip() else "# "
            yield Edit(start + indent, start + (star.end(1) if star.group(1) else at), mark)
        if close >= 0:
            kept = len(line[:close].rstrip())
            yield Edit(start + kept, start + close + 2, "")

    @staticmethod
    def _is_code(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.kind not in {"string", "comment"}
