"""What is asked of the ladder of proofs, and what its rungs over whole trees say."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Level(str, enum.Enum):
    """How far corrections are proved; each level includes those before it."""

    PARSE = "parse"
    LINT = "lint"
    TYPES = "types"
    TESTS = "tests"


@dataclass(frozen=True, slots=True)
class ProofOrder:
    """What to prove corrections with, beyond what can be said of one file.

    ``test_command`` is a line for the shell, run at the project root. ``budget`` are seconds for
    all of it. ``trust`` allows what the target itself configures to run: its type checker.
    """

    level: Level = Level.LINT
    test_command: str = ""
    budget: float = 600.0
    trust: bool = False

    @property
    def wants_tree(self) -> bool:
        """Whether a copy of the whole tree is needed."""
        return self.level in {Level.TYPES, Level.TESTS}


@dataclass(frozen=True, slots=True)
class Failures:
    """What a rung objects to in a tree: how often each complaint occurs.

    A complaint is the name of a test, or path and message of an error without its line.
    ``unnamed`` is True where something failed and said no name.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    unnamed: bool = False

    @classmethod
    def whole(cls, what: str) -> Failures:
        """One failure of everything, which names no part of it."""
        return cls({what: 1}, unnamed=True)

    def beyond(self, before: Failures) -> frozenset[str]:
        """The complaints that occur more often than before."""
        return frozenset(
            name for name, count in self.counts.items() if count > before.counts.get(name, 0)
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of numbered units that were proved together.

    ``kept`` pass as a whole; ``guilty`` maps each unit that breaks something to what it breaks;
    ``unproven`` are those that no time was left for. ``flaky`` names what failed without repeating
    it.
    """

    kept: tuple[int, ...]
    guilty: Mapping[int, str] = field(default_factory=dict)
    unproven: tuple[int, ...] = ()
    flaky: tuple[str, ...] = ()
