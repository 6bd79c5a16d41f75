"""One conflict of a merge, and how likely each resolution of it is."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from thea_code_system.languages.base import Language

_NAME: Final = re.compile(r"(?<![\w.])[A-Za-z_$][\w$]*")
_BOUND: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:async[ \t]+)?"
    r"(?:def|class|function\*?|const|let|var|interface|type|enum)[ \t]+([\w$]+)"
    r"|^[ \t]*([A-Za-z_$][\w$]*)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|^\s*from\s+\S+")
_SYNTAX: Final = frozenset({"import", "from", "export", "as", "type", "default"})
_CAP: Final = 3  # names that count: longer sides must not lose by their length
_ALIKE: Final = 0.8
_TELLING: Final = 12  # characters
_IMPORT: Final = re.compile(r"[ \t]*(?:import|from|export .* from|const .* = require\()\b.*|[ \t]*")


@dataclass(frozen=True, slots=True)
class Conflict:
    """The sides of a conflict as they stand between its markers; ``base`` is None without diff3."""

    ours: str
    theirs: str
    base: str | None

    @classmethod
    def of(cls, found: re.Match[str]) -> Conflict:
        """From a match with the groups ``ours``, ``theirs`` and ``base``."""
        return cls(found["ours"], found["theirs"], found["base"])

    def resolutions(self, rest: str, language: Language) -> list[tuple[float, str]]:
        """Weights that sum to one and texts, likeliest first.

        Args:
            rest: the file without its conflicts, whose names tell what it needs.
            language: unused names of keywords are no evidence in it.
        """
        keywords = set(keyword.kwlist) if language.name == "python" else set()
        weights: dict[str, float] = {}
        for weight, text in self._options(set(_NAME.findall(rest))):
            agreement = self._agreement(text, rest, keywords)
            weights[text] = max(weights.get(text, 0.0), weight * agreement)
        total = sum(weights.values())
        return sorted(((w / total, text) for text, w in weights.items()), key=lambda o: -o[0])

    def _options(self, names: set[str]) -> Iterator[tuple[float, str]]:
        """Both sides and their unions, with what speaks for each whatever the file needs."""
        ours, theirs = self._lines(self.ours), self._lines(self.theirs)
        first, second = (0.5, 0.42)
        if self.base is not None and self._lines(self.base) in (ours, theirs):
            first, second = (0.03, 0.9) if self._lines(self.base) == ours else (0.9, 0.03)
        elif set(ours) < set(theirs):
            first, second = 0.25, 0.7
        elif set(theirs) < set(ours):
            first, second = 0.7, 0.25
        yield first, self.ours
        yield second, self.theirs
        if not ours or not theirs:
            yield 0.2, f"{self.ours}{self.theirs}"
            return
        if set(ours) <= set(theirs) or set(theirs) <= set(ours):
            return
        yield from self._unions(ours, theirs, names)

    def _unions(
        self, ours: list[str], theirs: list[str], names: set[str]
    ) -> Iterator[tuple[float, str]]:
        """Both sides: likely where both add, unlikely where one line changed in two ways."""
        first, second = 0.08, 0.04
        bound = set(_BOUND.findall(self.ours)).isdisjoint(_BOUND.findall(self.theirs))
        imports = all(_IMPORT.fullmatch(line) for line in (*ours, *theirs))
        needed = (self._bound(self.ours) | self._bound(self.theirs)) <= names
        if imports and (needed or not self._rewritten(ours, theirs)):
            yield 1.2, self._union()
            first, second = 0.2, 0.2
        elif self._rewritten(ours, theirs):
            first, second = 0.03, 0.02
        elif bound and (self._blocks() or (self.base is not None and not self.base.strip())):
            first, second = 0.7, 0.2
        yield first, f"{self.ours}{self.theirs}"
        yield second, f"{self.theirs}{self.ours}"

    @staticmethod
    def _rewritten(ours: list[str], theirs: list[str]) -> bool:
        """Whether a line of one side is nearly a line of the other."""
        return any(
            difflib.SequenceMatcher(None, mine, other).ratio() > _ALIKE
            for mine in set(ours) - set(theirs)
            for other in set(theirs) - set(ours)
            if min(len(mine), len(other)) > _TELLING
        )

    def _blocks(self) -> bool:
        """Whether both sides begin a definition: each may well have been added."""
        return all(
            re.match(r"\s*(?:@|(?:export |async )*(?:def|class|function|it\(|test\())", side)
            for side in (self.ours, self.theirs)
        )

    def _union(self) -> str:
        """All of ours, then what is new in theirs."""
        known = set(self._lines(self.ours))
        new = [line for line in self.theirs.splitlines(keepends=True) if line.strip() not in known]
        return f"{self.ours}{''.join(new)}"

    @staticmethod
    def _lines(side: str) -> list[str]:
        return [line.strip() for line in side.splitlines() if line.strip()]

    def _agreement(self, text: str, rest: str, keywords: set[str]) -> float:
        """How well a resolution fits: names it leaves undefined, and names nobody else knows."""
        names = set(_NAME.findall(rest))
        bound_here = self._bound(text)
        bound = self._bound(rest) | bound_here
        either = self._bound(self.ours) | self._bound(self.theirs)
        missing = len((either & names) - bound)
        used = {*_NAME.findall(text)} - keywords - bound_here
        strange = len(used - names)
        idle = len(bound_here - names)
        return 0.25 ** min(missing, _CAP) * 0.6 ** min(strange, _CAP) * 0.9 ** min(idle, _CAP)

    @staticmethod
    def _bound(text: str) -> set[str]:
        bound = {name for pair in _BOUND.findall(text) for name in pair if name}
        for line in text.splitlines():
            if re.match(r"\s*(?:import|from|export)\b", line):
                bound |= set(_NAME.findall(_QUOTED.sub("", line))) - _SYNTAX
        return bound
