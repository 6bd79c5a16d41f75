"""Edits made one after another, told in the coordinates of the original text."""

from __future__ import annotations

from collections.abc import Iterable
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
        out: list[tuple[int, int, str]] = []
        rest = list(reversed(self.pieces))
        position = 0
        for edit in sorted(edits):
            position = self._take(rest, out, edit.start, position)
            out.append((-1, -1, edit.replacement))
            position = self._take(rest, [], edit.end, position)
        return Patch(self.original, (*out, *reversed(rest)))

    @staticmethod
    def _take(
        rest: list[tuple[int, int, str]], out: list[tuple[int, int, str]], until: int, position: int
    ) -> int:
        """Move pieces from the end of ``rest`` to ``out`` up to an offset; the last is split."""
        while rest and position < until:
            start, end, text = rest.pop()
            size = until - position
            if size < len(text):
                cut = -1 if start < 0 else start + size
                rest.append((cut, end, text[size:]))
                end, text = cut, text[:size]
            out.append((start, end, text))
            position += len(text)
        return position

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
