"""Other languages' spellings of elif."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_ELSE_IF: Final = re.compile(
    r"[ \t]*(else[ \t]+if|else[ \t]*:[ \t]*if|elseif|elsif|elif[ \t]+if|else[ \t]+elif)\b"
)


class ElseIf(SyntaxRule):
    """``else if``, ``elseif``, ``elsif``, ``else`` with a condition: Python writes ``elif``."""

    name: ClassVar[str] = "syntax/else-if"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("if a:\n    b()\nelif c:\n    d()\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "if a:\n    b()\nelse if c:\n    d()\nelsif e:\n    f()\n": (
            "if a:\n    b()\nelif c:\n    d()\nelif e:\n    f()\n"
        ),
        "if a:\n    b()\nelse c == 1:\n    d()\n": "if a:\n    b()\nelif c == 1:\n    d()\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once."""
        edits: list[Edit] = []
        for number in range(1, broken.line_count + 1):
            found = _ELSE_IF.match(broken.line(number))
            start, _ = broken.span(number)
            if found and self._is_code(broken, start + found.start(1)):
                edits.append(Edit(start + found.start(1), start + found.end(1), "elif"))
        if edits:
            yield self.proposal("Write elif", *edits)
        for number in broken.around(0):
            code = broken.code_of(number)
            if len(code) > 2 and code[0].text == "else" and code[1].text != ":":
                edit = Edit(code[0].start, code[0].end, "elif")
                yield self.proposal("Write elif before a condition", edit)

    @staticmethod
    def _is_code(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.kind in {"name", "keyword"}
