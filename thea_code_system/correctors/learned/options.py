"""What could be done at one token, and how the model sees each of these things."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.answers import Answers
from thea_code_system.correctors.learned.classes import (
    ATTRIBUTE,
    NEGATION,
    NUMBER,
    SMALLEST_MANY,
    STRING,
    VARIABLE,
)
from thea_code_system.correctors.learned.scopes import Names
from thea_code_system.models.tags import EDITS
from thea_code_system.models.tokens import LINE, CodeToken
from thea_code_system.values.correction import Edit

_NEAREST: Final = 6  # words that the model points at, for one place
_SLIPS: Final = 4
_ALIKE: Final = 0.7  # how much names look alike that one slip of the pen tells apart
_LONGER: Final = 3
_UNSEEN, _LEAST = -8.0, -16.0
_NUMBERS: Final = ("0", "1", "2", "3", "10")  # those that the model writes without reading them
_EDIT: Final = {label: number for number, label in enumerate(EDITS)}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done at a token: its log-odds against leaving it as it is."""

    code: str
    words: str
    expected: str
    edits: tuple[Edit, ...]
    odds: float
    index: int


class Options:
    """Organ of one search.

    Args:
        answers: what the model says of the text.
        names: makes what knows of the text's names; asked only where something is suspicious.
    """

    def __init__(self, answers: Answers, names: Callable[[], Names]) -> None:
        self.answers, self.opinion, self.classes = answers, answers.opinion, answers.classes
        self._make_names = names
        self._likeness: dict[tuple[str, str], bool] = {}

    @cached_property
    def names(self) -> Names:
        """What the text binds."""
        return self._make_names()

    @property
    def kinds(self) -> list[str]:
        """The class of each token."""
        return self.answers.kinds

    def missing_not(self, index: int) -> Iterator[Option]:
        """A negation before a token."""
        token, before = self._items[index], self._items[index - 1]
        word = "not" if self.classes.python else "!"
        operator = self.classes.python and (before.text == "is" or token.text == "in")
        code = "learned/wrong-operator" if operator else "learned/negation"
        edit = Edit(token.start, token.start, f"{word} " if word == "not" else word)
        odds = self.answers.gap(index)
        yield Option(code, f"a `{word}` seems to be missing here", word, (edit,), odds, index)

    def instead(
        self, index: int, words: Collection[str] = (), *, only: bool = False
    ) -> Iterator[Option]:
        """What could stand in a token's place, by its class.

        For a name that includes some given words; with ``only`` these are all.
        """
        token, kind = self._items[index], self.kinds[index]
        if kind == NEGATION:
            yield from self._needless_not(index)
        elif kind in {VARIABLE, ATTRIBUTE}:
            yield from self._other_names(index, kind, words, only=only)
        elif kind == NUMBER:
            near = [word for word in self._pointed(index) if self._is_small(word)]
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
        edit = Edit(token.start, after.start, "")
        words = f"this `{token.text}` seems to be too much"
        odds = self.answers.edit(index, _EDIT["delete"])
        yield Option(code, words, "nothing", (edit,), odds, index)

    def _other_names(
        self, index: int, kind: str, words: Collection[str], *, only: bool
    ) -> Iterator[Option]:
        """Names that the model points at, those that one slip tells from what is there, others."""
        token = self._items[index]
        fitting = self.names.fitting(token, kind) - {token.text}
        pointed = [] if only else [word for word in self._pointed(index) if word in fitting]
        best = pointed[:_NEAREST]
        code = f"learned/{'wrong-attribute' if kind == ATTRIBUTE else 'variable-misuse'}"
        if kind == VARIABLE and self.names.is_unbound(token):
            code = "learned/undefined-name"
        slips = {} if only else self._slips(index, fitting)
        for word in sorted({*best, *(fitting & {*words}), *slips}):
            yield self._written(index, word, code, slips)

    def _slips(self, index: int, fitting: frozenset[str]) -> Mapping[str, float]:
        """The words of the window that one slip of the pen makes, as the pointer would have it."""
        text, pointed = self._items[index].text, self.answers.words(index)
        ends = text[:1], text[-1:]  # a slip leaves one of them nearly always, and that is fast
        near = [
            word
            for word in pointed
            if (word[:1] == ends[0] or word[-1:] == ends[1])
            and word in fitting
            and self._is_alike(text, word)
        ]
        near.sort(key=lambda word: -pointed[word])
        return {word: pointed[word] for word in near[:_SLIPS]}

    def _is_alike(self, text: str, word: str) -> bool:
        """Whether the one came of the other by a slip of the pen, as the tagger sees it."""
        if abs(len(text) - len(word)) > _LONGER:
            return False
        if (text, word) not in self._likeness:
            matcher = difflib.SequenceMatcher(None, text, word, autojunk=False)
            alike = matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE
            self._likeness[text, word] = alike
        return self._likeness[text, word]

    def _pointed(self, index: int) -> list[str]:
        pointed = self.answers.words(index)
        return sorted(pointed, key=lambda word: -pointed[word])

    @staticmethod
    def _is_small(word: str) -> bool:
        return word.isdigit() and int(word) < SMALLEST_MANY

    def odds(self, index: int, word: str, slips: Mapping[str, float] | None = None) -> float:
        """The log-odds of writing a word over a token.

        A slip of the pen is one thing to the model whichever word was meant: those it could be
        share its probability as the pointer would have it.
        """
        token, label, share = self._items[index], _EDIT.get(f"write {word}"), 0.0
        if label is None and self._is_alike(token.text, word):
            label = _EDIT["inner"]
            if slips:
                whole = sum(map(math.exp, slips.values()))
                share = slips[word] - math.log(whole) if word in slips else _UNSEEN
        elif label is None:
            label = _EDIT[f"write a {self._kind_of(word)}"]
            share = self.answers.word(index, word, _UNSEEN)
        return max(self.answers.edit(index, label) + share, _LEAST)

    @staticmethod
    def _kind_of(word: str) -> str:
        if word[:1] in "'\"":
            return "string"
        return "number" if word[:1].isdigit() else "name"

    def _written(
        self, index: int, word: str, code: str, slips: Mapping[str, float] | None = None
    ) -> Option:
        token = self._items[index]
        if code.endswith("undefined-name"):
            words = f"`{token.text}` is bound nowhere; `{word}` is expected here"
        else:
            words = f"`{word}` is expected here, not `{token.text}`"
        edit = Edit(token.start, token.end, word)
        return Option(code, words, word, (edit,), self.odds(index, word, slips), index)

    @property
    def _items(self) -> tuple[CodeToken, ...]:
        return self.opinion.tokens.items
