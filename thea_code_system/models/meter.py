"""What an actor's edit model has to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from thea_code_system.statistics import RunStatistics
from thea_code_system.wrappers.clock import Stopwatch


class ReadingMeter:
    """Lets one forward pass run at a time, and measures it; correctors ask from several threads.

    Two passes at once would fight for the same processors. Counter: ``model/tokens``.
    Accumulators, of each pass: ``model/windows`` (the batch), ``model/seconds``, ``model/queue``
    (seconds that it waited for its turn) and ``model/tokens-per-second``.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._statistics = RunStatistics()

    @contextmanager
    def turn(self, windows: int, tokens: int) -> Iterator[None]:
        """Wait for one's turn to read so many windows with so many tokens in them."""
        waiting = Stopwatch()
        with self._turn:
            queue, reading = waiting.seconds(), Stopwatch()
            yield
            seconds = reading.seconds()
            self._statistics.count("model/tokens", tokens)
            measured = {
                "windows": windows,
                "seconds": seconds,
                "queue": queue,
                "tokens-per-second": tokens / seconds,
            }
            for name, value in measured.items():
                self._statistics.measure(f"model/{name}", value)

    def taken(self) -> RunStatistics:
        """What was measured since this was last asked."""
        with self._turn:
            taken, self._statistics = self._statistics, RunStatistics()
        return taken
