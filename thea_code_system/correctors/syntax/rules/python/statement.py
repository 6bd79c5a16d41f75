"""The statements of a Python text, found without a grammar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Lexeme

_OPEN: Final = frozenset("([{")
_CLOSE: Final = frozenset(")]}")
_HEADERS: Final = frozenset(
    {
        "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "def", "class",
        "async",
    }
)  # fmt: skip
_NEVER_INSIDE: Final = frozenset(
    {
        "def", "class", "import", "return", "while", "with", "try", "raise", "pass", "break",
        "continue", "del", "global", "except", "finally", "elif",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of a simple statement, or of a header up to and with its colon."""

    tokens: tuple[Lexeme, ...]

    @property
    def first(self) -> Lexeme:
        """Its first token."""
        return self.tokens[0]

    @property
    def last(self) -> Lexeme:
        """Its last token."""
        return self.tokens[-1]

    @classmethod
    def of(cls, lexemes: Iterable[Lexeme]) -> Iterator[Statement]:
        """All statements in order; an unclosed bracket ends where a new statement must begin."""
        tokens: list[Lexeme] = []
        depth, colons, fresh = 0, 0, False
        for lexeme in lexemes:
            if lexeme.kind in {"space", "indent", "comment"}:
                continue
            if lexeme.kind == "newline":
                fresh = True
                if depth == 0 and tokens:
                    yield cls(tuple(tokens))
                    tokens = []
                continue
            if fresh and tokens and lexeme.text in _NEVER_INSIDE:
                yield cls(tuple(tokens))
                tokens, depth = [], 0
            fresh = False
            depth += (lexeme.text in _OPEN) - (lexeme.text in _CLOSE and depth > 0)
            if lexeme.text != ";" or depth:
                tokens.append(lexeme)
            colons = cls._colons(lexeme) + (colons if len(tokens) > 1 else 0)
            header = colons > 0 and lexeme.text == ":" and tokens[0].text in _HEADERS
            if depth == 0 and tokens and (lexeme.text == ";" or header):
                yield cls(tuple(tokens))
                tokens = []
        if tokens:
            yield cls(tuple(tokens))

    @staticmethod
    def _colons(lexeme: Lexeme) -> int:
        """What a token adds to the colons that are not of a lambda."""
        return (lexeme.text == ":") - (lexeme.text == "lambda")

    def parts(self, separator: str, start: int = 0) -> list[tuple[Lexeme, ...]]:
        """The tokens from ``start`` on, cut at separators that no bracket encloses."""
        out: list[list[Lexeme]] = [[]]
        depth = 0
        for token in self.tokens[start:]:
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if depth == 0 and token.text == separator:
                out.append([])
            else:
                out[-1].append(token)
        return [tuple(part) for part in out]

    def closing(self, index: int) -> int:
        """The index of the token that closes the bracket at ``index``; -1 where none does."""
        depth = 0
        for at, token in enumerate(self.tokens[index:], index):
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
            if depth == 0:
                return at
        return -1
