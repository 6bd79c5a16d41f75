"""Where the tokens of a text stand: in which line, statement and call, and what stands near."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.models.tokens import LINE, CodeToken

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FARTHEST: Final = 80  # tokens from an argument back to its bracket
_WORDS: Final = frozenset(("name", "string"))


@dataclass(frozen=True, slots=True)
class Argument:
    """What a token is an argument of: the called name, its number from 0, and its keyword."""

    called: str
    number: int
    keyword: str


class Layout:
    """Organ of one search.

    Args:
        items: the tokens of the text.
    """

    def __init__(self, items: Sequence[CodeToken]) -> None:
        self.items = items
        self.opener: list[int] = []
        """For each token the index of the innermost bracket around it, or -1."""
        self.line_of: list[int] = []
        self.statement_of: list[int] = []
        """For each token the index of the first token of its line, and of its statement."""
        self._split()
        self._known: dict[str, tuple[str, ...]] = {}

    def _split(self) -> None:
        brackets: list[int] = []
        line = statement = 0
        for index, token in enumerate(self.items):
            if token.kind == LINE:
                line = index
                statement = statement if brackets else index
            if token.text in _CLOSE and token.kind == "operator" and brackets:
                brackets.pop()
            self.opener.append(brackets[-1] if brackets else -1)
            self.line_of.append(line)
            self.statement_of.append(statement)
            if token.text in _OPEN and token.kind == "operator":
                brackets.append(index)

    def parts(self, word: str) -> tuple[str, ...]:
        """The words in a name or string, small: of ``maxWidth`` and ``MAX_WIDTH`` max and width."""
        found = self._known.get(word)
        if found is None:
            found = tuple(part.lower() for part in _PARTS.findall(word))
            self._known[word] = found
        return found

    def text(self, index: int) -> str:
        """The text of a token; nothing beyond the ends."""
        return self.items[index].text if 0 <= index < len(self.items) else ""

    @cached_property
    def lines(self) -> list[list[int]]:
        """The tokens of each line that has some, but comments."""
        found: dict[int, list[int]] = {}
        for index, token in enumerate(self.items):
            if token.kind not in {LINE, "comment"}:
                found.setdefault(self.line_of[index], []).append(index)
        return list(found.values())

    @cached_property
    def statements(self) -> dict[int, list[int]]:
        """The tokens of each statement by its first."""
        found: dict[int, list[int]] = {}
        for index, token in enumerate(self.items):
            if token.kind not in {LINE, "comment"}:
                found.setdefault(self.statement_of[index], []).append(index)
        return found

    @cached_property
    def targets(self) -> dict[int, str]:
        """The last name before the first ``=`` of each statement that has one, by its first."""
        found: dict[int, str] = {}
        for start, indices in self.statements.items():
            last = ""
            for index in indices:
                if self.items[index].kind == "name":
                    last = self.items[index].text
                elif self.items[index].text in {"=", "+=", "-="} and self.opener[index] < 0:
                    found[start] = last
                    break
        return found

    def argument(self, index: int) -> Argument | None:
        """What a token is an argument of, if its bracket is that of a call."""
        opener = self.opener[index]
        if opener < 1 or index - opener > _FARTHEST or self.text(opener) != "(":
            return None
        called = self.items[opener - 1]
        if called.kind != "name" or self.text(opener - 2) in {"def", "class", "function"}:
            return None
        number, keyword = 0, ""
        for at in range(opener + 1, index):
            if self.opener[at] == opener:
                if self.items[at].text == ",":
                    number, keyword = number + 1, ""
                elif self.items[at].text == "=":
                    keyword = self.items[at - 1].text
        return Argument(called.text, number, keyword)

    def words_of_line(self, index: int) -> Iterator[str]:
        """The names and strings of a token's line, but its own."""
        at = self.line_of[index]
        while at < len(self.items) and self.line_of[at] == self.line_of[index]:
            if at != index and self.items[at].kind in _WORDS:
                yield self.items[at].text
            at += 1

    def operand(self, index: int) -> str:
        """The chain of names and dots that a token stands in."""
        first = last = index
        while self.text(first - 1) == "." and self.items[first - 2].kind in {"name", "keyword"}:
            first -= 2
        while self.text(last + 1) == "." and last + 2 < len(self.items):
            last += 2
        whole = "".join(self.text(at) for at in range(first, last + 1))
        return "" if self.text(last + 1) in _OPEN else whole
