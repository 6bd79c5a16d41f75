"""What is asked of a run, and what a run was."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thea_code_system.values.commits import CommitPer
from thea_code_system.values.shard import Shard


class Mode(str, enum.Enum):
    """What a run does with the corrections that pass the gate."""

    WRITE = "write"
    CHECK = "check"
    STAGED = "staged"
    STDIN = "stdin"


@dataclass(frozen=True, slots=True)
class Job:
    """A request to correct.

    ``root`` and ``paths`` are absolute. ``files`` holds paths relative to the root where the caller
    chose them (``--staged``, ``--since``, ``--files-from``); None means: walk ``paths``. ``stdin``
    is the text of the single path of a STDIN job. ``every_file`` is True where plainly clean files
    are to be yielded even if a whole run is replayed. ``hook`` is True where a commit waits for it,
    or an editor.
    With ``changed_lines`` only lines are corrected that are staged, or that changed ``since``.
    ``commit_per`` says what to commit by itself, None for nothing, and ``list_commits`` whether a
    last commit lists the others for ``git blame``.
    ``request`` is kept with the run until it has finished, for the caller to ask for the same again
    as ``resumes``: the id of the interrupted run that is to be finished.
    Of the files only those of ``shard`` are looked at, where there is one.
    """

    root: str
    paths: tuple[str, ...]
    mode: Mode = Mode.WRITE
    files: tuple[str, ...] | None = None
    stdin: bytes | None = None
    since: str | None = None
    command: str = ""
    every_file: bool = False
    hook: bool = False
    changed_lines: bool = False
    commit_per: CommitPer | None = None
    list_commits: bool = False
    request: str = ""
    resumes: str = ""
    shard: Shard | None = None

    @property
    def scope(self) -> str:
        """What tells the files of this job from those of another one on the same tree."""
        return repr((self.paths, self.shard))

    @property
    def is_recent_work(self) -> bool:
        """Whether the files were chosen because somebody has just worked on them."""
        return self.mode is Mode.STAGED or self.since is not None or self.hook


@dataclass(frozen=True, slots=True)
class RunReport:
    """A finished run: identity, counts of files by status, statistics as plain numbers.

    ``seconds`` is wall-clock time; ``statistics`` and ``actors`` are what the mergeable statistics
    and each actor's ``metrics()`` and ``health_check()`` said, as plain values. ``proof`` counts
    the trees that each rung looked at, where corrections were proved on copies of the whole tree.
    ``commits`` are the names of those that were made, ``problems`` what could not be done after the
    files were written.
    """

    run: str
    root: str
    started: float
    seconds: float
    files: Mapping[str, int]
    states: Mapping[str, int]
    placement: str
    unavailable: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    statistics: Mapping[str, Any] = field(default_factory=dict)
    actors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    proof: Mapping[str, int] = field(default_factory=dict)
    commits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
