"""A bracket too many, or of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.brackets import CLOSER_OF, OPENER_OF, Brackets
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_REACH = 12


class ExtraBracket(SyntaxRule):
    """Removes a bracket without partner, or gives it its partner's kind."""

    name: ClassVar[str] = "syntax/extra-bracket"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("x = (1, [2])\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = f(1))\n": "x = f(1)\n",
        "x = f((1)\n": "x = f(1)\n",
        "x = [1, 2)\n": "x = [1, 2]\n",
        "x = (1, 2]\n": "x = [1, 2]\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Drop what has no partner; let clashing partners agree."""
        brackets = Brackets.of(broken)
        for opener, closer in brackets.clashing[:4]:
            message = "let the brackets agree"
            yield self.proposal(message, self._swap(closer, CLOSER_OF[opener.text]))
            yield self.proposal(message, self._swap(opener, OPENER_OF[closer.text]))
            yield self.proposal(f"remove {closer.text!r}", self._swap(closer, ""))
            yield self.proposal(f"remove {opener.text!r}", self._swap(opener, ""))
        fault = broken.faults[0].line
        alone = (*brackets.unopened, *brackets.unclosed)
        for lexeme in sorted(alone, key=lambda x: abs(broken.line_of(x.start) - fault))[:4]:
            yield self.proposal(f"remove {lexeme.text!r}", self._swap(lexeme, ""))
            yield from self._same_kind(broken, lexeme)

    def _same_kind(self, broken: BrokenSource, alone: Lexeme) -> Iterator[Proposal]:
        """Any bracket of that kind nearby may be the one too many."""
        line = broken.line_of(alone.start)
        for number in range(line, max(0, line - _REACH), -1):
            for lexeme in reversed(broken.code_of(number)):
                if lexeme.text == alone.text and lexeme.start < alone.start:
                    yield self.proposal(f"remove {lexeme.text!r}", self._swap(lexeme, ""))

    @staticmethod
    def _swap(lexeme: Lexeme, text: str) -> Edit:
        return Edit(lexeme.start, lexeme.end, text)
