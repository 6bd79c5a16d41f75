"""`thea clean`: drop old former contents of files, and the cache."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from thea_cli.console import Console
from thea_cli.project import Project, ProjectOption
from thea_cli.request import CorrectRequest
from thea_code_system.config.amounts import AGE, SIZE, Units
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import UsageError
from thea_code_system.ledger.disposable import DisposableDatabase
from thea_code_system.ledger.pruning import Pruned
from thea_code_system.ledger.state import State

EXAMPLES = (
    "thea clean                             what is older than keep-days or beyond keep-size",
    "thea clean --older-than 2w --dry-run   only say what would go",
    "thea clean --max-size 50MB --cache     keep less, and make the next run look at all files",
)


_NAMED = 5  # runs


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """What `thea clean` was asked; ``age`` in seconds, ``room`` in bytes, None as configured."""

    project: str
    age: float | None
    room: int | None
    cache: bool
    dry_run: bool

    def run(self) -> int:
        """Drop, and say what that has freed."""
        return Project(self.project).run(self._clean)

    async def _clean(self, project: Project) -> int:
        state: State = await project.ledger.open()
        if state.blank:
            Console.print(project.empty)
            return 0
        config = self._config()
        ledger = DisposableDatabase(state.ledger).files
        cache = DisposableDatabase(state.cache(config.cache_dir))
        before = self._size(ledger)
        drop = not self.dry_run
        age = config.keep_age if self.age is None else self.age
        room = config.keep_size if self.room is None else self.room
        pruned = await project.ledger.prune(time.time() - age, room, drop=drop)
        Console.print(self._told(pruned))
        freed = before - self._size(ledger) if drop else pruned.size
        if self.cache:
            size = self._size(cache.files)
            freed += size
            if drop:
                cache.remove()
            Console.print(f"{self._verb} the cache ({_bytes(size)}).")
        verb = "Freed" if drop else "That would free about"
        Console.print(f"{verb} {_bytes(max(freed, 0))}; {_bytes(pruned.kept)} are kept for undo.")
        return 0

    def _config(self) -> ProductionConfig:
        config = CorrectRequest((self.project,), os.getcwd()).resolve()  # noqa: PTH109 - a text
        for note in config.notes:
            Console().warn(note)
        return config

    @property
    def _verb(self) -> str:
        return "Would drop" if self.dry_run else "Dropped"

    def _told(self, pruned: Pruned) -> str:
        if not pruned.images:
            return "No former content is old, or in the way."
        noun = "file" if pruned.images == 1 else "files"
        what = f"{self._verb} the former content of {pruned.images} {noun} ({_bytes(pruned.size)})"
        if not pruned.runs:
            return f"{what}, which no run needs any more."
        runs = ", ".join(pruned.runs[-_NAMED:])
        if more := len(pruned.runs[:-_NAMED]):
            runs = f"{runs} and {more} before"
        return f"{what}: `thea undo` cannot take back all of {runs} any more."

    @staticmethod
    def _size(files: Iterable[Path]) -> int:
        size = 0
        for file in files:
            with contextlib.suppress(OSError):
                size += file.stat().st_size
        return size


def _bytes(size: int) -> str:
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= worth:
            return f"{size / worth:.1f} {unit}"
    return f"{size} bytes"


def _parsed(flag: str, text: str, units: Units) -> float:
    try:
        return units.parse(text)
    except ValueError as error:
        raise UsageError(f"{flag} cannot be {text}", f"{error}.") from error


def command(
    *,
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="AGE", help="Drop former contents older than that (by default keep-days)."
        ),
    ] = None,
    max_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Of the rest, keep the newest up to that size (by default keep-size).",
        ),
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Also forget what earlier runs found out.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be dropped.")
    ] = False,
    project: ProjectOption = ".",
) -> CleanRequest:
    """Make the ledger smaller: drop old former contents of files, which `thea undo` needs.

    Runs that write something do the same once a day. Those of the last run that changed something
    always stay, and so do those of runs that did not finish. Runs, corrections and answers stay as
    they are: statistics go on counting them.
    """
    age = _parsed("--older-than", older_than, AGE) if older_than else None
    room = int(_parsed("--max-size", max_size, SIZE)) if max_size else None
    return CleanRequest(project, age, room, cache, dry_run)
