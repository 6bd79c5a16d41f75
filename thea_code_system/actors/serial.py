"""Blocking work off the event loop, one piece after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class SerialThread:
    """Organ: a thread that does its owner's blocking work in the order in which it was asked for.

    Who is cancelled while waiting leaves the piece that has begun to the thread, and the next one
    still waits for that: a database is never closed under a query, as it would be with a lock that
    the cancelled caller gives back.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)  # ends with its owner, or with the process

    async def do(
        self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """What ``work`` returns or raises."""
        running = self._thread.submit(work, *args, **kwargs)
        return await asyncio.wrap_future(running)
