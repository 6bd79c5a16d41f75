"""The increment of the C family in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.python.statement import Statement
from thea_code_system.values.correction import Edit, Proposal

_TARGET: Final = re.compile(r"[\w.\[\]'\"(), +-]*[\w\])]")


class Increment(SyntaxRule):
    """``x++`` and ``x--`` as a statement, which Python writes ``x += 1`` and ``x -= 1``."""

    name: ClassVar[str] = "syntax/increment"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.96
    CLEAN: ClassVar[tuple[str, ...]] = ("x += 1\ny = x - -1\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x++\ny.z[0]--\n": "x += 1\ny.z[0] -= 1\n",
        "while x:\n    x --\n    ++y\n": "while x:\n    x -= 1\n    y += 1\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once; a prefixed one parses, and goes along."""
        edits: list[Edit] = []
        certain = False
        for statement in Statement.of(broken.lexemes):
            tokens = [token for token in statement.tokens if token.text != ";"]
            if len(tokens) < 3:
                continue
            tail = f"{tokens[-2].text}{tokens[-1].text}"
            head = f"{tokens[0].text}{tokens[1].text}"
            if tail in {"++", "--"} and self._target(broken, tokens[0].start, tokens[-3].end):
                certain = True
                edits.append(Edit(tokens[-3].end, tokens[-1].end, f" {tail[0]}= 1"))
            elif head in {"++", "--"} and self._target(broken, tokens[2].start, tokens[-1].end):
                edits.append(Edit(tokens[0].start, tokens[2].start, ""))
                edits.append(Edit(tokens[-1].end, tokens[-1].end, f" {head[0]}= 1"))
        if certain:
            yield self.proposal("Write an augmented assignment", *edits)

    @staticmethod
    def _target(broken: BrokenSource, start: int, end: int) -> bool:
        return _TARGET.fullmatch(broken.text[start:end]) is not None
