"""A progress bar on standard error: only on a terminal, and only when there is something to see."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

POLL = 0.1  # seconds between two questions for the number of files
DELAY = 0.5  # seconds of work before a bar is worth the import of rich


class ProgressBar:
    """Files, corrections, rate and time left."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr.isatty()
        self._born = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._watcher: asyncio.Task[None] | None = None

    def start(self, expected: Callable[[], Awaitable[int | None]]) -> None:
        """Let the bar appear after a while, also where nothing is finished by then.

        Args:
            expected: how many files there are; None as long as they are still being found.
        """
        if self._wanted:
            self._watcher = asyncio.ensure_future(self._watch(expected))

    def update(self, files: int, corrections: int) -> None:
        """Show how far the run is."""
        if self._bar is None or self._task is None:
            return
        rate = files / (time.monotonic() - self._born)
        self._bar.update(self._task, completed=files, corrections=corrections, rate=rate)

    def stop(self) -> None:
        """Take the bar off the screen."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self._bar is not None:
            self._bar.stop()

    async def _watch(self, expected: Callable[[], Awaitable[int | None]]) -> None:
        """Draw the bar when it is time, and its end as soon as it is known."""
        await asyncio.sleep(DELAY)
        bar, task = self._appear()
        while (total := await expected()) is None:  # noqa: ASYNC110 - it answers, it sends no event
            await asyncio.sleep(POLL)
        bar.update(task, total=total)

    def _appear(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        self._bar = bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files, {task.fields[corrections]} corrections"),
            TextColumn("{task.fields[rate]:.0f}/s"),
            TimeLeft(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.start()
        self._task = bar.add_task("correct", total=None, corrections=0, rate=0.0)
        return bar, self._task
