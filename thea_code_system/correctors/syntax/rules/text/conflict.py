"""One conflict of a merge, and how likely each resolution of it is."""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from thea_code_system.correctors.syntax.rules.text.fragment import Fragment

_MARKER: Final = re.compile(
    r"^[ \t]*(?:(?P<mark><{7}(?!<)|\|{7}(?!\|)|>{7}(?!>))(?P<label>[^\n]*)|={7}[ \t]*\r?)(?:\n|\Z)",
    re.MULTILINE,
)
_COMMIT: Final = re.compile(r"[0-9a-f]{7,}\W.*\w")  # "1a2b3c4 (Subject)": rebase or cherry-pick
_HASH: Final = re.compile(r"[0-9a-f]{20,}")  # a pull or merge of what others did
_CAP: Final = 3  # names that count: longer sides must not lose by their length
_ALIKE: Final = 0.6  # of the characters of two lines: versions of one line
_COMPARED: Final = 900  # pairs of lines
_TELLING: Final = 10  # characters of a line that does not stand in a file twice by chance

# Log-linear weights, fitted with an L2 penalty to 100 conflicts that people resolved in mined dev
# commits of 18 repositories; a file weighs less the more its repository has. What is not named
# here gained nothing with repositories held out: lengths of the sides, a side within the other,
# other labels, imports, definitions, quotes, comments, language.
WEIGHTS: Final = {
    "both": -1.2,  # lines of both sides, or only some of one side
    "joined": -0.9,  # besides: one side after the other, whole
    "crossed": -0.6,  # besides: one side's versions of changed lines without its new lines
    "theirs a commit": 0.9,  # 1 after a rebase or cherry-pick, -1 after a merge of a bare hash
    "names": -1.0,  # names that the file then lacks
    "stands": -1.0,  # share of the lines that the rest of the file has already
    "unchanged": -3.5,  # equal to the common ancestor (diff3): by how merges work, not from data
}
SAME_SIDE: Final = 5.0  # odds of the side taken in the conflict before, chosen likewise


@dataclass(frozen=True, slots=True)
class Marker:
    """A line of a conflict: ``kind`` is one of ``< | = >``, ``label`` what the line says."""

    kind: str
    label: str
    start: int
    end: int

    @classmethod
    def all_in(cls, text: str) -> list[Marker]:
        """The markers of a text, in order."""
        return [
            cls((found["mark"] or "=")[0], (found["label"] or "").strip(), *found.span())
            for found in _MARKER.finditer(text)
        ]


@dataclass(frozen=True, slots=True)
class Resolution:
    """A text in place of a conflict, the side it takes and its probability."""

    side: str
    text: str
    chance: float


@dataclass(frozen=True)
class Conflict:
    """What stands between the markers; ``base`` is None without diff3.

    ``inner`` are the other stretches of a conflict with conflicts inside, ``label`` is what the
    last marker says.
    """

    ours: Fragment
    theirs: Fragment
    base: Fragment | None = None
    inner: tuple[Fragment, ...] = ()
    label: str = ""

    @classmethod
    def of(cls, block: str, *, python: bool) -> Conflict:
        """From a text that begins with ``<<<<<<<``, ends with ``>>>>>>>`` and is parted once."""
        marks = Marker.all_in(block)
        between = itertools.pairwise(marks)
        parts = [Fragment(block[one.end : other.start], python) for one, other in between]
        label = marks[-1].label
        if "".join(mark.kind for mark in marks) == "<|=>":
            return cls(parts[0], parts[2], parts[1], (), label)
        return cls(parts[0], parts[-1], None, tuple(parts[1:-1]), label)

    def resolutions(self, rest: Fragment, elsewhere: set[str]) -> list[Resolution]:
        """All resolutions, likeliest first; their chances sum to one.

        Args:
            rest: the file without its conflicts, whose names tell what it needs.
            elsewhere: the words of the file without this conflict, which may be names.
        """
        made: dict[str, tuple[str, str, float]] = {}
        for side, text in self._texts(rest.words):
            filled = "\n".join(line.rstrip() for line in text.splitlines() if line.strip())
            if filled not in made:
                fragment = Fragment(text, rest.python)
                score = (
                    self._preference(side, fragment.lines)
                    + WEIGHTS["names"] * self._lacking(fragment, rest, elsewhere)
                    + WEIGHTS["stands"] * self._standing(fragment, rest)
                )
                made[filled] = (side, text, math.exp(score))
        total = sum(weight for _, _, weight in made.values())
        found = [Resolution(side, text, weight / total) for side, text, weight in made.values()]
        return sorted(found, key=lambda resolution: -resolution.chance)

    def _texts(self, words: set[str]) -> Iterator[tuple[str, str]]:
        """Either side, mixes of both line by line, and these without what nobody needs."""
        ours, theirs = self.ours.text, self.theirs.text
        mixes = list(self._mixes())
        yield from (("ours", ours), ("theirs", theirs))
        yield from mixes
        yield from (("joined", f"{ours}{theirs}"), ("joined", f"{theirs}{ours}"))
        yield from (("inner", part.text) for part in self.inner)
        whole = (text for side, text in mixes if side != "crossed")
        for text in (ours, theirs, *whole):
            needed = Fragment(text, self.ours.python).needed(words)
            if needed.strip():
                yield "needed", needed

    def _mixes(self) -> Iterator[tuple[str, str]]:
        """Of changed lines one side's version; of lines that one side has alone, all or none."""
        for ours, mine, other in itertools.product((True, False), repeat=3):
            if (mine, other) == (ours, not ours):
                continue  # that is a side as it stands
            text = "".join(
                (one if ours else two)
                if one and two
                else (one if mine else "") or (two if other else "")
                for one, two in self._aligned
            )
            if text.strip():
                yield "crossed" if mine != other else "mixed", text

    @cached_property
    def _aligned(self) -> list[tuple[str, str]]:
        """Lines of both sides, versions of one line together, else with an empty one."""
        ours, theirs = (x.text.splitlines(keepends=True) for x in (self.ours, self.theirs))
        mine, other = ([line.strip() for line in side] for side in (ours, theirs))
        aligned: list[tuple[str, str]] = []
        matcher = difflib.SequenceMatcher(None, mine, other, autojunk=False)
        for tag, i, k, j, m in matcher.get_opcodes():
            same = tag == "equal"
            aligned += (
                zip(ours[i:k], theirs[j:m], strict=True)
                if same
                else self._paired(ours[i:k], theirs[j:m])
            )
        return aligned

    def _paired(self, ours: list[str], theirs: list[str]) -> list[tuple[str, str]]:
        alike = (
            (row, column)
            for row, mine in enumerate(ours)
            for column, other in enumerate(theirs)
            if len(ours) * len(theirs) <= _COMPARED and self._alike(mine.strip(), other.strip())
        )
        row, column = next(alike, (len(ours), len(theirs)))
        alone = [*((line, "") for line in ours[:row]), *(("", line) for line in theirs[:column])]
        if row == len(ours):
            return alone
        after = self._paired(ours[row + 1 :], theirs[column + 1 :])
        return [*alone, (ours[row], theirs[column]), *after]

    def _alike(self, mine: str, other: str) -> bool:
        """Whether two lines are versions of one; two imports of different names are not."""
        one, two = (Fragment(line, self.ours.python) for line in (mine, other))
        if one.imports() and one.bound.isdisjoint(two.bound):
            return False
        matcher = difflib.SequenceMatcher(None, mine, other, autojunk=False)
        return bool(mine and other) and matcher.quick_ratio() > _ALIKE < matcher.ratio()

    def _preference(self, side: str, lines: list[str]) -> float:
        """What speaks for a resolution by itself, whatever the file needs."""
        score = 0.0
        if self.base is not None and lines == self.base.lines:
            score += WEIGHTS["unchanged"]
        if side not in {"ours", "theirs"}:
            return score + WEIGHTS["both"] + WEIGHTS.get(side, 0.0)
        if side == "theirs":
            applied = bool(_COMMIT.match(self.label)) - bool(_HASH.fullmatch(self.label))
            score += WEIGHTS["theirs a commit"] * applied
        return score

    def _lacking(self, fragment: Fragment, rest: Fragment, elsewhere: set[str]) -> float:
        """Names that the file uses and only the other side binds, unknown names, unused ones."""
        either = self.ours.bound | self.theirs.bound
        lost = (either & rest.names) - rest.bound - fragment.bound
        defined = lost & (self.ours.defined | self.theirs.defined)
        unknown, idle = fragment.unbound - elsewhere, fragment.bound - rest.names
        counts = (min(len(found), _CAP) for found in (defined, lost, unknown, idle))
        weights = (1.0, 1.0, 1.0, 0.5)  # so a lost definition counts twice
        return sum(weight * count for weight, count in zip(weights, counts, strict=True))

    @staticmethod
    def _standing(fragment: Fragment, rest: Fragment) -> float:
        """The share of the telling lines that the rest of the file has already."""
        telling = [line for line in fragment.lines if len(line) > _TELLING]
        return len([line for line in telling if line in rest.line_set]) / (len(telling) or 1)
