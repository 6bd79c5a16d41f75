"""What could be done at one token, and how the model sees each of these things."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.classes import (
    ATTRIBUTE,
    NEGATION,
    NUMBER,
    SMALLEST_MANY,
    STRING,
    VARIABLE,
    TokenClasses,
)
from thea_code_system.correctors.learned.scopes import Names
from thea_code_system.models.editor import Opinion
from thea_code_system.models.tags import EDITS
from thea_code_system.models.tokens import LINE, CodeToken
from thea_code_system.values.correction import Edit

_NEAREST: Final = 6  # words that the model points at, for one place
_ALIKE: Final = 0.7  # how much names look alike that one slip of the pen tells apart
_UNSEEN: Final = -8.0
_NUMBERS: Final = ("0", "1", "2", "3", "10")  # those that the model writes without reading them
_DELETE: Final = EDITS.index("delete")
_INNER: Final = EDITS.index("inner")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done at a place: its log-odds against leaving it as it is."""

    code: str
    words: str
    expected: str
    edits: tuple[Edit, ...]
    odds: float


class Options:
    """Organ of one search.

    Args:
        opinion: has read the whole text.
        classes: those of its language.
        names: makes what knows of the text's names; asked only where something is suspicious.
    """

    def __init__(self, opinion: Opinion, classes: TokenClasses, names: Callable[[], Names]) -> None:
        self.opinion, self.classes = opinion, classes
        self._make_names = names

    @cached_property
    def names(self) -> Names:
        """What the text binds."""
        return self._make_names()

    def missing_not(self, index: int) -> Iterator[Option]:
        """A negation before a token."""
        token, before = self._items[index], self._items[index - 1]
        word = "not" if self.classes.python else "!"
        span = self.opinion.span_of(index)
        row = span.inserts[index - span.first]
        operator = self.classes.python and (before.text == "is" or token.text == "in")
        code = "learned/wrong-operator" if operator else "learned/negation"
        edit = Edit(token.start, token.start, f"{word} " if word == "not" else word)
        odds = float(row[self.classes.negation] - row[0])
        yield Option(code, f"a `{word}` seems to be missing here", word, (edit,), odds)

    def instead(self, index: int, kind: str) -> Iterator[Option]:
        """What could stand in a token's place, by its class."""
        token = self._items[index]
        if kind == NEGATION:
            yield from self._needless_not(index)
        elif kind in {VARIABLE, ATTRIBUTE}:
            yield from self._other_names(index, kind)
        elif kind == NUMBER:
            near = [word for word, _ in self._pointed(index) if self._is_small(word)]
            for word in dict.fromkeys((*_NUMBERS, *near[:_NEAREST])):
                yield self._written(index, word, "learned/wrong-literal")
        elif kind != STRING:
            truth = token.text.lower() in {"true", "false"}
            code = "learned/wrong-literal" if truth else "learned/wrong-operator"
            for word in self.classes.rivals[token.text]:
                yield self._written(index, word, code)

    def _needless_not(self, index: int) -> Iterator[Option]:
        token, after = self._items[index], self._items[index + 1]
        if after.kind == LINE:
            return
        before = self._items[index - 1].text if index else ""
        operator = token.text == "not" and (after.text == "in" or before == "is")
        code = "learned/wrong-operator" if operator else "learned/negation"
        span = self.opinion.span_of(index)
        row = span.edits[index - span.first]
        edit = Edit(token.start, after.start, "")
        words = f"this `{token.text}` seems to be too much"
        yield Option(code, words, "nothing", (edit,), float(row[_DELETE] - row[0]))

    def _other_names(self, index: int, kind: str) -> Iterator[Option]:
        """Names that the model points at, and those that one slip tells from what is there."""
        token = self._items[index]
        fitting = self.names.fitting(token, kind) - {token.text}
        pointed = {word: chance for word, chance in self._pointed(index) if word in fitting}
        near = difflib.get_close_matches(token.text, fitting, 4, _ALIKE)
        best = sorted(pointed, key=lambda word: -pointed[word])[:_NEAREST]
        code = f"learned/{'wrong-attribute' if kind == ATTRIBUTE else 'variable-misuse'}"
        if kind == VARIABLE and self.names.is_unbound(token):
            code = "learned/undefined-name"
        slips = {word: pointed.get(word, _UNSEEN) for word in near}
        for word in sorted({*best, *near}):
            yield self._written(index, word, code, slips)

    def _pointed(self, index: int) -> list[tuple[str, float]]:
        chances = self.opinion.names(index, insert=False)
        return sorted(chances.items(), key=lambda item: -item[1])

    @staticmethod
    def _is_small(word: str) -> bool:
        return word.isdigit() and int(word) < SMALLEST_MANY

    def odds(self, index: int, word: str, slips: Mapping[str, float] | None = None) -> float:
        """The log-odds of writing a word over a token; minus infinity if that is no one tag.

        A slip of the pen is one thing to the model whichever word was meant: those it could be
        share its probability as the pointer would have it.
        """
        import torch

        token = self._items[index]
        tags = self.opinion.tagger((Edit(token.start, token.end, word),)).tags
        if len(tags) != 1 or tags[0].index != index or tags[0].insert:
            return -torch.inf
        odds = self.opinion.tag_odds(tags[0])
        if tags[0].label == _INNER and slips:
            among = torch.tensor(list(slips.values())).log_softmax(0)
            share = dict(zip(slips, among, strict=True)).get(word)
            odds += _UNSEEN if share is None else float(share)
        return odds

    def _written(
        self, index: int, word: str, code: str, slips: Mapping[str, float] | None = None
    ) -> Option:
        token = self._items[index]
        if code.endswith("undefined-name"):
            words = f"`{token.text}` is bound nowhere; `{word}` is expected here"
        else:
            words = f"`{word}` is expected here, not `{token.text}`"
        edit = Edit(token.start, token.end, word)
        return Option(code, words, word, (edit,), self.odds(index, word, slips))

    @property
    def _items(self) -> tuple[CodeToken, ...]:
        return self.opinion.tokens.items
