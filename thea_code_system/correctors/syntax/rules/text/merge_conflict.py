"""Conflict markers that a merge left in the file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.text.conflict import (
    SAME_SIDE,
    Conflict,
    Marker,
    Resolution,
)
from thea_code_system.correctors.syntax.rules.text.fragment import Fragment
from thea_code_system.values.correction import Edit, Proposal

_ALTERNATIVES: Final = 24
_BROKEN: Final = 0.001  # what does not parse is likely only where all else does not either
_SIDES: Final = frozenset({"ours", "theirs"})


class MergeConflict(SyntaxRule):
    """Conflict markers of git (also in diff3 style) that were saved or committed.

    Each conflict is resolved to one side, to both, or to a mix of their lines, whichever agrees
    best with the rest of the file (names that it needs, lines that it has already), with what the
    markers say (a commit that was picked wins) and with the side taken in the other conflicts.
    """

    name: ClassVar[str] = "syntax/merge-conflict"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ('"""Title\n=======\n"""\n',)
    FIXES: ClassVar[dict[str, str]] = {
        "<<<<<<< HEAD\nwidth = 2\n=======\nbreadth = 2\n>>>>>>> topic\nprint(width)\n": (
            "width = 2\nprint(width)\n"
        ),
        "<<<<<<< HEAD\nimport os\n=======\nimport sys\n>>>>>>> topic\nprint(os, sys)\n": (
            "import os\nimport sys\nprint(os, sys)\n"
        ),
        "<<<<<<< ours\nx = 1\n||||||| base\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n": "x = 2\n",
        "<<<<<<< HEAD\nn = 1\n=======\nn = 2\n>>>>>>> 1a2b3c4d (Count to two)\n": "n = 2\n",
        "x = 1\n<<<<<<< HEAD\ny = 2\n": "x = 1\ny = 2\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Resolutions of all conflicts together, likeliest first; or markers left over."""
        text, marks = broken.text, Marker.all_in(broken.text)
        spans = list(self._spans(marks))
        if not spans:
            yield from self._leftovers(broken, marks)
            return
        stray = [
            Edit(mark.start, mark.end, "")
            for mark in marks
            if mark.kind != "=" and not any(start <= mark.start < end for start, end in spans)
        ]
        python = broken.language.name == "python"
        rest = Fragment(self._written(text, [Edit(*span, "") for span in spans]), python)
        ranked = [
            Conflict.of(text[start:end], python=python).resolutions(
                rest, Fragment(f"{text[:start]}{text[end:]}", python).words
            )
            for start, end in spans
        ]
        ways: list[tuple[float, list[Edit]]] = []
        for score, taken in self._joint(ranked):
            places = zip(spans, taken, strict=True)
            edits = sorted([*stray, *(Edit(*span, made.text) for span, made in places)])
            whole = broken.language.parses(self._written(text, edits))
            ways.append((score if whole else score * _BROKEN, edits))
        total = sum(score for score, _ in ways)
        for score, edits in sorted(ways, key=lambda way: -way[0]):
            yield self.proposal("Resolve merge conflicts", *edits, score=score / total)

    def _leftovers(self, broken: BrokenSource, marks: list[Marker]) -> Iterator[Proposal]:
        """Markers that make no conflict: of half a conflict people delete what is left of it."""
        near = [mark for mark in marks if broken.near(broken.line_of(mark.start), 1)]
        for mark, after in itertools.pairwise(marks):
            if mark.kind == "=" and after.kind == ">" and (mark in near or after in near):
                rest = Edit(mark.start, after.end, "")
                yield self.proposal("Remove the rest of a merge conflict", rest, score=0.5)
        if near:
            edits = [Edit(mark.start, mark.end, "") for mark in near]
            yield self.proposal("Remove leftover conflict markers", *edits, score=0.5)

    @staticmethod
    def _spans(marks: list[Marker]) -> list[tuple[int, int]]:
        """Start and end of each conflict; those within another are part of it."""
        spans: list[tuple[int, int]] = []
        opened: list[Marker] = []
        parted: list[int] = []
        for mark in marks:
            if mark.kind == "<":
                opened.append(mark)
            elif mark.kind == "=":
                parted.append(mark.start)
            elif mark.kind == ">" and opened:
                start = opened.pop().start
                if parted and parted[-1] > start:
                    spans = [*(span for span in spans if span[1] <= start), (start, mark.end)]
        return spans

    @staticmethod
    def _written(text: str, edits: list[Edit]) -> str:
        for edit in reversed(edits):
            text = f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
        return text

    @staticmethod
    def _joint(ranked: list[list[Resolution]]) -> list[tuple[float, list[Resolution]]]:
        """The likeliest ways to resolve all conflicts: people keep to one side in a file."""
        joint: list[tuple[float, str, list[Resolution]]] = [(1.0, "", [])]
        for resolutions in ranked:
            longer = [
                (
                    score * made.chance * (SAME_SIDE if made.side == side else 1.0),
                    made.side if made.side in _SIDES else side,
                    [*taken, made],
                )
                for score, side, taken in joint
                for made in resolutions
            ]
            joint = sorted(longer, key=lambda way: -way[0])[:_ALTERNATIVES]
        return [(score, taken) for score, _, taken in joint]
