"""A quote that closes its string a token too early."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_QUOTES: Final = frozenset("'\"`")


class ClosedEarly(SyntaxRule):
    """What stands right behind a string belongs in it: ``f("Done".)`` for ``f("Done.")``."""

    name: ClassVar[str] = "syntax/closed-early"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.4
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 'a'.upper()\n",)
    FIXES: ClassVar[dict[str, str]] = {
        'print("Done".)\n': 'print("Done.")\n',
        "x = 'So'! \n": "x = 'So!' \n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each string near the fault with something behind it that is no space."""
        code = [x for number in broken.around(1) for x in broken.lexemes_of(number)]
        for string, behind in pairwise(code):
            mark = string.text[-1:]
            closes = string.kind == "string" and mark in _QUOTES and mark * 3 not in string.text
            if closes and behind.kind in {"operator", "name", "keyword", "other"}:
                edit = Edit(string.end - 1, behind.end, f"{behind.text}{mark}")
                yield self.proposal("close the string later", edit)
