"""Control characters and terminal escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[@-_]|[\x01-\x08\x0b\x0e-\x1f\x7f]")


class ControlCharacters(SyntaxRule):
    """Control characters such as Ctrl-Z, and the colour escapes of a terminal.

    They come from copied terminal output and from old editors' end-of-file marks. No grammar allows
    them outside strings and comments.
    """

    name: ClassVar[str] = "syntax/control-character"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.97
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 1\n\x0c\ny = 2\n", 'bell = "\x07"\n')
    FIXES: ClassVar[dict[str, str]] = {
        "x = 1\n\x1a": "x = 1\n",
        "\x1b[32mdef\x1b[0m area(r):\n    return r\x08 * r\n": "def area(r):\n    return r * r\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All of them at once; an escape goes with its parameters."""
        edits = [
            Edit(found.start(), found.end(), "")
            for found in _CONTROL.finditer(broken.text)
            if not self._kept(broken, found.start())
        ]
        if edits:
            yield self.proposal("Remove control characters", *edits)

    @staticmethod
    def _kept(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.kind in {"string", "comment"}
