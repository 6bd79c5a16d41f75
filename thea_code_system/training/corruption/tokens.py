"""Slips of the hand: tokens lost, doubled, swapped and mistyped."""

from __future__ import annotations

import string
from typing import Final

from thea_code_system.models.tokens import LINE
from thea_code_system.training.corruption.base import BRACKETS, CLOSERS, Breaker
from thea_code_system.values.correction import Edit

_STRAY: Final = (
    ")", "(", "]", "[", "}", "{", ",", ":", ";", ".", "=", "'", '"', "`", "*", "-", "+", "\\", "#",
    "a", "s", "x", "i", "q", "w", ":w", "v", "1", "if", "for", "def", "else", "and", "not",
    "import", "pass", "return", "...", "self", "//", "!",
)  # fmt: skip
_WRONG: Final = {
    ":": (";", "", ","), "=": ("==", ":", "-"), "==": ("=", "===", "= ="), ",": (".", ";", "", ":"),
    ".": (",", "", " "), "(": ("{", "[", "<"), ")": ("}", "]", "", "0", "))"), "[": ("(", "{"),
    "]": (")", "}"), "{": ("(", "["), "}": (")", "]"), "!=": ("!", "!==", "=!", "<>"),
    "<=": ("=<", "< ="), ">=": ("=>", "> ="), "and": ("&&", "&", "adn"), "or": ("||", "ro"),
    "not": ("!", "nto"), "elif": ("else if", "elseif", "elsif"), "else": ("else if", "els"),
    "def": ("define", "function", "de", "fn"), "None": ("null", "Nonne"), "is": ("==",),
    "import": ("imort", "improt"), "return": ("retrun", "retun", "return return"),
    "in": ("of", "="), "+=": ("=+", "+ ="), "->": ("-", ">", "=>"), "**": ("* *", "^"),
    "=>": ("->", "=", "> "), "===": ("== =",), "const": ("cosnt",), "function": ("fucntion", "def"),
    "except": ("catch", "expect"), "lambda": ("lamda",), "for": ("fro",), "if": ("fi",),
}  # fmt: skip


class TokenBreaker(Breaker):
    """Breaks the grammar within a line."""

    def drop_a_bracket(self, near: int | None) -> list[Edit] | None:
        """A bracket is lost, closing ones more often; some are one too many."""
        closing = self._rng.random() < 0.8
        index = self._pick(lambda t: t.text in (CLOSERS if closing else BRACKETS), near)
        if index is None:
            return None
        if self._rng.random() < 0.12:  # one too many
            token = self._items[index]
            return [Edit(token.end, token.end, token.text)]
        if self._rng.random() < 0.1 and index + 1 < len(self._items):  # with what follows
            return [Edit(self._items[index].start, self._items[index + 1].end, "")]
        return self._drop(index)

    def drop_a_comma(self, near: int | None) -> list[Edit] | None:
        """A comma is lost."""
        return self._drop_of(frozenset(","), near)

    def _drop_of(self, texts: frozenset[str], near: int | None) -> list[Edit] | None:
        index = self._pick(lambda t: t.text in texts, near)
        return None if index is None else self._drop(index)

    def drop_a_colon(self, near: int | None) -> list[Edit] | None:
        """A colon is lost, of headers more often; elsewhere than in Python ``;`` and ``=>`` too."""
        if not self._python:
            return self._drop_of(frozenset((":", ";", "=>")), near)
        index = self._pick(lambda t: t.text == ":", near)
        if index is not None and self._rng.random() < 0.8:  # headers first
            ends = index + 1 >= len(self._items) or self._items[index + 1].kind == LINE
            if not ends:
                index = self._pick(lambda t: t.text == ":", near) or index
        return None if index is None else self._drop(index)

    def drop_a_quote(self, near: int | None) -> list[Edit] | None:
        """A quote of a string is lost, of another kind, or stands in its midst."""
        index = self._pick(lambda t: t.kind == "string", near)
        if index is None:
            return None
        token = self._items[index]
        mark = token.text[-1]
        size = 3 if token.text.endswith(mark * 3) and len(token.text) >= 6 else 1
        if mark not in "'\"`" or len(token.text) < 2 * size:
            return None
        opening = token.text.find(mark * size) + token.start
        chance = self._rng.random()
        if chance < 0.55:
            return [Edit(token.end - size, token.end, "")]
        if chance < 0.8:
            return [Edit(opening, opening + size, "")]
        if chance < 0.9:
            return [Edit(token.end - 1, token.end, '"' if mark == "'" else "'")]
        inner = range(opening + size + 1, token.end - size)
        if not inner:
            return None
        place = self._rng.choice(inner)
        return [Edit(place, place, mark)]

    def drop_a_token(self, near: int | None) -> list[Edit] | None:
        """An operator, keyword or name is lost, sometimes with what follows on its line."""
        index = self._pick(
            lambda t: (
                t.kind in {"keyword", "operator"} or (t.kind == "name" and self._rng.random() < 0.3)
            ),
            near,
        )
        if index is None:
            return None
        last = index
        if self._rng.random() < 0.15:
            last = min(index + self._rng.randint(1, 2), len(self._items) - 1)
        if any(t.kind == LINE for t in self._items[index : last + 1]):
            return None
        return [Edit(self._items[index].start, self._items[last].end, "")]

    def stray_token(self, near: int | None) -> list[Edit] | None:
        """A token stands twice, or one that fell from nowhere beside it."""
        index = self._pick(lambda t: t.kind != LINE, near)
        if index is None:
            return None
        token = self._items[index]
        if self._rng.random() < 0.35:  # the same twice
            return [Edit(token.end, token.end, f" {token.text}" if token.spaced else token.text)]
        ends = index + 1 < len(self._items) and self._items[index + 1].kind == LINE
        place = token.end if ends and self._rng.random() < 0.7 else token.start
        word = self._rng.choice(_STRAY)
        if self._rng.random() < 0.2:
            word = "".join(self._rng.choices(string.ascii_lowercase, k=self._rng.randint(1, 5)))
        pad = self._rng.choice(("", " "))
        return [Edit(place, place, f"{word}{pad}" if place == token.start else f"{pad}{word}")]

    def wrong_token(self, near: int | None) -> list[Edit] | None:
        """A token is written as another language has it, or mistyped."""
        index = self._pick(lambda t: t.text in _WRONG, near)
        if index is None:
            return None
        return self._replace(index, self._rng.choice(_WRONG[self._items[index].text]))

    def swap_tokens(self, near: int | None) -> list[Edit] | None:
        """Two neighbours on a line change places."""
        index = self._pick(lambda t: t.kind in {"operator", "keyword", "name"}, near)
        if index is None or index + 1 >= len(self._items):
            return None
        left, right = self._items[index], self._items[index + 1]
        if right.kind == LINE or left.text == right.text:
            return None
        between = self._text[left.end : right.start]
        return [Edit(left.start, right.end, f"{right.text}{between}{left.text}")]

    def slip_of_the_pen(self, near: int | None) -> list[Edit] | None:
        """A letter of a word is lost, added, swapped, or a space or mark gets between."""
        index = self._pick(
            lambda t: t.kind == "keyword" or (t.kind == "name" and len(t.text) > 2), near
        )
        if index is None:
            return None
        word = self._items[index].text
        place = self._rng.randrange(len(word))
        chance = self._rng.random()
        if chance < 0.3:
            new = word[:place] + word[place + 1 :]
        elif chance < 0.5:
            new = f"{word[:place]} {word[place:]}"
        elif chance < 0.7:
            new = f"{word[:place]}{self._rng.choice('.-,;$@ ')}{word[place:]}"
        elif chance < 0.85 and place:
            new = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
        else:
            new = f"{word[:place]}{self._rng.choice(string.ascii_lowercase)}{word[place:]}"
        return self._replace(index, new) if new != word else None
