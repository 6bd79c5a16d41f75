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
        lines = [number for number in range(1, broken.line_count + 1) if self._code(broken, number)]
        headers = [number for number in lines if _HEADER.match(broken.line(number))]
        added = [n for n in lines if n not in headers and re.match(r"\+(?![+=])", broken.line(n))]
        removed = [n for n in lines if n not in headers and re.match(r"-(?![-=])", broken.line(n))]
        if not headers and not any(broken.near(number, 1) for number in (*added, *removed)):
            return
        gone = [self._without(broken, number) for number in (*headers, *removed)]
        plain = [self._unmarked(broken, number) for number in added]
        context = self._context(broken, lines, {*headers, *added, *removed})
        if context:
            shifted = [self._unmarked(broken, number) for number in context]
            yield self.proposal("Apply the pasted diff", *gone, *plain, *shifted)
        yield self.proposal("Apply the pasted diff", *gone, *plain, score=0.9 if added else 0.3)
        if removed and not headers:
            both = [self._unmarked(broken, number) for number in (*added, *removed)]
            yield self.proposal("Remove the markers of a pasted diff", *both, score=0.2)

    @staticmethod
    def _code(broken: BrokenSource, number: int) -> bool:
        """Whether a line begins outside every string and comment."""
        lexeme = broken.lexeme_at(broken.span(number)[0])
        inside = lexeme is not None and lexeme.kind in {"string", "comment"}
        return not inside or (lexeme is not None and lexeme.start == broken.span(number)[0])

    @staticmethod
    def _without(broken: BrokenSource, number: int) -> Edit:
        return Edit(*broken.lines.line_span(number), "")

    @staticmethod
    def _unmarked(broken: BrokenSource, number: int) -> Edit:
        start, _ = broken.span(number)
        return Edit(start, start + 1, "")

    @staticmethod
    def _context(broken: BrokenSource, lines: Sequence[int], marked: set[int]) -> list[int]:
        """Context lines that carry the diff's column: one space more than code is indented by."""
        rest = [number for number in lines if number not in marked and broken.line(number)]
        if all(broken.line(number).startswith(" ") for number in rest):
            return rest
        found: set[int] = set()
        for step, start in ((1, max(marked)), (-1, min(marked))):
            number = start + step
            while re.match(r" (?=$|\S)|(?:  )+ (?=\S)", broken.line(number)):
                found.add(number)
                number += step
        inner = (number for number in rest if min(marked) < number < max(marked))
        return sorted(found | {n for n in inner if broken.line(n).startswith(" ")} if found else ())
