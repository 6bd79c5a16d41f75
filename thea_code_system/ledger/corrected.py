"""A file as a run made it: its bytes before, and the corrections that are applied to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from thea_code_system.values.carrying import TextCarrier
from thea_code_system.values.correction import Correction, Edit
from thea_code_system.values.patch import Patch, Piece
from thea_code_system.values.source import NotTextError, SourceFile


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a file becomes, the corrections that this takes back, and those that stay in it."""

    data: bytes
    gone: tuple[Correction, ...]
    kept: tuple[Correction, ...]


@dataclass(frozen=True)
class CorrectedFile:
    """One file of a run; the edits of ``applied`` are in the coordinates of ``original``."""

    path: str
    original: bytes
    applied: tuple[Correction, ...]

    def data(self, corrections: Collection[Correction]) -> bytes:
        """The bytes of the file with some corrections."""
        if not corrections:
            return self.original
        return self._source.encode_text(Patch.corrected(self._source.text, corrections))

    def without(self, gone: Collection[Correction], disk: bytes) -> TakenBack:
        """Take corrections back from what the file is now.

        Where it is not what was written, this is a three-way merge: what was written is the base,
        and what stands on or beside lines that somebody changed since is left,
        unless they are again what they were before the correction.
        """
        wanted = self._but(self._but(gone))
        rest = self.data(self._but(wanted))
        if disk in {rest, self.data(self.applied)}:
            return TakenBack(rest, wanted, self._but(wanted))
        try:
            return self._merged(wanted, SourceFile.decode(self.path, disk))
        except (NotTextError, UnicodeEncodeError):
            return TakenBack(disk, (), self.applied)

    def kept_in(self, later: bytes) -> tuple[Correction, ...]:
        """The corrections that a later version of the file holds where they belong.

        Their lines are there as they were written, with one more on each side, and not also as
        they were before: beside a copy of what was taken away nobody can tell.
        """
        try:
            present = SourceFile.decode(self.path, later).text
        except NotTextError:
            return ()
        written = TextCarrier(self._patch.apply(self._source.text), present)
        before = TextCarrier(self._source.text, present)
        return tuple(
            one
            for one in self.applied
            if written.carry(self._back([one])) is not None and before.carry(one.edits) is None
        )

    def _merged(self, wanted: Sequence[Correction], present: SourceFile) -> TakenBack:
        carrier = TextCarrier(self._patch.apply(self._source.text), present.text)
        back = carrier.carry(self._back(wanted))
        gone = tuple(wanted)
        if back is None:
            possible = [one for one in wanted if carrier.carry(self._back([one])) is not None]
            back = carrier.carry(self._back(possible)) or ()
            found = {one.id for one in possible} if back else set()
            gone = tuple(
                one for one in wanted if one.id in found or self._is_gone(one, carrier, present)
            )
        data = present.encode_text(Patch.rewrite(present.text, back))
        return TakenBack(data, gone, self._but(gone))

    def _back(self, some: Collection[Correction]) -> tuple[Edit, ...]:
        """The edits of what was written that take some corrections back."""
        numbers = {self._numbers[one.id] for one in some}
        return self._patch.taken_back(self._source.text, numbers)

    def _is_gone(self, one: Correction, carrier: TextCarrier, present: SourceFile) -> bool:
        """Whether somebody has taken a correction back by hand: its lines are what they were."""
        written = (edit for edit in self._back([one]) if edit.start < edit.end)
        if any(carrier.keeps(edit) for edit in written):
            return False
        number = self._numbers[one.id]
        others = Patch(tuple(piece for piece in self._patch.pieces if piece.group != number))
        edits = others.present_edits(one.edits)
        before = TextCarrier(others.apply(self._source.text), present.text)
        return edits is not None and before.carry(edits) is not None

    def _but(self, some: Collection[Correction]) -> tuple[Correction, ...]:
        """What is applied besides these."""
        names = {one.id for one in some}
        return tuple(one for one in self.applied if one.id not in names)

    @cached_property
    def _source(self) -> SourceFile:
        return SourceFile.decode(self.path, self.original)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {one.id: number for number, one in enumerate(self.applied)}

    @cached_property
    def _patch(self) -> Patch:
        """Every correction is a group of pieces, under its number."""
        pieces = (Piece(edit, self._numbers[one.id]) for one in self.applied for edit in one.edits)
        return Patch(tuple(sorted(pieces)))
