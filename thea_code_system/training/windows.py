"""Windows of tokens with what should be done to each: what the edit model learns from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from thea_code_system.models.reader import COLUMNS, Reading
from thea_code_system.models.tags import EDITS, INSERTS, KEEP, Tag, Tagging
from thea_code_system.models.tokens import KINDS
from thea_code_system.models.words import WORDS

IGNORED: Final = -100
"""The label of a token of which nothing is asked."""
_MASK_RATE: Final = 0.09
_KIND: Final = COLUMNS.index("kind")
_BALANCE: Final = COLUMNS.index("balance")
_CONTEXT: Final = COLUMNS.index("context")
_USES: Final = COLUMNS.index("uses")
_HIDDEN: Final = KINDS.index("mask")
_WRITE: Final = {word: EDITS.index(f"write {word}") for word in WORDS}
_MASKABLE: Final = frozenset({"name", "operator", "keyword", "number"})


@dataclass(frozen=True, slots=True)
class Example:
    """One window: rows of the reader, the labels of its tokens, and names to point at.

    ``edits`` and ``inserts`` hold a label for each row, :data:`IGNORED` where none is asked for.
    ``pointers`` are (token, 0 for an edit or 1 for an insertion, tokens with that text); without
    any such token the name stands nowhere in the window.
    """

    rows: tuple[tuple[int, ...], ...]
    edits: tuple[int, ...]
    inserts: tuple[int, ...]
    pointers: tuple[tuple[int, int, tuple[int, ...]], ...]


class WindowDraft:
    """An example in the making: the rows from ``first`` to before ``last`` of a reading."""

    def __init__(self, reading: Reading, first: int, last: int) -> None:
        self._first, self._items = first, reading.tokens.items[first:last]
        self._rows = [list(row) for row in reading.rows[first:last]]
        self._edits, self._inserts = [KEEP] * len(self._rows), [KEEP] * len(self._rows)
        self._pointers: list[tuple[int, int, tuple[int, ...]]] = []
        self._places: dict[str, list[int]] = {}
        for index, token in enumerate(self._items):
            if token.text:
                self._places.setdefault(token.text, []).append(index)

    def label(self, tagging: Tagging) -> None:
        """Label the tokens that edits touch; of two tags of one token the first counts."""
        for index in tagging.gone:
            if 0 <= (place := index - self._first) < len(self._rows):
                self._edits[place] = self._inserts[place] = IGNORED
        for tag in tagging.tags:
            if 0 <= (place := tag.index - self._first) < len(self._rows):
                self._tag(place, tag)

    def _tag(self, place: int, tag: Tag) -> None:
        labels = self._inserts if tag.insert else self._edits
        if labels[place] != KEEP:
            return
        labels[place] = tag.label
        if self._is_open(tag.label, insert=tag.insert):
            found = tuple(i for i in self._places.get(tag.name, ()) if i != place)
            self._pointers.append((place, int(tag.insert), found))

    @staticmethod
    def _is_open(label: int, *, insert: bool) -> bool:
        """Whether a label tells only the kind of what is written."""
        name = (INSERTS if insert else EDITS)[label]
        return name.startswith("a " if insert else "write a ") and "line" not in name

    def hide(self, mask: Sequence[int], rng: random.Random) -> None:
        """Put the pieces of a mask for some tokens, to be told from what surrounds them.

        How often names are used is not told then: it would give away which one is hidden.
        """
        hidden = {
            i
            for i, token in enumerate(self._items)
            if self._edits[i] == KEEP and token.kind in _MASKABLE and rng.random() < _MASK_RATE
        }
        for row in self._rows:
            row[_USES] = 0
        self._pointers = [
            (place, kind, tuple(p for p in found if p not in hidden))
            for place, kind, found in self._pointers
        ]
        for i in sorted(hidden):
            token = self._items[i]
            self._rows[i][: len(mask)] = mask
            self._rows[i][_KIND], self._rows[i][_BALANCE] = _HIDDEN, 0
            for near in range(max(i - 1, 0), min(i + 2, len(self._rows))):
                self._rows[near][_CONTEXT] = 0
            if token.text in _WRITE:
                self._edits[i] = _WRITE[token.text]
                continue
            kind = token.kind if token.kind in {"name", "number"} else "other"
            self._edits[i] = EDITS.index(f"write a {kind}")
            found = tuple(p for p in self._places.get(token.text, ()) if p not in hidden)
            self._pointers.append((i, 0, found))

    def example(self) -> Example:
        """The window as it is now."""
        rows = tuple(tuple(row) for row in self._rows)
        return Example(rows, tuple(self._edits), tuple(self._inserts), tuple(self._pointers))
