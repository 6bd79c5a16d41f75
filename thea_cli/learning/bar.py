"""What learning is at: a bar on a terminal, else a line for each phase."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING

from thea_cli.console import Console
from thea_code_system.values.learning import LearningProgress

if TYPE_CHECKING:
    from rich.progress import Progress
    from typing_extensions import Self

_POLL = 0.2  # seconds between two questions
_SAYS = {
    "mining": "looking for pairs",
    "reading": "reading code",
    "training": "training",
    "measuring": "comparing on held-out pairs",
    "ranking": "fitting the ranking",
}


class LearningBar:
    """Asks for progress as long as it is open.

    Args:
        ask: how far learning is.
    """

    def __init__(self, ask: Callable[[], Awaitable[LearningProgress]]) -> None:
        self._ask = ask
        self._bar: Progress | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.phase = ""
        """What was being done when it was last asked."""

    async def __aenter__(self) -> Self:
        if sys.stderr.isatty():
            self._appear()
        self._watcher = asyncio.ensure_future(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
        self.phase = (await self._ask()).phase or self.phase
        if self._bar is not None:
            self._bar.stop()

    async def _watch(self) -> None:
        while True:
            self._show(await self._ask())
            await asyncio.sleep(_POLL)

    def _show(self, now: LearningProgress) -> None:
        if now.phase != self.phase and now.phase:
            self.phase = now.phase
            if self._bar is None:
                Console().note(f"{_SAYS[now.phase]} …")
        if self._bar is not None and now.phase:
            says = f"{_SAYS[now.phase]} {now.words}".strip()
            total = now.total or None
            self._bar.update(
                self._bar.task_ids[0], description=says, total=total, completed=now.done
            )

    def _appear(self) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=RichConsole(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._bar.add_task("", total=None)
