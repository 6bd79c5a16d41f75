"""A bracket that was opened is never closed, or one is closed that was never opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.brackets import CLOSER_OF, OPENER_OF, Brackets
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_REACH = 12


class MissingBracket(SyntaxRule):
    """Writes the missing partner of a parenthesis, bracket or brace."""

    name: ClassVar[str] = "syntax/missing-bracket"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.5
    CLEAN: ClassVar[tuple[str, ...]] = ("x = (1, [2])\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = f(1, g(2)\ny = 3\n": "x = f(1, g(2))\ny = 3\n",
        "if f(x:\n    pass\n": "if f(x):\n    pass\n",
        "x = [1, 2\n\ndef f():\n    pass\n": "x = [1, 2]\n\ndef f():\n    pass\n",
        "print 1)\n": "print (1)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Close what is open at the likely places, then open what is closed."""
        brackets = Brackets.of(broken)
        fault = broken.faults[0].line
        unclosed = sorted(brackets.unclosed, key=lambda x: abs(broken.line_of(x.start) - fault))
        for opener in unclosed[:4]:
            yield from self._close(brackets, opener)
        for opener, closer in brackets.clashing[:4]:
            partner = CLOSER_OF[opener.text]
            message = f"close {opener.text!r} with {partner!r}"
            yield self.proposal(message, Edit(closer.start, closer.start, partner))
            yield from self._close(brackets, opener)
            yield from self._open(broken, closer)
        for closer in brackets.unopened[:4]:
            yield from self._open(broken, closer)

    def _close(self, brackets: Brackets, opener: Lexeme) -> Iterator[Proposal]:
        partner = CLOSER_OF[opener.text]
        for offset, before in brackets.ends(opener):
            message = f"add the missing {partner!r}"
            yield self.proposal(message, Edit(offset, offset, before + partner))
            if before:
                yield self.proposal(message, Edit(offset, offset, f"{before}{partner},"))

    def _open(self, broken: BrokenSource, closer: Lexeme) -> Iterator[Proposal]:
        partner = OPENER_OF[closer.text]
        line = broken.line_of(closer.start)
        message = f"add the missing {partner!r}"
        for lexeme in reversed(broken.code_of(line)):
            if lexeme.start <= closer.start:
                yield self.proposal(message, Edit(lexeme.start, lexeme.start, partner))
        for number in range(line - 1, max(0, line - _REACH), -1):
            code = broken.code_of(number)
            if code:
                yield self.proposal(message, Edit(code[-1].end, code[-1].end, partner))
                yield self.proposal(message, Edit(code[0].start, code[0].start, partner))
                for lexeme in code:
                    if lexeme.text in {"=", "return", "(", ":", "in"}:
                        yield self.proposal(message, Edit(lexeme.end, lexeme.end, partner))
