"""A text that does not parse, with all that rules and search ask about it."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.languages.base import Fault, Language, Lexeme
from thea_code_system.values.source import LineMap, SourceFile

_INDENT = re.compile(r"[ \t\f]*")
HEADER: Final = re.compile(
    r"[ \t]*(?:async[ \t]+)?"
    r"(?:if|elif|else|for|while|def|class|with|try|except|finally|match|case)\b"
)
"""How a line of Python begins that takes a colon and a body."""
BLANK: Final = frozenset({"space", "indent", "newline", "comment"})
WORDS: Final = frozenset({"name", "keyword", "number", "string"})


@dataclass(frozen=True)
class BrokenSource:
    """A source that its language's parser rejects, computed once a text and shared by all rules.

    ``faults`` are where the parser objects (CPython tells the first only), ``lexemes`` put together
    are the text, ``lines`` maps offsets to lines. Lines count from 1, offsets in code points.
    """

    source: SourceFile
    language: Language
    faults: tuple[Fault, ...]
    lexemes: tuple[Lexeme, ...]
    lines: LineMap

    @classmethod
    def of(cls, source: SourceFile, language: Language) -> BrokenSource:
        """Look at a text with its language's own parser."""
        text = source.text
        faults = tuple(language.faults(text))
        return cls(source, language, faults, tuple(language.lexemes(text)), LineMap.of(text))

    @property
    def text(self) -> str:
        """The broken text."""
        return self.source.text

    @property
    def line_count(self) -> int:
        """How many lines there are; the last one may be empty."""
        return len(self.lines.starts)

    def line(self, number: int) -> str:
        """The text of a line (from 1) without its newline; empty beyond either end."""
        return self._line_texts[number - 1] if 1 <= number <= self.line_count else ""

    @cached_property
    def _line_texts(self) -> list[str]:
        ends = (*self.lines.starts[1:], self.lines.length)
        spans = zip(self.lines.starts, ends, strict=True)
        return [self.text[start:end].rstrip("\r\n") for start, end in spans]

    @cached_property
    def _code_lines(self) -> list[int]:
        """The numbers of the lines of code, in order."""
        mark = self.language.line_comment
        bodies = ((n, line.lstrip()) for n, line in enumerate(self._line_texts, 1))
        return [n for n, body in bodies if body and not body.startswith(mark)]

    def span(self, number: int) -> tuple[int, int]:
        """Start and end offset of a line (from 1) without its newline."""
        start, _ = self.lines.line_span(number)
        return start, start + len(self.line(number))

    def indent(self, number: int) -> str:
        """The white space that a line begins with."""
        match = _INDENT.match(self.line(number))
        return match.group() if match else ""

    def column(self, number: int) -> int:
        """The width of a line's indentation in columns; a tab reaches to the next multiple of 8."""
        return len(self.indent(number).expandtabs(8))

    @cached_property
    def unit(self) -> str:
        """One level of indentation in this file: a tab, or its most frequent step of spaces."""
        steps: dict[str, int] = {}
        previous = ""
        for number in range(1, self.line_count + 1):
            if not self.line(number).strip():
                continue
            indent = self.indent(number)
            if len(indent) > len(previous) and indent.startswith(previous):
                step = indent[len(previous) :]
                if step in {"\t", "  ", "    ", "   ", "        "}:
                    steps[step] = steps.get(step, 0) + 1
            previous = indent
        return max(steps, key=lambda step: (steps[step], -len(step)), default="    ")

    def is_code(self, number: int) -> bool:
        """Whether a line holds more than white space and a comment."""
        index = bisect.bisect_left(self._code_lines, number)
        return index < len(self._code_lines) and self._code_lines[index] == number

    def previous_code(self, number: int) -> int:
        """The nearest line of code above a line; 0 if there is none."""
        index = bisect.bisect_left(self._code_lines, number)
        return self._code_lines[index - 1] if index else 0

    def next_code(self, number: int) -> int:
        """The nearest line of code below a line; 0 if there is none."""
        index = bisect.bisect_right(self._code_lines, number)
        return self._code_lines[index] if index < len(self._code_lines) else 0

    def gap(self, above: int, below: int) -> int:
        """How many blank lines there are between two lines."""
        return sum(not self.line(number).strip() for number in range(above + 1, below))

    @property
    def lacks_body(self) -> bool:
        """Whether CPython misses the body of a header, or its indentation."""
        return "expected an indented block" in self.faults[0].message

    def code_below(self, number: int) -> list[int]:
        """All lines of code below a line, in order."""
        return self._code_lines[bisect.bisect_right(self._code_lines, number) :]

    def code_of(self, number: int) -> tuple[Lexeme, ...]:
        """The lexemes that start on a line, without white space and comments."""
        return tuple(x for x in self.lexemes_of(number) if x.kind not in BLANK)

    def ending(self, number: int) -> str:
        """The last token of code that starts on a line; empty if there is none."""
        code = self.code_of(number)
        return code[-1].text if code else ""

    def tears_placeholder(self, offset: int) -> bool:
        """Whether an offset lies between the ``$`` and the ``{`` of a template's placeholder."""
        return offset > 0 and self.text.startswith("${", offset - 1)

    def doubles_quote(self, offset: int, mark: str) -> bool:
        """Whether a quote there makes an empty string before a word, as in ``'it''s'``."""
        before = self.text[max(offset - 2, 0) : offset]
        word = self.text[offset : offset + 1].isalnum()
        return word and before.endswith(mark) and before != 2 * mark

    def line_of(self, offset: int) -> int:
        """The line (from 1) of an offset."""
        return self.lines.position(offset).line

    def near(self, number: int, reach: int = 2) -> bool:
        """Whether some parser objects within ``reach`` lines of a line."""
        return any(number - reach <= fault.line <= number + reach for fault in self.faults)

    def around(self, reach: int = 2) -> range:
        """The lines within ``reach`` of the first fault, as far as they exist."""
        line = self.faults[0].line
        return range(max(1, line - reach), min(self.line_count, line + reach) + 1)

    def beside(self, above: int = 1, below: int = 1, faults: int = 6) -> list[int]:
        """The existing lines from ``above`` to ``below`` each of the first faults, in order."""
        found = {
            number
            for fault in self.faults[:faults]
            for number in range(fault.line - above, fault.line + below + 1)
        }
        return sorted(number for number in found if 1 <= number <= self.line_count)

    def lexemes_of(self, number: int) -> tuple[Lexeme, ...]:
        """The lexemes that start on a line, in order."""
        start, end = self.lines.line_span(number)
        first = bisect.bisect_left(self.lexemes, start, key=self._start_of)
        last = bisect.bisect_left(self.lexemes, end, key=self._start_of)
        return self.lexemes[first:last]

    def lexeme_at(self, offset: int) -> Lexeme | None:
        """The lexeme that covers an offset."""
        index = bisect.bisect_right(self.lexemes, offset, key=self._start_of) - 1
        return self.lexemes[index] if index >= 0 else None

    @staticmethod
    def _start_of(lexeme: Lexeme) -> int:
        return lexeme.start
