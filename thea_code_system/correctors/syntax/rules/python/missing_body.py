"""A header without a body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal, Safety

_BEGINS: Final = re.compile(r"(?:@|(?:async|def|class|else|elif|except|finally|case)\b)")


class MissingBody(SyntaxRule):
    """Indents the lines that are meant as a header's body, or writes ``pass``."""

    name: ClassVar[str] = "syntax/missing-body"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ("if x:\n    pass\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "def f():\nreturn 1\n": "def f():\n    return 1\n",
        'def f():\n"""Tell.\n\nAll.\n"""\nreturn 1\n': (
            'def f():\n    """Tell.\n\n    All.\n    """\n    return 1\n'
        ),
        "def f():\n\ndef g():\n    pass\n": "def f():\n    pass\n\ndef g():\n    pass\n",
        "for x in y:\n    # later\n": "for x in y:\n    # later\n    pass\n",
        "def f():\n    #x = 1\n    #return x\ny = 1\n": (
            "def f():\n    x = 1\n    return x\ny = 1\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Indent what follows; write ``pass``; take comment marks off the body."""
        fault = broken.faults[0]
        if "expected an indented block" not in fault.message:
            return
        header = self._header(broken, fault.line)
        if not header:
            return
        blocks = Blocks(broken)
        level = broken.indent(header) + broken.unit
        body = broken.next_code(header)
        if body:
            for lines in blocks.ranges(body):
                if edits := blocks.shift(lines, level):
                    yield self.proposal("indent the body", *edits)
        yield from self._pass(broken, header, level)
        yield from self._uncomment(broken, header, body or broken.line_count + 1)
        start, end = broken.lines.line_span(header)
        yield self.proposal(
            "remove the empty header", Edit(start, end, ""), score=0.05, safety=Safety.UNSAFE
        )

    @staticmethod
    def _header(broken: BrokenSource, line: int) -> int:
        """The line of the colon that wants a body: the last one of code above the fault."""
        code = broken.code_of(line)
        if code and code[-1].text == ":" and line == broken.line_count:
            return line
        return broken.previous_code(line) or (line if code and code[-1].text == ":" else 0)

    def _pass(self, broken: BrokenSource, header: int, level: str) -> Iterator[Proposal]:
        """``pass``, which is likely only where nothing that follows could be the body."""
        newline = broken.source.newline
        body = broken.next_code(header)
        follows = bool(body) and broken.indent(body) == broken.indent(header)
        meant = follows and not _BEGINS.match(broken.line(body).strip())
        likely = 0.01 if meant else 0.5
        last = header
        while broken.line(last + 1).strip().startswith("#") and broken.indent(last + 1).startswith(
            level
        ):
            last += 1
        for line in dict.fromkeys((last, header)):
            _, end = broken.span(line)
            own = Edit(end, end, f"{newline}{level}pass")
            yield self.proposal("write the missing body", own, score=likely)
        _, end = broken.span(header)
        beside = Edit(end, end, " pass")
        yield self.proposal("write the missing body", beside, score=likely / 10)

    def _uncomment(self, broken: BrokenSource, header: int, stop: int) -> Iterator[Proposal]:
        edits: list[Edit] = []
        for number in range(header + 1, stop):
            line = broken.line(number)
            place = line.find("#")
            if place < 0 or line[:place].strip():
                continue
            start, _ = broken.span(number)
            edits.append(
                Edit(
                    start + place,
                    start + place + (2 if line[place + 1 : place + 2] == " " else 1),
                    "",
                )
            )
            tight = Edit(start + place, start + place + 1, "")
            yield self.proposal("take the comment mark off", *edits[:-1], tight, score=0.1)
            yield self.proposal("take the comment mark off", *edits, score=0.1)
