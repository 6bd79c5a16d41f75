"""A positional argument after keyword arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal


class KeywordArgument(SyntaxRule):
    """Passes a name by keyword (``params`` becomes ``params=params``) after other keywords."""

    name: ClassVar[str] = "syntax/keyword-argument"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("f(a, b=b)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "f(a=1, params)\n": "f(a=1, params=params)\n",
        "f(a=1, self.params)\n": "f(a=1, params=self.params)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each argument near the fault that is only a name or an attribute."""
        if "follows keyword argument" not in broken.faults[0].message:
            return
        for number in broken.around(3):
            code = broken.code_of(number)
            for index, lexeme in enumerate(code):
                start = self._beginning(code, index)
                if lexeme.kind == "name" and start is not None:
                    text = f"{lexeme.text}="
                    yield self.proposal("pass it by keyword", Edit(start.start, start.start, text))

    @staticmethod
    def _beginning(code: tuple[Lexeme, ...], index: int) -> Lexeme | None:
        """The first lexeme of an argument that ends at ``index``; None where it is none."""
        if index + 1 < len(code) and code[index + 1].text not in {",", ")"}:
            return None
        first = index
        while first >= 2 and code[first - 1].text == "." and code[first - 2].kind == "name":
            first -= 2
        return code[first] if first == 0 or code[first - 1].text == "," else None
