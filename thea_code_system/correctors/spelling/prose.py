"""Where a word stands: in English prose, or in something that only looks like it."""

from __future__ import annotations

import itertools
import re

_SAYS_SOMETHING = re.compile(r"\w|>>>")
_TOKEN = re.compile(r"\S+")
_AROUND = ".,;:!?\"'()[]-"
_PLAIN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can for from has have if in is it its may must not of "
        "on or should so than that the their them then there these they this to was we were when "
        "which will with you your",
    )
)
_CODE = re.compile(
    r"[={};\\|]|\w\(|->|::|\w\[|^[\s#/*]*(?:>>>|\$ |\.\.\. |@|import\b|from\s+\S+\s+import\b|def\b|"
    r"class\s+\w+[:(]|return\b|(?:for|while|with|except|elif)\b.*:|const\b|let\b|var\b)"
)
_DIRECTIVE = re.compile(
    r"\b(?:noqa|nosec|pragma|pylint|mypy|pyright|type:\s*ignore|fmt:|isort:|eslint|oxlint|tslint|"
    r"prettier|jshint|istanbul|ts-(?:ignore|expect-error|nocheck)|copyright|\(c\)|licen[cs]ed?|"
    r"authors?|codespell|cspell|typos)\b",
    re.IGNORECASE,
)


class Prose:
    """Organ that judges words in one passage: a comment, or a string.

    Args:
        text: the passage, markers included.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def holds(self, offset: int, word: str) -> bool:
        """Whether the word at an offset of the passage is part of English prose."""
        return (
            self._stands_alone(offset, word)
            and self._may_be_lower_case(offset, word)
            and self._is_english(offset)
        )

    def _line(self, offset: int) -> tuple[int, int]:
        start = self._text.rfind("\n", 0, offset) + 1
        end = self._text.find("\n", offset)
        return start, end if end >= 0 else len(self._text)

    def _paragraph(self, start: int, end: int) -> str:
        """The lines around a line, up to the next ones that say nothing."""
        above = self._text[:start].splitlines(keepends=True)
        below = self._text[end:].splitlines(keepends=True)
        before = itertools.takewhile(_SAYS_SOMETHING.search, reversed(above))
        after = itertools.takewhile(_SAYS_SOMETHING.search, below[1:])
        return "".join([*reversed(list(before)), self._text[start:end], "\n", *after])

    def _stands_alone(self, offset: int, word: str) -> bool:
        """Not part of an identifier, path, address or piece of code."""
        start, end = self._line(offset)
        line = self._text[start:end]
        place = offset - start
        token = next((m for m in _TOKEN.finditer(line) if m.start() <= place < m.end()), None)
        if token is None or token[0].startswith("-"):
            return False
        if not _PLAIN.fullmatch(token[0].strip(_AROUND)):
            return False
        after = self._text[offset + len(word) : offset + len(word) + 1]
        quoted = any(line[:place].count(mark) % 2 for mark in "`")
        doubled = line[:place].count('"') % 2 and '"' in line[place:]
        return not (quoted or doubled or after in {"(", "[", "_"})

    def _may_be_lower_case(self, offset: int, word: str) -> bool:
        """A capital is a name, but at the start of a sentence."""
        if word.islower():
            return True
        if not word.istitle():
            return False
        before = self._text[:offset].rstrip(" \t\"'#/*rRbBuUfF\n\r")
        return not before or before[-1] in ".!?"

    def _is_english(self, offset: int) -> bool:
        """Enough of the commonest words nearby, nothing but ASCII, and no code on the line."""
        start, end = self._line(offset)
        line = self._text[start:end]
        if not line.isascii() or _CODE.search(line) or _DIRECTIVE.search(line):
            return False
        nearby = self._paragraph(start, end)
        if ">>>" in nearby or not nearby.isascii():
            return False
        words = re.findall(r"[a-z]+", nearby.lower())
        return sum(1 for word in words if word in _STOP_WORDS) >= 2
