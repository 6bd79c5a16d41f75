"""One conflict of a merge, and how likely each resolution of it is."""

from __future__ import annotations

import builtins
import difflib
import itertools
import keyword
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_MARKER: Final = re.compile(
    r"^[ \t]*(?:(?P<mark><{7}(?!<)|\|{7}(?!\|)|>{7}(?!>))(?P<label>[^\n]*)|={7}[ \t]*\r?)(?:\n|\Z)",
    re.MULTILINE,
)
_NAME: Final = re.compile(r"(?<![\w.])[A-Za-z_$][\w$]*")
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_DEFINED: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?"
    r"(?:def|class|function\*?|interface|type|enum)[ \t]+([\w$]+)",
    re.MULTILINE,
)
_ASSIGNED: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:const|let|var)[ \t]+([\w$]+)"
    r"|^[ \t]*([A-Za-z_$][\w$]*)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
_IMPORTS: Final = re.compile(r"^[ \t]*(?:import|from|export)\b.*", re.MULTILINE)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|^\s*from\s+\S+")
_SYNTAX: Final = frozenset({"import", "from", "export", "as", "type", "default"})
_STRING: Final = r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
_PYTHON_LITERAL: Final = re.compile(
    rf"[rbfuRBFU]{{0,2}}(?:'''.*?'''|\"\"\".*?\"\"\"|{_STRING})|#[^\n]*", re.DOTALL
)
_SCRIPT_LITERAL: Final = re.compile(rf"{_STRING}|/\*.*?\*/|//[^\n]*", re.DOTALL)
_PARAMETERS: Final = re.compile(
    r"\b(?:for|as|class|import|lambda|from)\b([^:=\n]*)|\bdef\b([^\n]*)|(\w+)[ \t]*=(?!=)"
)
_PYTHON: Final = frozenset({*dir(builtins), *keyword.kwlist, "_"})
_PART: Final = re.compile(r"(?:@|(?:export |default |async )*(?:def|class|function|import|from)\b)")
_DECORATORS: Final = re.compile(r"(?:\s*@[^\n]*\n)+\s*")
_COMMIT: Final = re.compile(r"[0-9a-f]{7,}\W.*\w")  # "1a2b3c4 (Subject)": rebase or cherry-pick
_HASH: Final = re.compile(r"[0-9a-f]{20,}")  # a pull or merge of what others did
_CAP: Final = 3  # names that count: longer sides must not lose by their length
_ALIKE: Final = 0.6  # of the characters of two lines: versions of one line
_COMPARED: Final = 900  # pairs of lines
_TELLING: Final = 10  # characters of a line that does not stand in a file twice by chance

# Log-linear weights, fitted with an L2 penalty to 100 conflicts that people resolved in mined dev
# commits of 19 repositories; a file weighs less the more its repository has. What is not named
# here gained nothing with repositories held out: the lengths of the sides, a side within the other,
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

    ours: str
    theirs: str
    base: str | None = None
    inner: tuple[str, ...] = ()
    label: str = ""

    @classmethod
    def of(cls, block: str) -> Conflict:
        """From a text that begins with ``<<<<<<<``, ends with ``>>>>>>>`` and is parted once."""
        marks = Marker.all_in(block)
        parts = [block[one.end : other.start] for one, other in itertools.pairwise(marks)]
        label = marks[-1].label
        if "".join(mark.kind for mark in marks) == "<|=>":
            return cls(parts[0], parts[2], parts[1], (), label)
        return cls(parts[0], parts[-1], None, tuple(parts[1:-1]), label)

    def resolutions(self, rest: str, elsewhere: str, *, python: bool) -> list[Resolution]:
        """All resolutions, likeliest first; their chances sum to one.

        Args:
            rest: the file without its conflicts, whose names tell what it needs.
            elsewhere: the file without this conflict, whose names may be known.
            python: whether names are known to be missing: JavaScript has unknown globals.
        """
        known = set(_WORD.findall(elsewhere)) | _PYTHON if python else None
        code = (_PYTHON_LITERAL if python else _SCRIPT_LITERAL).sub("", rest)
        names, bound = set(_NAME.findall(code)), self._bound(rest)
        stands = set(self._lines(rest))
        made: dict[tuple[str, ...], tuple[str, str, float]] = {}
        for side, text in self._texts(set(_WORD.findall(rest))):
            lines = self._lines(text)
            if tuple(lines) not in made:
                telling = [line for line in lines if len(line) > _TELLING]
                stand = len([line for line in telling if line in stands]) / (len(telling) or 1)
                score = (
                    self._preference(side, lines)
                    + WEIGHTS["names"] * self._lacking(text, names, bound, known)
                    + WEIGHTS["stands"] * stand
                )
                made[tuple(lines)] = (side, text, math.exp(score))
        total = sum(weight for _, _, weight in made.values())
        found = [Resolution(side, text, weight / total) for side, text, weight in made.values()]
        return sorted(found, key=lambda resolution: -resolution.chance)

    def _texts(self, words: set[str]) -> Iterator[tuple[str, str]]:
        """Either side, mixes of both line by line, and these without what nobody needs."""
        sides = [("ours", self.ours), ("theirs", self.theirs)]
        mixes = list(self._mixes())
        yield from sides
        yield from mixes
        yield "joined", f"{self.ours}{self.theirs}"
        yield "joined", f"{self.theirs}{self.ours}"
        yield from (("inner", text) for text in self.inner)
        for side, text in (*sides, *mixes):
            needed = self._needed(text, words) if side != "crossed" else ""
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
        ours, theirs = (side.splitlines(keepends=True) for side in (self.ours, self.theirs))
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

    @classmethod
    def _paired(cls, ours: list[str], theirs: list[str]) -> list[tuple[str, str]]:
        alike = (
            (row, column)
            for row, mine in enumerate(ours)
            for column, other in enumerate(theirs)
            if len(ours) * len(theirs) <= _COMPARED and cls._alike(mine.strip(), other.strip())
        )
        row, column = next(alike, (len(ours), len(theirs)))
        alone = [*((line, "") for line in ours[:row]), *(("", line) for line in theirs[:column])]
        if row == len(ours):
            return alone
        after = cls._paired(ours[row + 1 :], theirs[column + 1 :])
        return [*alone, (ours[row], theirs[column]), *after]

    @classmethod
    def _alike(cls, mine: str, other: str) -> bool:
        """Whether two lines are versions of one; two imports of different names are not."""
        if _IMPORTS.match(mine) and cls._bound(mine).isdisjoint(cls._bound(other)):
            return False
        matcher = difflib.SequenceMatcher(None, mine, other, autojunk=False)
        return bool(mine and other) and matcher.quick_ratio() > _ALIKE < matcher.ratio()

    @classmethod
    def _needed(cls, text: str, words: set[str]) -> str:
        """A text without its imports and definitions that nothing else speaks of."""
        parts, kept, words = cls._parts(text), set[int](), set(words)
        while True:
            new = {
                number
                for number, (part, binds) in enumerate(parts)
                if number not in kept and (not binds or binds & words)
            }
            if not new:
                return "".join(part for number, (part, _) in enumerate(parts) if number in kept)
            kept |= new
            words.update(word for number in new for word in _WORD.findall(parts[number][0]))

    @classmethod
    def _parts(cls, text: str) -> list[tuple[str, set[str]]]:
        """A text cut before its outermost imports and definitions, with what each binds."""
        lines = text.splitlines(keepends=True)
        depth = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        parts: list[str] = []
        for line in lines:
            starts = bool(_PART.match(line[depth:])) and not line[:depth].strip()
            if not parts or (starts and not _DECORATORS.fullmatch(parts[-1])):
                parts.append(line)
            else:
                parts[-1] += line
        return [(part, cls._binding(part)) for part in parts]

    @classmethod
    def _binding(cls, part: str) -> set[str]:
        first = _DECORATORS.sub("", part, count=1).partition("\n")[0]
        return cls._bound(first) if _PART.match(first.lstrip()) else set()

    def _preference(self, side: str, lines: list[str]) -> float:
        """What speaks for a resolution by itself, whatever the file needs."""
        score = 0.0
        if self.base is not None and lines == self._lines(self.base):
            score += WEIGHTS["unchanged"]
        if side not in {"ours", "theirs"}:
            return score + WEIGHTS["both"] + WEIGHTS.get(side, 0.0)
        if side == "theirs":
            applied = bool(_COMMIT.match(self.label)) - bool(_HASH.fullmatch(self.label))
            score += WEIGHTS["theirs a commit"] * applied
        return score

    def _lacking(
        self, text: str, names: set[str], bound: set[str], known: set[str] | None
    ) -> float:
        """Names that the file uses and only the other side binds, unknown names, unused ones."""
        here, both = self._bound(text), f"{self.ours}\n{self.theirs}"
        lost = ((self._bound(both) & names) - bound) - here
        defined = lost & self._defined(both)
        unknown = self._used(text) - known - here if known is not None else set()
        counts = (len(found) for found in (defined, lost, unknown, here - names))
        weights = (1.0, 1.0, 1.0, 0.5)  # so a lost definition counts twice
        return sum(w * min(count, _CAP) for w, count in zip(weights, counts, strict=True))

    @staticmethod
    def _used(text: str) -> set[str]:
        """Bare names of Python code but for its parameters and variables of loops."""
        code = _PYTHON_LITERAL.sub("", text)
        own = {word for made in _PARAMETERS.findall(code) for word in _WORD.findall(" ".join(made))}
        return set(_NAME.findall(code)) - own

    @staticmethod
    def _lines(side: str) -> list[str]:
        return [line.strip() for line in side.splitlines() if line.strip()]

    @staticmethod
    def _defined(text: str) -> set[str]:
        """Names that a text imports or defines."""
        imports = (_QUOTED.sub("", line) for line in _IMPORTS.findall(text))
        imported = {name for line in imports for name in _NAME.findall(line)} - _SYNTAX
        return imported | set(_DEFINED.findall(text))

    @classmethod
    def _bound(cls, text: str) -> set[str]:
        assigned = {name for pair in _ASSIGNED.findall(text) for name in pair if name}
        return cls._defined(text) | assigned
