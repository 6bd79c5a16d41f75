"""What Thea needs to know of a programming language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a parser objects: an offset in code points, its line (from 1), and its words."""

    offset: int
    line: int
    message: str


class Lexeme(NamedTuple):
    """A piece of a text: the lexemes of a text, put together, are the text, broken or not.

    ``kind`` is one of ``name keyword number string operator comment newline space indent other``.
    A tuple, because a search makes hundreds of thousands of them, which takes a third of the time.
    """

    kind: str
    start: int
    end: int
    text: str


class Language(ABC):
    """A language: its file suffixes, its parser, its lexemes and its comments.

    ``work`` is what its parser had to do so far, in characters of an ordinary text: the same on
    every machine, and near enough to the time that it takes.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    line_comment: ClassVar[str]
    work: int = 0

    @abstractmethod
    def faults(self, text: str) -> Sequence[Fault]:
        """Where this language's own parser objects (CPython, tree-sitter); empty if it parses."""

    @abstractmethod
    def lexemes(self, text: str) -> Sequence[Lexeme]:
        """Lossless lexemes of any text, broken ones too."""

    def parses(self, text: str) -> bool:
        """Whether this language's own parser accepts a text."""
        return not self.faults(text)
