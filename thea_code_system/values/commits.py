"""What a run is committed as."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "git does not know it"


class CommitPer(str, enum.Enum):
    """What goes into a commit of its own."""

    RUN = "run"
    RULE = "rule"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class CommitStep:
    """One commit: its message, and the bytes of the files that it changes, by path."""

    message: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class CommitSeries:
    """The commits of one run, in order.

    ``before`` are the bytes that each file had, which the last commit must have, too. ``listing``
    is the file, relative to the root, in which a last commit lists the others for ``git blame``;
    empty where none is wanted. ``run`` is the id of the run, which every message names.
    """

    steps: tuple[CommitStep, ...]
    before: Mapping[str, bytes]
    listing: str = ""
    run: str = ""

    @property
    def after(self) -> dict[str, bytes]:
        """What each file is after the last of the steps."""
        return {path: data for step in self.steps for path, data in step.files.items()}


@dataclass(frozen=True, slots=True)
class Committed:
    """The names of the commits that were made, and what could not be done, in words.

    ``listing`` is what the file that lists them says now; None where it is not to be written.
    """

    commits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    listing: bytes | None = None
