"""A letter before a string that is no prefix."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class StringPrefix(SyntaxRule):
    """A slip on the keyboard: ``g'{x}'`` for ``f'{x}'``, the next key's letter."""

    name: ClassVar[str] = "syntax/string-prefix"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ("x = f'{y}' + r'a' + rb'c'\n",)
    FIXES: ClassVar[dict[str, str]] = {"print(g'{x}: {y}')\n": "print(f'{x}: {y}')\n"}

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each short word near the fault that touches a string."""
        code = [x for number in broken.around(1) for x in broken.lexemes_of(number)]
        for word, string in pairwise(code):
            if word.kind != "name" or string.kind != "string" or len(word.text) > 2:
                continue
            for prefix in ("f", "", "r", "b") if "{" in string.text else ("", "r", "b", "f"):
                yield self.proposal("mend the prefix", Edit(word.start, word.end, prefix))
