"""Work beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Aside:
    """Blocking work in threads, which can ask whether anybody still waits for it.

    A thread cannot be cancelled, and Python does not end before its threads: after Ctrl-C, whoever
    works for seconds has to look at :attr:`unwanted` now and then, and stop.
    """

    def __init__(self) -> None:
        self._unwanted = threading.Event()

    @property
    def unwanted(self) -> bool:
        """Whether the task that waited was cancelled."""
        return self._unwanted.is_set()

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What the work returns."""
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        except asyncio.CancelledError:
            self._unwanted.set()
            raise
