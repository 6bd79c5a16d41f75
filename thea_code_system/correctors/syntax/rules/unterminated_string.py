"""A quote that is never closed."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal

_QUOTES = frozenset({"'", '"', "`", '"""', "'''"})
_TRIPLE = ('"""', "'''")
_LINES = 60
_BUILT_IN: Final = frozenset(dir(builtins))


class UnterminatedString(SyntaxRule):
    """Closes a string, drops a stray quote, or lets both quotes agree."""

    name: ClassVar[str] = "syntax/unterminated-string"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 'a'\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "x = 'a\n": "x = 'a'\n",
        "f('a, b)\n": "f('a', b)\n",
        "f('a)\n": "f('a')\n",
        "x = 'a\"\n": "x = 'a'\n",
        "x = 'don't'\n": 'x = "don\'t"\n',
        "x = a'\n": "x = a\n",
        '"""Say it."\n\nx = 1\n\n"""More."""\n': '"""Say it."""\n\nx = 1\n\n"""More."""\n',
        '""\nSay it.\n"""\nx = 1\n': '"""\nSay it.\n"""\nx = 1\n',
        "raise E('too much \n    of it')\n": "raise E('too much \\\n    of it')\n",
        "best = f()\nreturn 'best\n": "best = f()\nreturn best\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each line near the fault that has a lone quote; then triple quotes wherever they open."""
        fault = broken.faults[0]
        triple = [x for x in broken.lexemes if x.kind == "other" and x.text in {'"""', "'''"}]
        for quote in sorted(triple, key=lambda x: abs(x.start - fault.offset))[:2]:
            yield from self._triple(broken, quote)
        if broken.language.name == "python":
            yield from self._short(broken)
        for number in sorted(broken.around(), key=lambda n: (abs(n - fault.line), n)):
            lone = [x for x in broken.lexemes_of(number) if x.kind == "other" and x.text in _QUOTES]
            for quote in lone[:2]:
                if len(quote.text) == 1:
                    yield from self._single(broken, number, quote)
            if "'" in broken.line(number) and (lone or fault.line == number):
                yield from self._apostrophe(broken, number)

    def _short(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Where one or two of three quotes are missing, so that all below is turned inside out."""
        for lexeme in broken.lexemes:
            if lexeme.kind != "string":
                continue
            line = broken.line_of(lexeme.start)
            mark = 3 * lexeme.text[-1]
            if lexeme.text in {"''", '""'} and broken.code_of(line) == (lexeme,):
                whole = Edit(lexeme.start, lexeme.end, mark)
                yield self.proposal("write three quotes", whole, score=self.prior / 2)
            elif lexeme.text.endswith(_TRIPLE) and "\n" in lexeme.text:
                end = lexeme.start + len(lexeme.text.partition("\n")[0].rstrip())
                for size in (2, 1):
                    if broken.text[end - size : end] == mark[:size] and end - lexeme.start > 6:
                        whole = Edit(end - size, end, mark)
                        yield self.proposal("close the string", whole, score=self.prior / 2)
                        break

    def _single(self, broken: BrokenSource, number: int, quote: Lexeme) -> Iterator[Proposal]:
        _, end = broken.span(number)
        end = quote.end + len(broken.text[quote.end : end].rstrip())
        mark = quote.text
        within = broken.text[end - 1 : end] == ";" and broken.language.name != "python"
        code = within or self._is_code(broken, quote, end)
        score = self.prior / 4 if code else self.prior  # the end of a statement is hardly text
        yield self.proposal("close the string", Edit(end, end, mark), score=score)
        _, stop = broken.span(number)
        if mark in broken.line(number + 1) and broken.language.name == "python":
            yield self.proposal("go on below", Edit(stop, stop, "\\"), score=self.prior / 4)
        after = [x for x in broken.code_of(number) if x.start >= quote.end]
        for lexeme in reversed(after):
            for place in (lexeme.start, lexeme.end):
                if lexeme.text not in _QUOTES and not broken.doubles_quote(place, mark):
                    yield self.proposal("close the string", Edit(place, place, mark))
        for other in {"'", '"', "`"} - {mark}:
            for place in (i for i in range(quote.end, end) if broken.text[i] == other):
                yield self.proposal("let the quotes agree", Edit(place, place + 1, mark))
                yield self.proposal("let the quotes agree", Edit(quote.start, quote.end, other))
        yield self.proposal("remove the stray quote", Edit(quote.start, quote.end, ""))
        for lexeme in broken.code_of(number):
            if lexeme.end <= quote.start and not broken.tears_placeholder(lexeme.start):
                yield self.proposal("open the string", Edit(lexeme.start, lexeme.start, mark))
            if lexeme.kind == "string" and lexeme.end <= quote.start:
                inner = lexeme.end - 1
                yield self.proposal(
                    "remove the stray quote", Edit(lexeme.start, lexeme.start + 1, "")
                )
                yield self.proposal("remove the stray quote", Edit(inner, inner + 1, ""))
                yield self.proposal("escape the inner quote", Edit(inner, inner, "\\"))

    @staticmethod
    def _is_code(broken: BrokenSource, quote: Lexeme, end: int) -> bool:
        """Whether what follows a quote is Python, and the file knows all of its names."""
        rest = broken.text[quote.end : end]
        if broken.language.name != "python" or not rest or not broken.language.parses(rest):
            return False
        names = {x.text for x in broken.language.lexemes(rest) if x.kind == "name"}
        others = (x for x in broken.lexemes if x.start < quote.start or x.start >= end)
        known = {x.text for x in others if x.kind == "name"}
        return bool(names & known) and names <= known | _BUILT_IN

    def _apostrophe(self, broken: BrokenSource, number: int) -> Iterator[Proposal]:
        """Quotes inside a string of the same quotes."""
        start, _ = broken.span(number)
        line = broken.line(number)
        pairs = [("'", '"'), ('"', "'")]
        if broken.language.name != "python":
            pairs += [("'", "`"), ('"', "`")]
        for mark, other in pairs:
            places = [
                start + i for i, c in enumerate(line) if c == mark and line[i - 1 : i] != "\\"
            ]
            if 3 <= len(places) <= 12:
                outer = (places[0], places[-1])
                edits = [Edit(place, place + 1, other) for place in outer]
                yield self.proposal("use the other quotes outside", *edits)
                inner = [Edit(place, place, "\\") for place in places[1:-1]]
                yield self.proposal("escape the inner quotes", *inner)
                swapped = [Edit(place, place + 1, other) for place in places[1:-1]]
                yield self.proposal("use the other quotes inside", *swapped)

    def _triple(self, broken: BrokenSource, quote: Lexeme) -> Iterator[Proposal]:
        first = broken.line_of(quote.start)
        mark = quote.text
        newline = broken.source.newline
        indent = broken.indent(first)
        for number in range(first, min(broken.line_count, first + _LINES) + 1):
            start, end = broken.span(number)
            body = broken.text[start:end].rstrip()
            if not body.strip():
                if number > first + 1:
                    yield self.proposal("close the string", Edit(start, end, indent + mark))
                continue
            stop = start + len(body)
            if stop >= quote.end:
                half = body.endswith(mark[0])  # the mark is there, but for a quote or two
                score = self.prior / 4 if half else 1.0 if number == first else self.prior
                yield self.proposal("close the string", Edit(stop, stop, mark), score=score)
                alone = Edit(stop, stop, f"{newline}{indent}{mark}")
                yield self.proposal("close the string", alone, score=score)
            for size in (2, 1):
                if body.endswith(mark[:size]) and stop - size >= quote.end:
                    whole = Edit(stop - size, stop, mark)
                    yield self.proposal("close the string", whole, score=1.0)
        yield self.proposal("remove the stray quotes", Edit(quote.start, quote.end, ""))
        yield self.proposal("use a single quote", Edit(quote.start, quote.end, mark[0]))
