"""A name that a newer Python keeps for itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_NAMES: Final = ("asynchronous", "async_", "is_async")
_BEHIND: Final = frozenset(("=", "==", ",", ")", "]", ":", ".", "and", "or", "is", "if", "else"))


class ReservedName(SyntaxRule):
    """Renames ``async`` where it is a variable or an argument, as it could be until Python 3.6."""

    name: ClassVar[str] = "syntax/reserved-name"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("async def f():\n    pass\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "save(page, async=True)\n": "save(page, asynchronous=True)\n",
        "def f(async=False):\n    return async\n": ("def f(async_=False):\n    return async_\n"),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of them at once."""
        code = [x for x in broken.lexemes if x.kind not in {"space", "comment"}]
        found = [
            one
            for one, behind in pairwise(code)
            if one.text == "async" and (behind.text in _BEHIND or behind.kind == "newline")
        ]
        if found:
            for name in _NAMES:
                edits = [Edit(one.start, one.end, name) for one in found]
                yield self.proposal(f"write {name!r} for 'async'", *edits)
