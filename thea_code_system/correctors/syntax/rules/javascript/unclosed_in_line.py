"""A bracket whose partner is missing on its own line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.javascript.lines import CLOSER
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_TRIED: Final = 24
_BRACE: Final = (
    (re.compile(r"[\s\w$,]*[\w$,](?=\s+from\b)"), 1.0),
    (re.compile(r"[\s\w$,:.]*[\w$,](?=\s+=\s)"), 0.9),
    (re.compile(r"\.\.\.[\w$.]+(?=\s+[\w-]+=|\s*/?>)"), 0.95),
    (re.compile(r"[^{}<>\"']+?(?=\s+[\w-]+=[{\"']|\s*/>|>)"), 0.8),
    (re.compile(r".*\s(?=$)"), 0.9),
    (re.compile(r".*[^\s;,)](?=[;,)\]]*$)"), 0.7),
)
_ROUND: Final = (
    (re.compile(r"(?=$)"), 0.9),
    (re.compile(r".*[^\s;](?=;$)"), 0.9),
    (re.compile(r".*[^\s,](?=,$)"), 0.85),
    (re.compile(r".*\S(?=\s*(?:=>|\{)\s*\{?$)"), 0.85),
    (re.compile(r".*\S(?=\s*$)"), 0.8),
    (re.compile(r"[\w$.]*(?=\s*(?:&&|\|\||\?|:|[=!<>]==?))"), 0.6),
    (re.compile(r".*\s(?=$)"), 0.5),
)
_SQUARE: Final = (
    (re.compile(r"(?=\s*[;,)={]|$)"), 0.9),
    (re.compile(r"[\w$]+(?=\.)"), 0.6),
    (re.compile(r"[\w$.'\"]+(?=\W)"), 0.6),
    (re.compile(r".*[^\s;,)](?=[;,)]*$)"), 0.8),
)
_NAMES: Final = re.compile(
    r"\s*(?:import|export)(?:\s+type)?\s+(?P<names>(?P<default>\w+,\s+)?(?P<rest>[\w$][^{}]*?))"
    r"(?P<gap>\s?)\}\s+from\b"
)
_ENDS: Final = {"{": _BRACE, "(": _ROUND, "[": _SQUARE}


class UnclosedInLine(SyntaxRule):
    """``import {a from 'b'``, ``<A {...b c={d} />``, ``f(a;``: a pair that should end on its line.

    What follows on the line tells where the missing partner belongs: before ``from``, before the
    next attribute, before the semicolon.
    """

    name: ClassVar[str] = "syntax/unclosed-in-line"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.85
    CLEAN: ClassVar[tuple[str, ...]] = ("f(a, {\n  b,\n});\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "import {a, b from 'c';\n": "import {a, b} from 'c';\n",
        "import { a from 'c';\n": "import { a } from 'c';\n",
        "import a, b} from 'c';\n": "import {a, b} from 'c';\n",
        "const x = f(a, g(b);\nh();\n": "const x = f(a, g(b));\nh();\n",
        "const x = a\n  .b(\n  .c();\n": "const x = a\n  .b()\n  .c();\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """The places that what follows suggests, as far as the text then parses."""
        found: list[tuple[float, Edit]] = []
        for number in broken.beside():
            for opener in self._unclosed(broken, number):
                found += self._closed(broken, number, opener)
            found += self._opened(broken, number)
        for weight, edit in sorted(found[:_TRIED], key=lambda item: -item[0]):
            text = broken.text
            if broken.language.parses(f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"):
                message = f"Add the missing {edit.replacement.strip()}"
                yield self.proposal(message, edit, score=self.prior * weight)

    @staticmethod
    def _unclosed(broken: BrokenSource, number: int) -> list[Lexeme]:
        """The brackets that a line opens and does not close."""
        stack: list[Lexeme] = []
        for token in broken.code_of(number):
            if token.text in CLOSER:
                stack.append(token)
            elif stack and token.text == CLOSER[stack[-1].text]:
                stack.pop()
        return stack

    @staticmethod
    def _closed(broken: BrokenSource, number: int, opener: Lexeme) -> Iterator[tuple[float, Edit]]:
        _, end = broken.span(number)
        rest = broken.text[opener.end : end]
        padded = " " if opener.text == "{" and rest.startswith(" ") else ""
        seen: set[int] = set()
        for pattern, weight in _ENDS[opener.text]:
            found = pattern.match(rest)
            if found and found.end() not in seen:
                seen.add(found.end())
                gap = padded if rest[: found.end()].strip() == rest[: found.end()].lstrip() else ""
                place = opener.end + found.end()
                yield weight, Edit(place, place, f"{gap}{CLOSER[opener.text]}")

    @staticmethod
    def _opened(broken: BrokenSource, number: int) -> Iterator[tuple[float, Edit]]:
        """``import a, b} from``: the brace belongs behind the keyword."""
        start, _ = broken.span(number)
        if found := _NAMES.match(broken.line(number)):
            default = found["default"] or ""
            names, after = start + found.start("names"), start + found.start("rest")
            capital = default[:1].isupper()
            yield 0.8 if capital else 1.0, Edit(names, names, f"{{{found['gap']}")
            if default:
                yield 1.0 if capital else 0.8, Edit(after, after, f"{{{found['gap']}")
