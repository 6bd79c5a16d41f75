"""A progress bar on standard error: only on a terminal, and only when there is something to see."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DELAY = 0.5  # seconds of work before a bar is worth the import of rich


class ProgressBar:
    """Files, corrections, rate and time left."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._born = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def update(self, files: int, corrections: int, total: int | None) -> None:
        """Show how far the run is; ``total`` is None as long as files are still being found."""
        if not self._wanted or time.monotonic() - self._born < DELAY:
            return
        if self._bar is None:
            self._start()
        assert self._bar is not None
        assert self._task is not None
        rate = files / (time.monotonic() - self._born)
        self._bar.update(
            self._task, completed=files, total=total, corrections=corrections, rate=rate
        )

    def stop(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files, {task.fields[corrections]} corrections"),
            TextColumn("{task.fields[rate]:.0f}/s"),
            TimeLeft(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("correct", total=None, corrections=0, rate=0.0)
