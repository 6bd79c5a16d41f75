"""SIGINT and SIGTERM end a run in order: the work is cancelled, what is finished is kept."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

from thea_cli.boundary import Terminated


class Interruptible:
    """Runs a coroutine in a new event loop; a signal cancels it, a second one ends the process."""

    def __init__(self) -> None:
        self._caught: list[signal.Signals] = []

    def run(self, work: Coroutine[Any, Any, int]) -> int:
        """What the coroutine returns.

        Raises:
            KeyboardInterrupt: on SIGINT.
            Terminated: on SIGTERM.
        """
        try:
            code = asyncio.run(self._guarded(work))
        except asyncio.CancelledError:
            code = None
        if self._caught:
            raise KeyboardInterrupt if self._caught[0] is signal.SIGINT else Terminated
        if code is None:
            raise KeyboardInterrupt  # where signals cannot be handled, asyncio cancels by itself
        return code

    async def _guarded(self, work: Coroutine[Any, Any, int]) -> int:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._stop, number, task)
            except NotImplementedError:  # Windows
                break
        return await task

    def _stop(self, number: signal.Signals, task: asyncio.Future[int]) -> None:
        if self._caught:
            os._exit(128 + number)
        self._caught.append(number)
        task.cancel()
