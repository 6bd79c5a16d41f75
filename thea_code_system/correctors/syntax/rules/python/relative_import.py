"""A relative import in the form that only absolute ones have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_IMPORT: Final = re.compile(r"[ \t]*(import[ \t]+(\.+)((?:\w+\.)*)(\w+))")


class RelativeImport(SyntaxRule):
    """``import .a.b as c``, which Python writes ``from .a import b as c``."""

    name: ClassVar[str] = "syntax/relative-import"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.8
    CLEAN: ClassVar[tuple[str, ...]] = ("from . import a\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "import .reader as r\n": "from . import reader as r\n",
        "import ..a.b\n": "from ..a import b\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of the file at once."""
        edits: list[Edit] = []
        for number in range(1, broken.line_count + 1):
            if found := _IMPORT.match(broken.line(number)):
                _, dots, package, name = found.groups()
                start, _ = broken.span(number)
                new = f"from {dots}{package.removesuffix('.')} import {name}"
                edits.append(Edit(start + found.start(1), start + found.end(1), new))
        if edits:
            yield self.proposal("Write from . import", *edits)
