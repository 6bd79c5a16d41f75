"""Lines pasted from a unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_HEADER: Final = re.compile(
    r"@@ .*@@|diff --git |index [0-9a-f]{6,}\.\.|--- (a/|/dev/null)|\+\+\+ (b/|/dev/null)"
    r"|(new|deleted) file mode |similarity index |rename (from|to) |\\ No newline"
)


class DiffMarkers(SyntaxRule):
    """Lines that still carry the ``+``, ``-`` and space column of a unified diff.

    Someone pasted a patch instead of its result: headers and removed lines go, added lines and
    context lose their first column.
    """

    name: ClassVar[str] = "syntax/diff-markers"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.93
    CLEAN: ClassVar[tuple[str, ...]] = ("x = (1\n+ 2\n- 3)\n", 'patch = """\n+import os\n"""\n')
    FIXES: ClassVar[dict[str, str]] = {
        "import os\n+import sys\n\nprint(os, sys)\n": "import os\nimport sys\n\nprint(os, sys)\n",
        "x = 1\n-y = x + 1\n+y = x + 2\nprint(y)\n": "x = 1\ny = x + 2\nprint(y)\n",
        "@@ -1,3 +1,3 @@\n def area(r):\n-    return r\n+    return r * r\n \n area(2)\n": (
            "def area(r):\n    return r * r\n\narea(2)\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The result of the patch, with and without the column of its context lines."""
        headers, added, removed = self._marked(broken)
        if not headers and not any(broken.near(number, 1) for number in (*added, *removed)):
            return
        gone = [self._without(broken, number) for number in (*headers, *removed)]
        plain = [self._unmarked(broken, number) for number in added]
        context = self._context(broken, {*headers, *added, *removed})
        whole = broken.language.parses(self._result(broken.text, [*gone, *plain]))
        score = self.prior if added or headers else 0.3
        if context:
            shifted = [self._unmarked(broken, number) for number in context]
            worse = 0.3 if whole and not headers else 1.0
            yield self.proposal(
                "Apply the pasted diff", *gone, *plain, *shifted, score=score * worse
            )
            score *= 0.9
        yield self.proposal("Apply the pasted diff", *gone, *plain, score=score)
        if removed and not headers:
            both = [self._unmarked(broken, number) for number in (*added, *removed)]
            yield self.proposal("Remove the markers of a pasted diff", *both, score=0.2)

    def _marked(self, broken: BrokenSource) -> tuple[list[int], list[int], list[int]]:
        """Headers, added and removed lines; in a string only in a hunk, or below another."""
        headers: list[int] = []
        added: list[int] = []
        removed: list[int] = []
        above, hunk = 0, False
        for number in range(1, broken.line_count + 1):
            line = broken.line(number)
            if above != number - 1 and not hunk and not self._code(broken, number):
                continue
            hunk = hunk or line.startswith("@@ ")
            if _HEADER.match(line):
                headers.append(number)
            elif re.match(r"\+(?!\+|=)", line) or (line.startswith("+") and above == number - 1):
                added.append(number)
            elif re.match(r"-(?![-=])", line) or (line.startswith("-") and above == number - 1):
                removed.append(number)
            else:
                continue
            above = number
        return headers, added, removed

    @staticmethod
    def _result(text: str, edits: Sequence[Edit]) -> str:
        for edit in sorted(edits, reverse=True):
            text = f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
        return text

    @staticmethod
    def _code(broken: BrokenSource, number: int) -> bool:
        """Whether a line begins outside every string and comment."""
        start, _ = broken.span(number)
        lexeme = broken.lexeme_at(start)
        return lexeme is None or lexeme.kind not in {"string", "comment"} or lexeme.start == start

    @staticmethod
    def _without(broken: BrokenSource, number: int) -> Edit:
        return Edit(*broken.lines.line_span(number), "")

    @staticmethod
    def _unmarked(broken: BrokenSource, number: int) -> Edit:
        start, _ = broken.span(number)
        return Edit(start, start + 1, "")

    @staticmethod
    def _context(broken: BrokenSource, marked: set[int]) -> list[int]:
        """Context lines that carry the diff's column: one space more than code is indented by."""
        numbers = range(1, broken.line_count + 1)
        rest = [n for n in numbers if n not in marked and broken.line(n)]
        if all(broken.line(number).startswith(" ") for number in rest):
            return rest
        found: set[int] = set()
        for step, start in ((1, max(marked)), (-1, min(marked))):
            number = start + step
            while re.match(r" (?=$|\S)|(?:  )+ (?=\S)", broken.line(number)):
                found.add(number)
                number += step
        inner = {n for n in rest if min(marked) < n < max(marked) and broken.line(n)[0] == " "}
        return sorted(found | inner) if found else []
