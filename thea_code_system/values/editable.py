"""A proposed correction as whole lines of text, for a person to write otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import LineMap, SourceFile


@dataclass(frozen=True, slots=True)
class EditableLines:
    """The lines of a file that a correction touches, from its first edit to its last one."""

    source: SourceFile
    edits: Sequence[Edit]

    @property
    def span(self) -> tuple[int, int]:
        """Start of the first of these lines, and end of the last one."""
        lines = LineMap.of(self.source.text)
        first = lines.position(min(edit.start for edit in self.edits)).line
        last = lines.position(max(max(edit.start, edit.end - 1) for edit in self.edits)).line
        return lines.line_span(first)[0], lines.line_span(last)[1]

    @property
    def proposed(self) -> str:
        """These lines as the correction would have them."""
        start, end = self.span
        edits = [
            Edit(edit.start - start, edit.end - start, edit.replacement) for edit in self.edits
        ]
        return Patch.rewrite(self.source.text[start:end], edits)

    def edit(self, wanted: str) -> Edit | None:
        """The smallest edit of the file that makes other lines of these.

        None where they are what they were, or what was proposed. Newlines become those of the
        file, and a last line without one stays without: editors have their own mind about both.
        """
        start, end = self.span
        old, proposed = self.source.text[start:end], self.proposed
        new = wanted.replace("\r\n", "\n").replace("\n", self.source.newline)
        if not proposed.endswith(("\n", "\r")):
            new = new.removesuffix(self.source.newline)
        if new in {old, proposed}:
            return None
        head = self._alike(old, new)
        tail = self._alike(old[head:][::-1], new[head:][::-1])
        return Edit(start + head, end - tail, new[head : len(new) - tail])

    @staticmethod
    def _alike(one: str, other: str) -> int:
        """How many characters at the beginning are the same."""
        pairs = enumerate(zip(one, other, strict=False))
        return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
