"""Comments by which the owner of a file says what Thea shall leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Language, Lexeme
from thea_code_system.values.source import LineMap

_MARK: Final = "thea:"
_DIRECTIVE: Final = re.compile(
    r"thea:\s*(skip-file|(ignore|disable|enable)\s*(?:\[([^\]\n]*)\])?)(?![\w-])"
)
_FOREIGN: Final = re.compile(
    r"#[ \t]*(?:(noqa)\b(?![ \t]*:[ \t]*[A-Z])|fmt:[ \t]*(skip|off|on)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: lines ``first`` to ``last`` (from 1, both included) and codes.

    No codes means all of them but those of the families ``spared``; ``start`` and ``end`` are the
    offsets of the whole comment, or of its directive where the comment says something else, too.
    """

    first: int
    last: int
    codes: tuple[str, ...]
    start: int
    end: int
    spared: tuple[str, ...] = ()

    def covers(self, line: int, rule: str) -> bool:
        """Whether this comment speaks of a rule on a line."""
        if not self.first <= line <= self.last:
            return False
        if not self.codes:
            return rule.partition("/")[0] not in self.spared
        return any(self._names(code, rule) for code in self.codes)

    @staticmethod
    def _names(code: str, rule: str) -> bool:
        """A family, a code, or the code without its family."""
        family, _, name = rule.partition("/")
        return code in {rule, family, name}


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All such comments of a file.

    ``ignore[CODE]`` speaks of its own line, or of the next one where it has a line to itself;
    ``disable[CODE]`` of all lines up to ``enable[CODE]`` or the end; ``skip-file`` of the file.
    ``foreign`` are comments to other tools that we honour: a bare ``# noqa`` (which Ruff minds
    itself), ``# fmt: skip``, ``# fmt: off`` up to ``# fmt: on``. They keep no file broken.
    """

    spans: tuple[Suppression, ...] = ()
    skip_file: bool = False
    foreign: tuple[Suppression, ...] = ()

    @classmethod
    def of(cls, text: str, language: Language | None) -> Suppressions:
        """Read the comments of a text, broken or not."""
        if language is None:
            return cls()
        foreign = tuple(cls._foreign(text)) if language.name == "python" else ()
        if _MARK not in text:
            return cls(foreign=foreign)
        lines = LineMap.of(text)
        spans: list[Suppression] = []
        skip = False
        for comment, match in cls._directives(text, language):
            kind = match.group(2)
            if kind is None:
                skip = True
            elif kind == "enable":
                spans = cls._ended(spans, cls._line(lines, match), cls._codes(match))
            else:
                spans.append(cls._span(text, lines, comment, match))
        return cls(tuple(spans), skip, foreign)

    @staticmethod
    def mentioned(text: str) -> bool:
        """Whether a text may speak to Thea: if not, there are no ``spans`` and no ``skip_file``."""
        return _MARK in text

    def covers(self, line: int, rule: str) -> bool:
        """Whether a rule is suppressed on a line (from 1)."""
        return any(span.covers(line, rule) for span in (*self.spans, *self.foreign))

    def unused(self, candidates: list[tuple[int, str]]) -> tuple[Suppression, ...]:
        """Those that none of these findings (line, rule) needed."""
        return tuple(
            span
            for span in self.spans
            if not any(span.covers(line, rule) for line, rule in candidates)
        )

    @staticmethod
    def _foreign(text: str) -> Iterator[Suppression]:
        """What comments to linters and formatters say; read by line, for speed."""
        if "noqa" not in text and "fmt:" not in text:
            return
        lines = LineMap.of(text)
        off = 0  # the line of an open `# fmt: off`
        for match in _FOREIGN.finditer(text):
            line, word = (
                lines.position(match.start()).line,
                (match.group(1) or match.group(2)).lower(),
            )
            if word == "noqa":
                yield Suppression(line, line, (), *match.span(), ("syntax", "ruff"))
            elif word == "skip":
                yield Suppression(line, line, (), *match.span(), ("syntax",))
            elif word == "off":
                off = off or line
            elif off:
                yield Suppression(off, line, (), *match.span(), ("syntax",))
                off = 0
        if off:
            yield Suppression(off, len(lines.starts), (), len(text), len(text), ("syntax",))

    @staticmethod
    def _directives(text: str, language: Language) -> Iterator[tuple[Lexeme, re.Match[str]]]:
        for lexeme in language.lexemes(text):
            if lexeme.kind == "comment" and _MARK in lexeme.text:
                for match in _DIRECTIVE.finditer(text, lexeme.start, lexeme.end):
                    yield lexeme, match

    @classmethod
    def _span(cls, text: str, lines: LineMap, comment: Lexeme, match: re.Match[str]) -> Suppression:
        line = cls._line(lines, match)
        start, _ = lines.line_span(line)
        alone = not text[start : match.start()].strip(" \t#/*{")
        last = len(lines.starts)
        first = line
        if match.group(2) == "ignore":
            first = last = line + 1 if alone else line
        whole = comment.text.strip("#/* \t") == match.group()
        at = (comment.start, comment.end) if whole else match.span()
        return Suppression(first, last, cls._codes(match), *at)

    @staticmethod
    def _ended(spans: list[Suppression], line: int, codes: tuple[str, ...]) -> list[Suppression]:
        """The open ``disable`` spans of these codes, ended above a line."""
        return [
            Suppression(span.first, line - 1, span.codes, span.start, span.end)
            if span.last > line and span.first != span.last and (not codes or span.codes == codes)
            else span
            for span in spans
        ]

    @staticmethod
    def _line(lines: LineMap, match: re.Match[str]) -> int:
        return lines.position(match.start()).line

    @staticmethod
    def _codes(match: re.Match[str]) -> tuple[str, ...]:
        return tuple(code.strip() for code in (match.group(3) or "").split(",") if code.strip())
