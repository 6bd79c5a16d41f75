"""A file as a run made it: its bytes before, and the corrections that are applied to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from thea_code_system.values.carrying import TextCarrier
from thea_code_system.values.correction import Correction
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
        edits = [edit for correction in corrections for edit in correction.edits]
        return self._source.encode_text(Patch.rewrite(self._source.text, edits))

    def without(self, gone: Collection[Correction], disk: bytes) -> TakenBack:
        """Take corrections back from what the file is now.

        Where it is not what was written, this is a three-way merge: what was written is the base,
        and what stands on or beside lines that somebody changed since is left.
        """
        wanted = self._but(self._but(gone))
        rest = self.data(self._but(wanted))
        if disk in {rest, self.data(self.applied)}:
            return TakenBack(rest, wanted, self._but(wanted))
        try:
            return self._merged(wanted, SourceFile.decode(self.path, disk))
        except (NotTextError, UnicodeEncodeError):
            return TakenBack(disk, (), self.applied)

    def _merged(self, wanted: Sequence[Correction], present: SourceFile) -> TakenBack:
        text, numbers = self._source.text, {one.id: at for at, one in enumerate(self.applied)}
        carrier = TextCarrier(self._patch.apply(text), present.text)
        gone = tuple(
            one
            for one in wanted
            if carrier.carry(self._patch.taken_back(text, {numbers[one.id]})) is not None
        )
        back = self._patch.taken_back(text, {numbers[one.id] for one in gone})
        edits = carrier.carry(back)
        if edits is None:
            return TakenBack(present.encode(), (), self.applied)
        data = present.encode_text(Patch.rewrite(present.text, edits))
        return TakenBack(data, gone, self._but(gone))

    def _but(self, some: Collection[Correction]) -> tuple[Correction, ...]:
        """What is applied besides these."""
        names = {one.id for one in some}
        return tuple(one for one in self.applied if one.id not in names)

    @cached_property
    def _source(self) -> SourceFile:
        return SourceFile.decode(self.path, self.original)

    @cached_property
    def _patch(self) -> Patch:
        """Every correction is a group of pieces, under its number."""
        numbered = enumerate(self.applied)
        return Patch(
            tuple(sorted(Piece(edit, number) for number, one in numbered for edit in one.edits))
        )
