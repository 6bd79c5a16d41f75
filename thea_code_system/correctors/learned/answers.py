"""What the edit model says of one text, as far as a search asks."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.classes import NOTHING, TokenClasses
from thea_code_system.correctors.learned.memo import Memo
from thea_code_system.correctors.learned.tables import PLACES, Asked, Question, Tables, View
from thea_code_system.models.editor import Opinion, Span

_NAMED: Final = frozenset(("name", "number", "string"))


class Answers:
    """Organ of one search: knows some windows from before, and has the others read.

    What it says of a window comes of that window alone. So it is the same whether it was known, or
    the window was read for all questions at once or for a single one.

    Args:
        opinion: of the text.
        classes: those of its language.
        memo: what is known from before; it takes in what is asked now. None where nothing is to
            be remembered.
    """

    def __init__(self, opinion: Opinion, classes: TokenClasses, memo: Memo | None = None) -> None:
        self.opinion, self.classes = opinion, classes
        self._spans, self._owners = opinion.windows.spans, opinion.windows.owners
        keys = memo.keys(opinion) if memo else ()
        found = [memo.recall(key) for key in keys] if memo else [None for _ in self._spans]
        self.unread = {number for number, known in enumerate(found) if known is None}
        """The windows of which nothing is known."""
        self._known: list[dict[Question, float]] = [known or {} for known in found]
        self._asked = [memo.note(key) for key in keys] if memo else [{} for _ in self._spans]
        self._tables: dict[int, Tables] = {}
        self._views: dict[int, View] = {}

    @cached_property
    def kinds(self) -> list[str]:
        """The class of each token."""
        items = self.opinion.tokens.items
        triples = zip((None, *items), items, (*items[1:], None), strict=False)
        return [self.classes.replaced(token, before, after) for before, token, after in triples]

    # --- reading --------------------------------------------------------------------------------

    def window(self, number: int) -> tuple[int, int]:
        """A window's first token, and the one after its last."""
        return self._spans[number]

    def take(self, number: int, span: Span) -> None:
        """Take in a window that was read."""
        self._tables[number] = Tables(self.opinion.model, span, self._view(number))
        self._known[number] |= self._tables[number].top()
        self.unread.discard(number)

    def _read(self, number: int) -> Tables:
        if number not in self._tables:
            wanted = [(self.opinion.reading, self._spans[number])]
            self.take(number, *self.opinion.model.spans(wanted))
        return self._tables[number]

    @cached_property
    def _negatable(self) -> list[bool]:
        """Whether a negation may be missing before each token."""
        items = self.opinion.tokens.items
        pairs = zip((None, *items), items, strict=False)
        return [*(self.classes.is_negatable(token, before) for before, token in pairs), False]

    def _view(self, number: int) -> View:
        if number not in self._views:
            first, last = self._spans[number]
            words: dict[str, list[int]] = {}
            for place, token in enumerate(self.opinion.tokens.items[first:last]):
                if token.kind in _NAMED and token.text:
                    words.setdefault(token.text, []).append(place)
            kinds = [*self.kinds, NOTHING][first:last]  # the last stands for the end
            gaps = self._negatable[first:last]
            self._views[number] = View(self.classes, kinds, gaps, words)
        return self._views[number]

    # --- asking ---------------------------------------------------------------------------------

    def suspicious(self) -> list[tuple[int, bool]]:
        """Tokens that may be wrong, and those before which a negation may be missing; worst first.

        They are chosen from the worst of every window.
        """
        found = []
        for number, (first, _) in enumerate(self._spans):
            if number in self.unread:
                self._read(number)
            for question, odds in self._known[number].items():
                what, place, missing = question
                if what == Asked.TOP:
                    self._asked[number][question] = odds
                    if self._owners[first + place] == number:
                        found.append((-odds, missing, first + place))
        return [(index, bool(missing)) for _, missing, index in sorted(found)[:PLACES]]

    def place(self, index: int, *, missing: bool = False) -> float:
        """The log-odds that a token is wrong, or that a negation is missing before it."""
        return self._ask(Asked.PLACE, index, int(missing))

    def edit(self, index: int, label: int) -> float:
        """The log-odds of a label against leaving a token as it is."""
        return self._ask(Asked.EDIT, index, label)

    def gap(self, index: int) -> float:
        """The log-odds of a negation before a token."""
        return self._ask(Asked.GAP, index, 0)

    def word(self, index: int, word: str, unseen: float) -> float:
        """The log-probability of a word as what should stand at a token, if its window has it."""
        places = self._view(self._owners[index]).words.get(word)
        return self._ask(Asked.WORD, index, places[0]) if places else unseen

    def words(self, index: int) -> dict[str, float]:
        """The same of all words of the window."""
        words = self._view(self._owners[index]).words
        return {word: self._ask(Asked.WORD, index, places[0]) for word, places in words.items()}

    def _ask(self, what: int, index: int, which: int) -> float:
        number = self._owners[index]
        question = (what, index - self._spans[number][0], which)
        answer = self._known[number].get(question)
        if answer is None:
            answer = self._known[number][question] = self._read(number).answer(question)
        self._asked[number][question] = answer
        return answer
