"""Python 2's raw unicode strings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal


class UnicodeRaw(SyntaxRule):
    """A string with the prefix ``ur``, which Python 3 does not know: ``r`` says it all."""

    name: ClassVar[str] = "syntax/unicode-raw"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.98
    CLEAN: ClassVar[tuple[str, ...]] = ("x = [u'a', r'b']\n",)
    FIXES: ClassVar[dict[str, str]] = {"x = ur'\\d' + UR'b'\n": "x = r'\\d' + R'b'\n"}

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once."""
        edits = [
            Edit(prefix.start, prefix.start + 1, "")
            for prefix, string in pairwise(broken.lexemes)
            if string.kind == "string"
            and prefix.text.lower() == "ur"
            and string.text[0] in {"'", '"'}
        ]
        if edits:
            yield self.proposal("Write r for ur", *edits)
