"""Edits from several passes, composed into edits of the original text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from thea_code_system.values.correction import Correction, Edit


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A span of the original text that was rewritten, and the group of edits it belongs to."""

    edit: Edit
    group: int


@dataclass(frozen=True, slots=True)
class Patch:
    """What has been written so far: disjoint pieces, in the order of the original text.

    Each set of edits belongs to a group. Edits that touch what an earlier group wrote join both
    groups, because from then on one cannot be taken back without the other.
    """

    pieces: tuple[Piece, ...] = ()

    def apply(self, original: str) -> str:
        """The original text with every piece rewritten."""
        return self.rewrite(original, [piece.edit for piece in self.pieces])

    @classmethod
    def corrected(cls, text: str, corrections: Iterable[Correction]) -> str:
        """A text with these corrections of it."""
        return cls.rewrite(text, [edit for one in corrections for edit in one.edits])

    def write(self, original: str, edits: Sequence[Edit], group: int) -> Patch:
        """Add a set of disjoint edits, given in the coordinates of the present text.

        Joined pieces take on ``group``, and so do all other pieces of the groups it joined.
        """
        lifted = [self._lift(original, edit) for edit in self._merged(original, edits)]
        touched = {piece for _, pieces in lifted for piece in pieces}
        joined = {piece.group for piece in touched}
        kept = [
            Piece(piece.edit, group if piece.group in joined else piece.group)
            for piece in self.pieces
            if piece not in touched
        ]
        return Patch(tuple(sorted([*kept, *(Piece(edit, group) for edit, _ in lifted)])))

    def original_edits(self, original: str, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Edits of the present text in the coordinates of the original one.

        Where one touches a piece, it becomes an edit that does both.
        """
        return tuple(self._lift(original, edit)[0] for edit in self._merged(original, edits))

    def groups(self, edits: Sequence[Edit], original: str) -> frozenset[int]:
        """The groups that these edits of the present text would join."""
        lifted = (self._lift(original, edit) for edit in self._merged(original, edits))
        return frozenset(piece.group for _, pieces in lifted for piece in pieces)

    def present_edits(self, edits: Sequence[Edit]) -> tuple[Edit, ...] | None:
        """Edits of the original text in the coordinates of the present one.

        None where one of them touches a piece, so that it no longer means anything.
        """
        moved = []
        for edit in edits:
            if any(piece.edit.touches(edit) for piece in self.pieces):
                return None
            shift = sum(
                len(piece.edit.replacement) - (piece.edit.end - piece.edit.start)
                for piece in self.pieces
                if piece.edit.end <= edit.start
            )
            moved.append(Edit(edit.start + shift, edit.end + shift, edit.replacement))
        return tuple(moved)

    def taken_back(self, original: str, groups: Collection[int]) -> tuple[Edit, ...]:
        """Edits of the present text that bring back what these groups replaced.

        Where one ends and another begins, they are one edit: apart, their order would be lost.
        """
        edits: list[Edit] = []
        for start, end, piece in self._spans():
            if piece.group in groups:
                text = original[piece.edit.start : piece.edit.end]
                before = Edit(start, start, "")
                if edits and edits[-1].end == start:
                    before = edits.pop()
                edits.append(Edit(before.start, end, before.replacement + text))
        return tuple(edits)

    @staticmethod
    def rewrite(text: str, edits: Sequence[Edit]) -> str:
        """A text with disjoint edits applied; insertions at a place precede replacements there."""
        parts, at = [], 0
        for edit in sorted(edits):
            parts += [text[at : edit.start], edit.replacement]
            at = edit.end
        return "".join([*parts, text[at:]])

    def _spans(self) -> Iterator[tuple[int, int, Piece]]:
        """Each piece with its span in the present text."""
        shift = 0
        for piece in self.pieces:
            start = piece.edit.start + shift
            yield start, start + len(piece.edit.replacement), piece
            shift += len(piece.edit.replacement) - (piece.edit.end - piece.edit.start)

    def _merged(self, original: str, edits: Sequence[Edit]) -> list[Edit]:
        """The edits, with those that touch the same piece made into one."""
        present = self.apply(original)
        merged: list[Edit] = []
        for edit in sorted(edits):
            if merged and self._shares_piece(merged[-1], edit):
                last = merged.pop()
                between = present[last.end : edit.start]
                text = last.replacement + between + edit.replacement
                merged.append(Edit(last.start, edit.end, text))
            else:
                merged.append(edit)
        return merged

    def _shares_piece(self, one: Edit, other: Edit) -> bool:
        return any(
            self._touch(one, start, end) and self._touch(other, start, end)
            for start, end, _ in self._spans()
        )

    def _lift(self, original: str, edit: Edit) -> tuple[Edit, tuple[Piece, ...]]:
        """An edit of the present text as one of the original, and the pieces that it swallows."""
        touched = []
        start, end = edit.start, edit.end
        before = after = 0
        for first, last, piece in self._spans():
            growth = len(piece.edit.replacement) - (piece.edit.end - piece.edit.start)
            if self._touch(edit, first, last):
                touched.append(piece)
                start, end = min(start, first), max(end, last)
                after += growth
            elif last <= edit.start:
                before += growth
                after += growth
        if not touched:
            return Edit(start - before, end - before, edit.replacement), ()
        present = self.apply(original)
        text = present[start : edit.start] + edit.replacement + present[edit.end : end]
        return Edit(start - before, end - after, text), tuple(touched)

    @staticmethod
    def _touch(edit: Edit, start: int, end: int) -> bool:
        """Whether an edit overlaps a written span, or meets an empty one or inserts at its rim."""
        if start == end or edit.start == edit.end:
            return edit.start <= end and start <= edit.end
        return edit.start < end and start < edit.end
