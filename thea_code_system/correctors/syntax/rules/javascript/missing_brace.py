"""A brace that indentation says is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.javascript.lines import (
    CLOSER,
    OPENER,
    BracketLine,
    BracketLines,
)
from thea_code_system.values.correction import Edit, Proposal

_TRIED: Final = 24
_AFTER_BLOCK: Final = frozenset({"else", "catch", "finally", "while", "from"})
_AFTER_VALUE: Final = frozenset({";", ",", ".", ")", "]", "?.", ":"})


class MissingBrace(SyntaxRule):
    """A block, object or argument list that its indentation shows, but whose bracket is missing.

    The parser notices a missing brace at the end of the file, far from where it belongs. The lines
    of a block are deeper than the one that opens and the one that closes it, so the first line that
    is no deeper tells where the bracket should stand.
    """

    name: ClassVar[str] = "syntax/missing-brace"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.92
    CLEAN: ClassVar[tuple[str, ...]] = ("if (a) {\n  b({\n    c,\n  });\n}\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "function f(a) {\n  if (a) {\n    g();\n  return a;\n}\n": (
            "function f(a) {\n  if (a) {\n    g();\n  }\n  return a;\n}\n"
        ),
        "function f(a) {\n  if (a)\n    g();\n    h();\n  }\n  return a;\n}\n": (
            "function f(a) {\n  if (a) {\n    g();\n    h();\n  }\n  return a;\n}\n"
        ),
        "if (a) {\n  b();\n else {\n  c();\n}\n": "if (a) {\n  b();\n} else {\n  c();\n}\n",
        "f(() => {\n  g();\n);\nh();\n": "f(() => {\n  g();\n});\nh();\n",
        "f(() => {\n  g();\n};\nh();\n": "f(() => {\n  g();\n});\nh();\n",
        "function f() {\n  g();\n\n\nh();\n": "function f() {\n  g();\n}\n\nh();\n",
        "f = function() {\n  g();\n\nh = function() {\n  i();\n};\n": (
            "f = function() {\n  g();\n};\n\nh = function() {\n  i();\n};\n"
        ),
        "a = {\n  b: {\n    c: 1\n  d: 2\n};\n": "a = {\n  b: {\n    c: 1\n  },\n  d: 2\n};\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """What makes the text parse; where nothing alone does, everything, with little trust."""
        layout = BracketLines(broken)
        first = broken.faults[0].line
        found = [*self._unclosed(broken, layout), *self._unopened(broken, layout)]
        found.sort(key=lambda item: (abs(item[0] - first), item[0]))
        tried = [(weight, edit) for _, weight, edit in found[:_TRIED]]
        whole = [(weight, edit) for weight, edit in tried if self._heals(broken, edit)]
        for weight, edit in sorted(whole or tried, key=lambda item: -item[0]):
            message = f"Add the missing {edit.replacement.strip() or 'bracket'}"
            trust = self.prior if whole else 0.3
            yield self.proposal(message, edit, score=trust * weight)

    @staticmethod
    def _heals(broken: BrokenSource, edit: Edit) -> bool:
        text = broken.text
        return broken.language.parses(f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}")

    def _unclosed(
        self, broken: BrokenSource, layout: BracketLines
    ) -> Iterator[tuple[int, float, Edit]]:
        """Brackets that the line after their block does not close: line, weight and edit."""
        for line, below, last in layout.blocks():
            wanted = [CLOSER[opener.text] for opener in reversed(line.openers)]
            aligned = below is not None and below.width >= line.width
            given = [closer.text for closer in below.closers] if below and aligned else []
            if given[: len(wanted)] == wanted or last is line:
                continue
            if below and aligned and len(given) < len(wanted):
                yield from self._beside(broken, line, below, wanted)
            if not given:
                yield from self._alone(broken, line, last, below, "".join(wanted))

    @staticmethod
    def _beside(
        broken: BrokenSource, line: BracketLine, below: BracketLine, wanted: list[str]
    ) -> Iterator[tuple[int, float, Edit]]:
        """One closer among those that the closing line has, or before what follows a block."""
        given = [closer.text for closer in below.closers]
        after = below.tokens[len(given)].text if len(below.tokens) > len(given) else ""
        if below.width > line.width:  # the space behind the lost brace is still there
            place = broken.span(below.number)[0] + len(broken.indent(line.number))
            yield below.number, 1.0, Edit(place, place, wanted[0])
            return
        if not given and after not in _AFTER_BLOCK | _AFTER_VALUE:
            return
        gap = " " if after in _AFTER_BLOCK and not given else ""
        for at, closer in enumerate(wanted[: len(given) + 1]):
            if [*given[:at], closer, *given[at:]][: len(wanted)] == wanted[: len(given) + 1]:
                place = below.closers[at - 1].end if at else below.tokens[0].start
                yield below.number, 1.0, Edit(place, place, f"{closer}{gap}")

    @staticmethod
    def _alone(
        broken: BrokenSource,
        line: BracketLine,
        last: BracketLine,
        below: BracketLine | None,
        closers: str,
    ) -> Iterator[tuple[int, float, Edit]]:
        """Closers in a line of their own: in one left empty, or in a new one."""
        newline, indent = broken.source.newline, broken.indent(line.number)
        stop = below.number if below else broken.line_count + 1
        blank = range(last.number + 1, stop)
        left = [n for n in blank if not broken.line(n).strip()]
        empty = next((n for n in left if broken.line(n) == indent), None)
        fills = empty is not None and (bool(indent) or len(left) > 1 or below is None)
        if empty is not None and (fills or not indent):
            _, end = broken.span(empty)
            yield last.number, 1.0 if fills else 0.6, Edit(end, end, closers)
        _, end = broken.span(last.number)
        weight = 0.5 if fills else 0.9
        yield last.number, weight, Edit(end, end, f"{newline}{indent}{closers}")
        mark = MissingBrace._mark(line, below, closers)
        if mark:
            yield last.number, weight, Edit(end, end, f"{newline}{indent}{closers}{mark}")

    @staticmethod
    def _mark(line: BracketLine, below: BracketLine | None, closers: str) -> str:
        """What stands behind a block by itself: a comma before another member, or a semicolon."""
        tokens = below.tokens if below else ()
        if len(tokens) > 1 and tokens[0].kind in {"name", "string"} and tokens[1].text == ":":
            return ","
        assigned = any(token.text == "=" for token in line.tokens)
        return ";" if closers.endswith(")") or assigned else ""

    def _unopened(
        self, broken: BrokenSource, layout: BracketLines
    ) -> Iterator[tuple[int, float, Edit]]:
        """Brackets that a line closes, but the line above its block does not open."""
        for header, line in layout.headers():
            given = [OPENER[closer.text] for closer in reversed(line.closers)]
            wanted = [opener.text for opener in header.openers]
            if header.width != line.width or given == wanted or len(given) <= len(wanted):
                continue
            opener = next(
                (g for at, g in enumerate(given) if wanted[at : at + 1] != [g]), given[-1]
            )
            _, end = broken.span(header.number)
            text = broken.line(header.number)
            tight = text.endswith((" ", "\t", "(", "[", "{")) or opener != "{"
            code_end = header.last.end
            if opener == "{" and text.strip() and code_end < end - len(text) + len(text.rstrip()):
                yield header.number, 0.9, Edit(code_end, code_end, " {")  # before a comment
            yield (
                header.number,
                1.0 if opener == "{" else 0.6,
                Edit(end, end, f"{'' if tight else ' '}{opener}"),
            )
