"""A header without a body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.blocks import Blocks
from thea_code_system.correctors.syntax.bodies import FlatBody
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Fault
from thea_code_system.values.correction import Edit, Proposal, Safety

_BEGINS: Final = re.compile(r"(?:@|(?:async|def|class)\b)")
_CONTINUES: Final = re.compile(r"(?:else|elif|except|finally|case)\b")
_DEFINES: Final = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_OWNER: Final = re.compile(r"on line (\d+)$")


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
        "def f(a):\nb = a\nreturn b\n\n\nx = 1\n": (
            "def f(a):\n    b = a\n    return b\n\n\nx = 1\n"
        ),
        "for a in b:\nc(a)\nd(a)\ne()\n": "for a in b:\n    c(a)\n    d(a)\ne()\n",
        "class A:\n    def f(self):\n    self.x = 1\n\n    self.y = 2\n\n    def g(self):\n"
        "        pass\n": (
            "class A:\n    def f(self):\n        self.x = 1\n\n        self.y = 2\n\n"
            "    def g(self):\n        pass\n"
        ),
        "with a:\n\nb = 1\n": "with a:\n    pass\n\nb = 1\n",
        "def f():\n\ndef g():\n    pass\n": "def f():\n    pass\n\ndef g():\n    pass\n",
        "class A:\n    x = 1\n\n    def f(self):\n": (
            "class A:\n    x = 1\n\n    def f(self):\n        pass\n"
        ),
        "if a:\n    class E(B):\n\n\nx = 1\n": "if a:\n    class E(B):\n        pass\n\n\nx = 1\n",
        "def f():\nf.x = 1\n": "def f():\n    pass\nf.x = 1\n",
        "try:\n    f()\nexcept E:\nelse:\n    g()\n": (
            "try:\n    f()\nexcept E:\n    pass\nelse:\n    g()\n"
        ),
        "for x in y:\n    # later\n": "for x in y:\n    # later\n    pass\n",
        "def f():\n    #x = 1\n    #return x\ny = 1\n": (
            "def f():\n    x = 1\n    return x\ny = 1\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Indent what follows; write ``pass``; take comment marks off the body."""
        if not broken.lacks_body:
            return
        header = self._header(broken, broken.faults[0])
        if not header:
            return
        blocks = Blocks(broken)
        level = broken.indent(header) + broken.unit
        body = broken.next_code(header)
        if body:
            flat, meant = FlatBody(broken, header, body), self._meant(broken, header, body)
            for lines, likelihood in flat.likeliest(blocks.ranges(body)):
                if edits := blocks.shift(lines, level):
                    yield self.proposal("indent the body", *edits, score=meant * likelihood)
        yield from self._pass(broken, header, level)
        yield from self._uncomment(broken, header, body or broken.line_count + 1)
        start, end = broken.lines.line_span(header)
        yield self.proposal(
            "remove the empty header", Edit(start, end, ""), score=0.05, safety=Safety.UNSAFE
        )

    @staticmethod
    def _header(broken: BrokenSource, fault: Fault) -> int:
        """The line of the colon that wants a body: the last one of code above what stands there."""
        above = broken.previous_code(fault.line)
        if not broken.next_code(fault.line) and broken.ending(fault.line) == ":":
            owner = _OWNER.search(fault.message)
            if broken.ending(above) != ":" or (owner and int(owner[1]) == fault.line):
                return fault.line  # at the end of the file the header itself is at fault
        return above

    def _meant(self, broken: BrokenSource, header: int, body: int) -> float:
        """How likely what follows is the body: hardly, if it stands apart."""
        gap = broken.gap(header, body)
        further_out = broken.column(body) < broken.column(header)
        return self.prior if not gap else 0.05 if gap > 1 or further_out else 0.1

    def _pass(self, broken: BrokenSource, header: int, level: str) -> Iterator[Proposal]:
        """``pass``, which is likely only where nothing that follows could be the body."""
        newline = broken.source.newline
        likely = self._likely(broken, header)
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

    @staticmethod
    def _likely(broken: BrokenSource, header: int) -> float:
        """How likely a body was never written, by what follows the header."""
        body = broken.next_code(header)
        words = broken.line(body).strip() if body else ""
        if not body or broken.column(body) < broken.column(header) or _CONTINUES.match(words):
            return 1.0
        if _BEGINS.match(words) or broken.column(body) > broken.column(header):
            return 0.5
        defined = _DEFINES.match(broken.line(header).strip())
        if defined and re.search(rf"\b{defined[1]}\b", words):
            return 0.5
        gap = broken.gap(header, body)
        return 1.0 if gap > 1 else 0.5 if gap else 0.1 if body > header + 1 else 0.01

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
