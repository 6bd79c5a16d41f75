"""Python 2's octal and long numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_LONG: Final = re.compile(r"(0[xXoObB][\da-fA-F]+|\d+)[lL]")
_OCTAL: Final = re.compile(r"0[0-7]+")
_PADDED: Final = re.compile(r"0+[1-9]\d*")


class OldNumber(SyntaxRule):
    """``0777``, ``10L`` and numbers padded with zeros.

    Python 3 writes octal numbers as ``0o777``, has one type of integer, and takes no leading zeros.
    Two digits (``datetime(2020, 01, 05)``) are likelier padded than octal.
    """

    name: ClassVar[str] = "syntax/old-number"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ("x = [00, 0o17, 10, '010L']\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "os.chmod(path, 0755)\n": "os.chmod(path, 0o755)\n",
        "x = 10L + 0xFFL\n": "x = 10 + 0xFF\n",
        "d = date(2020, 01, 09)\n": "d = date(2020, 1, 9)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All numbers of the file at once; then each other reading of short ones."""
        likely: list[Edit] = []
        other: list[Edit] = []
        for lexeme in broken.lexemes:
            if lexeme.kind != "number":
                continue
            readings = self._readings(lexeme.text)
            if readings:
                likely.append(Edit(lexeme.start, lexeme.end, readings[0]))
                other.append(Edit(lexeme.start, lexeme.end, readings[-1]))
        if likely:
            yield self.proposal("Write numbers as Python 3 does", *likely)
        if other != likely:
            yield self.proposal("Write numbers as Python 3 does", *other, score=0.3)

    @staticmethod
    def _readings(number: str) -> list[str]:
        """What a number of Python 2 may mean, likeliest first."""
        long = _LONG.fullmatch(number)
        digits = long.group(1) if long else number
        padded = _PADDED.fullmatch(digits) is not None and digits.startswith("0")
        if padded and _OCTAL.fullmatch(digits):
            readings = [f"0o{digits[1:]}", digits.lstrip("0")]
            return readings if len(digits) > 2 else readings[::-1]
        if padded:
            return [digits.lstrip("0")]
        return [digits] if long else []
