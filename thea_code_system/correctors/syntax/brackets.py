"""Which brackets have no partner, judged by lexemes alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme

CLOSER_OF: Final = {"(": ")", "[": "]", "{": "}"}
OPENER_OF: Final = {closer: opener for opener, closer in CLOSER_OF.items()}
_REACH: Final = 40
_STATEMENTS: Final = frozenset(
    [
        "def",
        "class",
        "return",
        "import",
        "from",
        "while",
        "try",
        "with",
        "raise",
        "assert",
        "del",
        "global",
        "pass",
        "break",
        "continue",
        "elif",
        "const",
        "let",
        "var",
        "function",
        "export",
        "switch",
        "case",
        "throw",
    ]
)


@dataclass(frozen=True, slots=True)
class Brackets:
    """Brackets without partner: openers never closed, closers never opened, and clashing pairs.

    Indentation judges: a line that begins with a statement's keyword, indented no further than the
    line of an open bracket, betrays that the bracket should have been closed before it.
    """

    broken: BrokenSource
    unclosed: tuple[Lexeme, ...]
    unopened: tuple[Lexeme, ...]
    clashing: tuple[tuple[Lexeme, Lexeme], ...]

    @classmethod
    def of(cls, broken: BrokenSource) -> Brackets:  # noqa: C901 - one walk, one state machine
        """Match the brackets of a whole text."""
        stack: list[tuple[Lexeme, int]] = []
        opened: Counter[str] = Counter()
        unclosed: list[Lexeme] = []
        unopened: list[Lexeme] = []
        clashing: list[tuple[Lexeme, Lexeme]] = []
        indented = broken.language.name == "python"
        indent, fresh = 0, True
        for lexeme in broken.lexemes:
            kind, text = lexeme.kind, lexeme.text
            if kind == "newline":
                indent, fresh = 0, True
            elif kind == "indent":
                indent = len(text.expandtabs(8))
            elif kind not in {"space", "comment"}:
                if fresh and indented and kind == "keyword" and text in _STATEMENTS:
                    while stack and stack[-1][1] >= indent:
                        unclosed.append(cls._taken(stack, opened))
                fresh = False
                if text in CLOSER_OF:
                    stack.append((lexeme, indent))
                    opened[text] += 1
                elif text in OPENER_OF:
                    if not stack:
                        unopened.append(lexeme)
                    elif CLOSER_OF[stack[-1][0].text] == text:
                        cls._taken(stack, opened)
                    else:
                        clashing.append((stack[-1][0], lexeme))
                        unclosed += cls._skip(stack, opened, OPENER_OF[text])
        unclosed += [lexeme for lexeme, _ in stack]
        return cls(broken, tuple(unclosed), tuple(unopened), tuple(clashing))

    @staticmethod
    def _taken(stack: list[tuple[Lexeme, int]], opened: Counter[str]) -> Lexeme:
        """The opener on top of the stack, taken off."""
        opener, _ = stack.pop()
        opened[opener.text] -= 1
        return opener

    @staticmethod
    def _skip(stack: list[tuple[Lexeme, int]], opened: Counter[str], wanted: str) -> list[Lexeme]:
        """Takes the opener off that a clashing closer means; returns those above it.

        Without an opener of its kind the closer is taken for a wrong one of the last opener.
        ``opened`` counts the kinds on the stack, so that none is looked for in vain.
        """
        same = (i for i in reversed(range(len(stack))) if stack[i][0].text == wanted)
        deepest = next(same, len(stack) - 1) if opened[wanted] else len(stack) - 1
        above = [opener for opener, _ in stack[deepest + 1 :]]
        opened.subtract(opener.text for opener, _ in stack[deepest:])
        del stack[deepest:]
        return above

    def ends(self, opener: Lexeme) -> Iterator[tuple[int, str]]:
        """Where an opener's partner may belong, nearest line ends first: offset and what precedes.

        What precedes is white space to be written before the bracket: a new line where the bracket
        would stand alone.
        """
        broken = self.broken
        first = broken.line_of(opener.start)
        indent = broken.indent(first)
        base = broken.column(first)
        lines = [first]
        for number in range(first + 1, min(broken.line_count, first + _REACH) + 1):
            code = broken.code_of(number)
            if not code:
                continue
            shallow = broken.column(number) <= base
            if shallow and code[0].kind == "keyword" and code[0].text in _STATEMENTS:
                break
            lines.append(number)
        codes = {n: tuple(x for x in broken.code_of(n) if x.start > opener.start) for n in lines}
        yield from ((offset, "") for offset in self._tail(codes[first]))
        if over := self._over(first, base):
            end = broken.span(broken.previous_code(over))[1]
            yield end, f"{broken.source.newline}{indent}"
        for number in lines[1:]:
            yield from ((offset, "") for offset in self._tail(codes[number]))
        for number in lines[1:]:
            yield broken.span(number)[1], f"{broken.source.newline}{indent}"
        yield opener.end, ""
        for number in lines:
            yield from ((lexeme.end, "") for lexeme in reversed(codes[number][-_REACH:]))

    def _over(self, first: int, base: int) -> int:
        """The line below an opener's that stands too far left to be inside; 0 if there is none."""
        for number in self.broken.code_below(first):
            column = self.broken.column(number)
            code = self.broken.code_of(number)
            if column < base or (column == base and code and code[0].text not in OPENER_OF):
                return number
        return 0

    @staticmethod
    def _tail(code: tuple[Lexeme, ...]) -> tuple[int, ...]:
        """The end of a line's code, and the places before its closing punctuation."""
        tail = [x.end for x in code[-1:]]
        for lexeme in reversed(code):
            if lexeme.text not in {":", ",", ";", "{"} and lexeme.text not in OPENER_OF:
                break
            tail.append(lexeme.start)
        return tuple(tail)
