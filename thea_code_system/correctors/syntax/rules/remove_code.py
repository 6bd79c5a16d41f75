"""The last resort: without these lines the file parses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal, Safety

_LONGEST = 12
_TOKENS = 24  # on each side of the fault, at which a line is cut


class RemoveCode(SyntaxRule):
    """Comments out or deletes the lines at the fault."""

    name: ClassVar[str] = "syntax/remove-code"
    languages: ClassVar[frozenset[str]] = EVERY
    safety: ClassVar[Safety] = Safety.UNSAFE
    prior: ClassVar[float] = 0.05
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 1\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = 1\nsome notes to self\ny = 2\n": "x = 1\ny = 2\n",
        "x = 1\nwrite more here\n": "x = 1\n# write more here\n",
        "x = 1 or so on\n": "x = 1\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """One line, then stretches of lines that begin, end or lie around the fault."""
        line = broken.faults[0].line
        yield from self._tail(broken, line)
        spans = [(line, line)]
        spans += [(line, line + size) for size in range(1, _LONGEST)]
        spans += [(line - size, line) for size in range(1, _LONGEST)]
        spans += [
            (line - 1, line - 1),
            (line + 1, line + 1),
            (line - 2, line - 2),
            (line - 1, line + 1),
        ]
        for first, last in spans:
            if (
                first >= 1
                and last <= broken.line_count
                and broken.is_code(first)
                and broken.is_code(last)
            ):
                yield self._delete(broken, first, last)
                yield self._comment(broken, first, last)

    def _tail(self, broken: BrokenSource, line: int) -> Iterator[Proposal]:
        """What stands on the line from the fault on, or from some lexeme on."""
        _, end = broken.span(line)
        code = broken.code_of(line)
        while code and code[-1].kind == "operator":  # to remove a few signs is the search's part
            code = code[:-1]
        at = broken.faults[0].offset
        before = [x for x in code[1:] if x.start <= at][-_TOKENS:]
        places = (*before, *[x for x in code[1:] if x.start > at][:_TOKENS])
        for lexeme in reversed(places):
            start = len(broken.text[: lexeme.start].rstrip(" \t"))
            yield self.proposal("remove the rest of the line", Edit(start, end, ""))
        for lexeme in places:
            yield self.proposal(
                "remove the line's beginning", Edit(code[0].start, lexeme.start, "")
            )

    def _delete(self, broken: BrokenSource, first: int, last: int) -> Proposal:
        start, _ = broken.lines.line_span(first)
        _, end = broken.lines.line_span(last)
        return self.proposal("remove the lines", Edit(start, end, ""))

    def _comment(self, broken: BrokenSource, first: int, last: int) -> Proposal:
        mark = f"{broken.language.line_comment} "
        edits = []
        for number in range(first, last + 1):
            if broken.is_code(number):
                place = broken.span(number)[0] + len(broken.indent(number))
                edits.append(Edit(place, place, mark))
        return self.proposal("comment the lines out", *edits)
