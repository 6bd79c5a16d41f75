"""Training examples: windows of broken or buggy code and what should be done to each token."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from typing import Final

from thea_code_system.languages.base import Fault, Language
from thea_code_system.languages.python import PythonLanguage
from thea_code_system.languages.registry import Languages
from thea_code_system.models.reader import Reader, Reading
from thea_code_system.models.tagger import Tagger
from thea_code_system.models.tags import Tagging
from thea_code_system.models.tokens import CodeTokens
from thea_code_system.models.vocabulary import MASK, Vocabulary
from thea_code_system.training.corpus import Piece, Shelf
from thea_code_system.training.corruption import Corruptor
from thea_code_system.training.windows import Example, WindowDraft
from thea_code_system.values.correction import Edit

_FEWEST: Final = 20  # tokens of a piece that is worth breaking
_SYNTAX: Final = 0.62  # share of examples that should not parse
_STRANGE: Final = 0.25
"""Of the texts broken so that they still parse, the share that is kept: odd code to be known."""
_TRIES: Final = 3  # for a text that does not parse
_NEAR: Final = 0.8  # share of windows with bugs that are drawn around one of them
_MASKED: Final = 0.5  # share of windows that parse in which tokens are hidden


class ExampleMaker:
    """Makes examples from pieces of clean code, or from real pairs; owned by one trainer.

    Args:
        vocabulary: the words of the model to be trained.
        size: most rows of a window.
        seed: of all that is drawn; the same pieces then give the same examples.
    """

    def __init__(self, vocabulary: Vocabulary, size: int, seed: int) -> None:
        self._reader = Reader(vocabulary)
        self._mask = vocabulary.pieces(MASK)
        self._size = size
        self._rng = random.Random(seed)  # noqa: S311
        self._languages = Languages()

    def endless(self, shelves: Sequence[tuple[Shelf, float]]) -> Iterator[Example]:
        """Examples of pieces drawn from shelves by their weights, without end."""
        warnings.simplefilter("ignore")
        choices, weights = zip(*shelves, strict=True)
        while True:
            piece = self._rng.choices(choices, weights)[0].any(self._rng)
            example = self.of_piece(piece)
            if example is not None:
                yield example

    def of_piece(self, piece: Piece) -> Example | None:
        """A corrupted piece; None where the corruption drawn does not suit it."""
        language = self._languages.named(piece.language)
        tokens = CodeTokens.of(language.lexemes(piece.text))
        if len(tokens.items) < _FEWEST:
            return None
        corruptor = Corruptor(piece.text, tokens, self._rng, python=language.name == "python")
        if self._rng.random() < _SYNTAX:
            return self._broken(corruptor, tokens, language)
        return self._buggy(corruptor, piece.text, tokens, language)

    def of_pair(
        self,
        text: str,
        repair: Sequence[Edit],
        language: Language,
        fault: Fault | None,
        near: int = 0,
    ) -> Example:
        """A real text and the edits that made it right; ``fault`` is None where it parses.

        The window is around the fault, the first of the edits, or the offset ``near``.
        """
        tokens = CodeTokens.of(language.lexemes(text))
        tagging = Tagger(text, tokens, language)(repair)
        reading = self._reader.read(tokens, fault, language.name)
        focus = tagging.tags[0].index if tagging.tags else tokens.at(near)
        if fault is not None:
            focus = reading.focus
        return self._window(reading, tagging, focus).example()

    def _broken(
        self, corruptor: Corruptor, tokens: CodeTokens, language: Language
    ) -> Example | None:
        for _ in range(_TRIES):
            near = self._rng.randrange(len(tokens.items))
            count = self._rng.choices((1, 2, 3, 5), (55, 22, 12, 11))[0]
            made = corruptor.syntax(count, near)
            if made is None:
                continue
            fault = self._fault(made.text, language)
            if fault is not None or self._rng.random() < _STRANGE / _TRIES:
                return self.of_pair(made.text, made.repair, language, fault)
        return None

    def _buggy(
        self, corruptor: Corruptor, text: str, tokens: CodeTokens, language: Language
    ) -> Example | None:
        count = self._rng.choices((0, 1, 4, 10), (20, 30, 25, 25))[0]
        repair: Sequence[Edit] = ()
        if count:
            made = corruptor.meaning(count)
            if made is None or not language.parses(made.text):
                return None
            text, repair = made.text, made.repair
            tokens = CodeTokens.of(language.lexemes(text))
        tagging = Tagger(text, tokens, language)(repair)
        reading = self._reader.read(tokens, None, language.name)
        focus = self._rng.randrange(len(tokens.items))
        if tagging.tags and self._rng.random() < _NEAR:
            focus = self._rng.choice(tagging.tags).index
        masked = self._rng.random() < _MASKED
        draft = self._window(reading, tagging, focus)
        if masked:
            draft.hide(self._mask, self._rng)
        return draft.example()

    @staticmethod
    def _fault(text: str, language: Language) -> Fault | None:
        if isinstance(language, PythonLanguage):
            return language.first_fault(text)
        return next(iter(language.faults(text)), None)

    def _window(self, reading: Reading, tagging: Tagging, focus: int) -> WindowDraft:
        """A window that has a token somewhere inside it, labelled."""
        jitter = self._rng.randint(-self._size // 4, self._size // 4)
        first, last = reading.window(self._size, max(0, focus + jitter))
        if not first <= focus < last:
            first, last = reading.window(self._size, focus)
        draft = WindowDraft(reading, first, last)
        draft.label(tagging)
        return draft
