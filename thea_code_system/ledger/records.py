"""What the ledger says about past runs, and what it plans for a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thea_code_system.values.correction import Correction, State
from thea_code_system.values.workspace import Write


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the ledger knows it.

    ``started`` and ``finished`` are seconds since the epoch; a run that was killed has not
    finished. ``report`` and ``statistics`` are what was handed over at its end, ``changed`` are the
    paths that it changed and that were not taken back since. ``settings`` is the digest of what it
    was made with, ``request`` what was handed over to have it resumed; empty once it has finished.
    """

    id: str
    command: str
    version: str
    mode: str
    started: float
    finished: float | None
    changed: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    statistics: Mapping[str, Any] = field(default_factory=dict)
    settings: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file in a run: digests of what it was, and of what the run last made of it."""

    path: str
    status: str
    reason: str
    before: str
    after: str
    corrections: tuple[Correction, ...] = ()

    @property
    def applied(self) -> tuple[Correction, ...]:
        """The corrections that are in the file."""
        if self.before == self.after:
            return ()
        return tuple(one for one in self.corrections if one.state is State.APPLIED)


@dataclass(frozen=True, slots=True)
class Transition:
    """The state that a correction takes on, and why.

    ``verdict`` is what that tells about the correction: ``kept``, ``refused`` (not to be applied
    again), ``rejected`` (not kept as it was), or nothing.
    """

    correction: str
    state: str
    reason: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """New bytes for a file of a past run, and what that makes of its corrections.

    ``expected`` is the digest that the file must have. ``after`` is that of what the run alone made
    of the file; ``data`` may hold more, where others have changed it too. ``original`` is given
    where the ledger has no pre-image of it yet. ``added`` are corrections that the ledger does not
    know yet. ``source`` is the act that verdicts come from.
    """

    run: str
    path: str
    expected: str
    data: bytes
    after: str
    transitions: tuple[Transition, ...]
    source: str = "undo"
    original: bytes | None = None
    added: tuple[Correction, ...] = ()

    @property
    def accepted(self) -> tuple[str, ...]:
        """The corrections that it applies, by id."""
        applied = State.APPLIED.value
        return tuple(one.correction for one in self.transitions if one.state == applied)

    def write(self) -> Write:
        """What the workspace has to do."""
        return Write(self.path, self.expected, self.data)


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is left alone, or one correction in it, and why."""

    path: str
    reason: str
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What will be changed and what will not."""

    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Torn:
    """A write that was planned and not reported done: the run was killed around it."""

    run: str
    path: str
    planned: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A correction that the user turned down; ``fingerprint`` survives line moves."""

    fingerprint: str
    path: str
    rules: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Past:
    """What statistics are made of.

    Runs come newest first, corrections with their run's id and judgements oldest first: code,
    confidence, verdict and source.
    """

    runs: tuple[RunRecord, ...]
    corrections: tuple[tuple[str, Correction], ...]
    judgements: tuple[tuple[str, float, str, str], ...]

    def joined(self, other: Past) -> Past:
        """Both together, as if one machine had done the work of two."""
        runs = sorted((*self.runs, *other.runs), key=lambda run: -run.started)
        corrections = (*self.corrections, *other.corrections)
        return Past(tuple(runs), corrections, (*self.judgements, *other.judgements))
