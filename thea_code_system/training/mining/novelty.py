"""What was found before, so that nothing is learned twice, nor what the model is measured by."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

from thea_code_system.training.dev_sets import DevSets
from thea_code_system.training.mining.pair import MinedPair


@dataclass(frozen=True, slots=True)
class MiningLimits:
    """How much may come from one place, and how far back a history is read."""

    syntax: int = 400
    bugs: int = 300
    per_file: int = 6
    per_commit: int = 3
    commits: int = 200_000
    seconds: float = field(default=600.0, compare=False)


class Novelty:
    """Admits each edit once, wherever it was made, and only so many from one place.

    The same lines replaced by the same are the same edit: a cherry-pick, a copy, a fork. Lines
    replaced the other way round are a repair that was taken back; the newer of the two counts,
    since histories are read backwards. Texts of the dev sets are refused.
    """

    def __init__(self, limits: MiningLimits, dev_sets: DevSets | None = None) -> None:
        self._limits = limits
        self._dev_sets = dev_sets
        self._edits: set[str] = set()
        self._taken: Counter[tuple[str, str]] = Counter()

    def admits(self, pair: MinedPair) -> bool:
        """Whether a pair is new and welcome; it is not new any more afterwards."""
        origin = pair.origin
        file, commit = (pair.family, origin.path), (pair.family, origin.commit)
        if self.is_full(pair.family) or self._taken[file] >= self._limits.per_file:
            return False
        if self._taken[commit] >= self._limits.per_commit or not self.remember(pair):
            return False
        if self._dev_sets is not None and self._dev_sets.holds_any((pair.broken, pair.fixed)):
            return False
        self._taken.update([file, commit, (pair.family, "")])
        return True

    def remember(self, pair: MinedPair) -> bool:
        """Know a pair's edit from now on; whether it was new."""
        edit, back = self._key(pair.broken, pair.fixed), self._key(pair.fixed, pair.broken)
        new = not self._edits & {edit, back}
        self._edits.add(edit)
        return new

    def is_full(self, family: str) -> bool:
        """Whether the repository has given as many pairs of a family as it may."""
        most = self._limits.syntax if family == "syntax" else self._limits.bugs
        return self._taken[family, ""] >= most

    def next_repository(self) -> None:
        """Forget how much came from where; keep the edits in mind."""
        self._taken.clear()

    @staticmethod
    def _key(before: str, after: str) -> str:
        """The lines that went and those that came; with their indentation if only that changed."""
        old, new = (Counter(map(str.strip, text.splitlines())) for text in (before, after))
        sides = [sorted((old - new).elements()), sorted((new - old).elements())]
        if sides == [[], []]:
            pairs = zip(before.splitlines(), after.splitlines(), strict=False)
            sides = [list(pair) for pair in pairs if pair[0] != pair[1]][:20]
        return hashlib.sha256(json.dumps(sides).encode("utf-8", "replace")).hexdigest()
