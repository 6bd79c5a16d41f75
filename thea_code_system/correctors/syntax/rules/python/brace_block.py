"""Braces around blocks in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_OPENED: Final = re.compile(
    r"[ \t]*(?P<close>\}[ \t]*)?(?:async[ \t]+)?"
    r"(?P<word>if|elif|else|for|while|def|class|with|try|except|finally)\b.*?"
    r"(?P<open>[ \t]*:?[ \t]*\{)[ \t]*(?:#.*)?"
)
_CLOSED: Final = re.compile(r"[ \t]*\}[ \t]*;?[ \t]*")


class BraceBlock(SyntaxRule):
    """Blocks in braces (``if x {`` … ``}``), which Python writes with a colon and indentation."""

    name: ClassVar[str] = "syntax/brace-block"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("for x in {1: 2}:\n    y = {\n        x: 1,\n    }\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if x {\n    y()\n} else {\n    z()\n}\n": "if x:\n    y()\nelse:\n    z()\n",
        "def f(x) {\n    return {\n        1: x,\n    }\n}\n": (
            "def f(x):\n    return {\n        1: x,\n    }\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All blocks of the file at once: a closing brace ends what is as deep as its opening."""
        edits: list[Edit] = []
        depth: list[bool] = []
        for number in range(1, broken.line_count + 1):
            start, _ = broken.span(number)
            line = broken.line(number)
            opened = _OPENED.fullmatch(line)
            if opened and opened["close"] and depth and depth[-1]:
                depth.pop()
                edits.append(Edit(start + opened.start("close"), start + opened.end("close"), ""))
            elif _CLOSED.fullmatch(line) and depth and depth[-1]:
                depth.pop()
                edits.append(Edit(*broken.lines.line_span(number), ""))
                continue
            if opened and self._is_code(broken, start + opened.end("open") - 1):
                depth.append(True)
                edits.append(Edit(start + opened.start("open"), start + opened.end("open"), ":"))
                continue
            for lexeme in broken.lexemes_of(number):
                if lexeme.text == "{":
                    depth.append(False)
                elif lexeme.text == "}" and depth and not depth[-1]:
                    depth.pop()
        if edits:
            yield self.proposal("Write blocks with a colon and indentation", *edits)

    @staticmethod
    def _is_code(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.text == "{"
