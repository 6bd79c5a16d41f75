"""The tags of JSX, found without a grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.correctors.syntax.broken import BrokenSource

_BEGIN: Final = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z][\w.:-]*|(?=>))")
_GENERIC: Final = re.compile(r"\s*(?:,|extends\b|=)")
_BEFORE: Final = frozenset("=(,>}{;:?&|[\n")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and its span; ``width`` is its line's indentation if the tag begins the line, else -1.

    ``sort`` is ``open``, ``close`` or ``empty`` (``<br />``); ``name`` is empty for a fragment.
    """

    sort: str
    name: str
    start: int
    end: int
    line: int
    width: int

    @classmethod
    def all_of(cls, broken: BrokenSource) -> Iterator[Tag]:
        """The tags of a text in order; comparisons and type arguments are none."""
        text, at = broken.text, 0
        while found := _BEGIN.search(text, at):
            at = found.end()
            lexeme = broken.lexeme_at(found.start())
            if lexeme is not None and lexeme.kind == "comment":
                continue
            if not found["slash"] and not cls._may_begin(text, found):
                continue
            end = cls._end(text, found.end())
            if end < 0:
                continue
            sort = "open"
            if found["slash"]:
                sort = "close"
            elif text[end - 2] == "/":
                sort = "empty"
            line = broken.line_of(found.start())
            begins = broken.span(line)[0] + len(broken.indent(line)) == found.start()
            width = broken.column(line) if begins else -1
            yield cls(sort, found["name"], found.start(), end, line, width)

    @staticmethod
    def _may_begin(text: str, found: re.Match[str]) -> bool:
        """Whether an element may begin here: not behind a name, as in ``f<T>(x)``."""
        if found["name"] and _GENERIC.match(text, found.end()):
            return False
        before = text[: found.start()].rstrip(" \t")
        touching = before[-1:] if len(before) == found.start() else ""
        if touching and (touching.isalnum() or touching in "_$)]"):
            return before.endswith("return")
        word = re.search(r"[\w$]+$", before)
        return not before or before[-1] in _BEFORE or word is not None

    @staticmethod
    def _end(text: str, at: int) -> int:
        """Behind the ``>`` of a tag; -1 where none comes before another tag begins."""
        depth = 0
        while at < len(text):
            character = text[at]
            if character in "\"'" and depth == 0:
                close = text.find(character, at + 1)
                if close < 0:
                    return -1
                at = close
            depth += (character == "{") - (character == "}")
            if depth < 0 or (depth == 0 and character in "<;"):
                return -1
            if depth == 0 and character == ">":
                return at + 1
            at += 1
        return -1
