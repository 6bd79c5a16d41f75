"""Real pairs of texts, before and after a commit, as examples to learn from."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from thea_code_system.languages.base import Language, Lexeme
from thea_code_system.languages.registry import Languages
from thea_code_system.training.examples import ExampleMaker
from thea_code_system.training.windows import Example
from thea_code_system.values.correction import Edit

_MOST_EDITS: Final = 6
_MOST_LEXEMES: Final = 400


class PairShelf:
    """Rows with language, broken and fixed text, as mining makes them.

    Pairs whose commit did much else are left out: what to learn from them is not to be told.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._languages = Languages()
        self._pairs: list[tuple[Language, str, str, tuple[Edit, ...]]] = []
        for row in rows:
            language = self._languages.named(row["language"])
            edits = self.edits(row["broken"], row["fixed"], language)
            if edits:
                self._pairs.append((language, row["broken"], row["fixed"], edits))

    def __len__(self) -> int:
        return len(self._pairs)

    def examples(self, maker: ExampleMaker, seed: int) -> Iterator[Example]:
        """Examples of the pairs, again and again, each time in another order.

        After a bug the same place comes without it: there nothing is to be done.
        """
        rng = random.Random(seed)  # noqa: S311 - a reproducible order is wanted
        while self._pairs:
            for language, text, fixed, edits in rng.sample(self._pairs, len(self._pairs)):
                fault = next(iter(language.faults(text)), None)
                yield maker.of_pair(text, edits, language, fault)
                if fault is None:
                    yield maker.of_pair(fixed, (), language, None, edits[0].start)

    @staticmethod
    def edits(broken: str, fixed: str, language: Language) -> tuple[Edit, ...]:
        """The edits, lexeme by lexeme, that make one text of the other; none if there are many."""
        old, new = language.lexemes(broken), language.lexemes(fixed)
        shorter, head = min(len(old), len(new)), 0
        while head < shorter and old[head].text == new[head].text:
            head += 1
        tail = 0
        while tail < shorter - head and old[-1 - tail].text == new[-1 - tail].text:
            tail += 1
        left, right = old[head : len(old) - tail], new[head : len(new) - tail]
        if max(len(left), len(right)) > _MOST_LEXEMES:
            return ()
        texts = [[lexeme.text for lexeme in side] for side in (left, right)]
        out = []
        matcher = difflib.SequenceMatcher(None, texts[0], texts[1], autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                continue
            start = PairShelf._start(old, head + i1)
            end = left[i2 - 1].end if i2 > i1 else start
            out.append(Edit(start, end, "".join(texts[1][j1:j2])))
        return tuple(out) if len(out) <= _MOST_EDITS else ()

    @staticmethod
    def _start(lexemes: Sequence[Lexeme], index: int) -> int:
        """Where a lexeme starts, or the text ends."""
        if index < len(lexemes):
            return lexemes[index].start
        return lexemes[-1].end if lexemes else 0
