"""What an edit model is to learn from a team's past, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearningJob:
    """A request to adapt an edit model.

    ``repositories`` are git directories or working trees, ``pairs`` a file of further cases. The
    start is the edit model in the folder ``model``; None means Thea's own. ``output`` gets the new
    one, ``work`` holds what an interrupted run goes on from. With ``minutes`` 0 and without
    ``resume``, pairs are only looked for, and written to ``save_pairs``. ``force`` writes the model
    even where it is worse than its start.
    """

    repositories: tuple[str, ...]
    output: str
    work: str
    pairs: str | None = None
    save_pairs: str | None = None
    model: str | None = None
    minutes: float = 10.0
    seed: int = 0
    resume: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """What is being done, how far it is, in a unit of its own, and a few words on it.

    ``total`` is 0 where nobody knows how much there is to do.
    """

    phase: str = ""
    done: float = 0.0
    total: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class MinedRepository:
    """How many pairs a history gave: repairs of what did not parse, and of bugs."""

    name: str
    commits: int
    syntax: int
    bugs: int


@dataclass(frozen=True, slots=True)
class HeldOutScores:
    """How the first candidates fare on held-out pairs of one kind, before and after.

    ``exact`` is how many of ``n`` have the tokens of the human's text, ``top`` in how many one of
    the first five has.
    """

    kind: str
    n: int
    exact_before: int
    exact_after: int
    top_before: int
    top_after: int


@dataclass(frozen=True, slots=True)
class RankingScores:
    """In how many of ``n`` held-out repairs the right one came first, among the repairs found.

    ``kept`` is by the ranking of the start, ``fitted`` by one fitted on other repairs of this past;
    ``chosen`` is whether that took its place. Without enough repairs there is no fit.
    """

    n: int
    kept: int = 0
    fitted: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class LearningReport:
    """What was learned from, and what came of it; ``written`` is empty where no model was.

    ``losses`` are the mean ones of a window of the held-out pairs, before and after.
    """

    repositories: tuple[MinedRepository, ...]
    pairs: int
    learned: int = 0
    held: int = 0
    pieces: int = 0
    steps: int = 0
    minutes: float = 0.0
    losses: tuple[float, float] = (0.0, 0.0)
    scores: tuple[HeldOutScores, ...] = ()
    ranking: RankingScores | None = None
    worse: bool = False
    written: str = ""
    warnings: tuple[str, ...] = ()
