"""What is asked of the ladder of proofs, and what its rungs over whole trees say."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping
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
    ``unnamed`` is True where something failed and said no name. ``ran`` says how often each test
    was run, whatever its parameters, and whether it passed or failed; the name is empty where only
    their number is known. None where that is not known either.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    unnamed: bool = False
    ran: Mapping[str, int] | None = None

    @classmethod
    def whole(cls, what: str) -> Failures:
        """One failure of everything, which names no part of it."""
        return cls({what: 1}, unnamed=True)

    def beyond(self, before: Failures) -> frozenset[str]:
        """The complaints that occur more often than before, and tests that are run no more."""
        worse = (name for name, count in self.counts.items() if count > before.counts.get(name, 0))
        return frozenset({*worse, *self._vanished(before)})

    def _vanished(self, before: Failures) -> Iterator[str]:
        """What is missing where fewer tests are run; a test with another name is none the less."""
        if self.ran is None or before.ran is None or ("" in self.ran) != ("" in before.ran):
            return
        now, then = Counter(self.ran), Counter(before.ran)
        if now.total() < then.total():
            for name in then - now:
                what = "run less often" if now[name] else "no longer run"
                yield f"{name} ({what})" if name else "the tests (fewer are run)"


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
