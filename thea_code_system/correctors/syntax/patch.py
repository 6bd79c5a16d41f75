"""Edits made one after another, told in the coordinates of the original text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thea_code_system.values.correction import Edit


@dataclass(frozen=True, slots=True)
class Patch:
    """A text that came out of an original by edits.

    ``pieces`` put together are the text: each is a span of the original, or new text with the span
    ``(-1, -1)``. Values are immutable; :meth:`then` makes the next one.
    """

    original: str
    pieces: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, original: str) -> Patch:
        """The original itself."""
        return cls(original, ((0, len(original), original),))

    @property
    def text(self) -> str:
        """The text as edited so far."""
        return "".join(piece for _, _, piece in self.pieces)

    def then(self, edits: Iterable[Edit]) -> Patch:
        """This patch and then disjoint edits in the coordinates of its text."""
        pieces = self.pieces
        for edit in sorted(edits, reverse=True):
            pieces = tuple(self._replace(pieces, edit))
        return Patch(self.original, pieces)

    @staticmethod
    def _replace(pieces: tuple[tuple[int, int, str], ...], edit: Edit) -> Iterator[tuple[int, int, str]]:
        position, written = 0, False
        for start, _, text in pieces:
            left, right = max(edit.start - position, 0), max(edit.end - position, 0)
            fresh = start < 0
            if left > 0:
                kept = text[:left]
                yield (-1, -1, kept) if fresh else (start, start + len(kept), kept)
            if not written and edit.start <= position + len(text):
                written = True
                yield -1, -1, edit.replacement
            if right < len(text):
                kept = text[max(right, left) :] if right > left else text[left:]
                if kept:
                    first = start + len(text) - len(kept)
                    yield (-1, -1, kept) if fresh else (first, first + len(kept), kept)
            position += len(text)
        if not written:
            yield -1, -1, edit.replacement

    def edits(self) -> tuple[Edit, ...]:
        """Minimal, disjoint edits of the original, in order."""
        out: list[Edit] = []
        position, fresh = 0, ""
        for start, end, text in (*self.pieces, (len(self.original), len(self.original), "")):
            if start < 0:
                fresh += text
                continue
            if fresh or start > position:
                out += self._trimmed(position, start, fresh)
            position, fresh = end, ""
        return tuple(out)

    def _trimmed(self, start: int, end: int, replacement: str) -> list[Edit]:
        old = self.original[start:end]
        shorter = min(len(old), len(replacement))
        head = next((i for i in range(shorter) if old[i] != replacement[i]), shorter)
        limit = shorter - head
        tail = next((i for i in range(limit) if old[-1 - i] != replacement[-1 - i]), limit)
        edit = Edit(start + head, end - tail, replacement[head : len(replacement) - tail])
        return [edit] if edit.start < edit.end or edit.replacement else []
