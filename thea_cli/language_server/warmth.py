"""Keeps a warm process at hand while an editor is open."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

from thea_cli.warm_start import IDLE, WarmStart
from thea_code_system.config.amounts import TIME
from thea_code_system.errors import ClusterError


class Warmth:
    """Starts the warm process in the background, whenever there is none.

    Args:
        log: takes the reason if it does not start; it is not tried again then.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._start = WarmStart()
        self._thread: threading.Thread | None = None
        self._fails = False

    def ensure(self) -> None:
        """Have one soon; do not wait for it, and let nothing wait for it at the end."""
        busy = self._thread is not None and self._thread.is_alive()
        if not (busy or self._fails or self._start.is_there()):
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._wait, args=(loop,), daemon=True)
            self._thread.start()

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._start.wait(TIME.parse(IDLE))
        except (ClusterError, OSError) as error:
            if self._start.is_there():
                return  # another editor was faster
            self._fails = True
            with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(self._log, f"{error}; every run starts cold")
