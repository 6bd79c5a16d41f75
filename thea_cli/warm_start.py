"""Starts the process that keeps Thea warm."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from pathlib import Path

from thea_cli.wire import Place
from thea_code_system.config.amounts import TIME
from thea_code_system.errors import ClusterError
from thea_code_system.wrappers.platform import Platform

IDLE = "30m"  # without work, until it ends


class WarmStart:
    """The start of a gateway, in the folder where it listens."""

    def __init__(self) -> None:
        self._place = Place()

    def start(self, idle: float) -> subprocess.Popen[str]:
        """A new process, which says ``ready`` on its standard output once it listens.

        Raises:
            ClusterError: somebody else could reach its socket.
        """
        folder = Path(self._place.folder)
        if not self._place.is_private():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._place.is_private():
            raise ClusterError(
                f"{folder} is not a folder of yours alone",
                "Remove it, or set XDG_RUNTIME_DIR to a folder that nobody else can read.",
            )
        kept = os.pathsep.join(map(str, Platform().python_path()))
        self.log.touch(mode=0o600)
        with self.log.open("w", encoding="utf-8") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "thea_cli.gateway", str(idle)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": kept},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                text=True,
            )

    def is_there(self) -> bool:
        """Whether such a process runs or starts: it holds a lock, which no dead one does."""
        import fcntl

        try:
            with Path(self._place.lock).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def wait(self, idle: float) -> int:
        """The number of a new process that listens by now.

        Raises:
            ClusterError: it does not start.
        """
        process = self.start(idle)
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith("ready"):
            words = self.log.read_text("utf-8").strip().rpartition("\n")[2] or "no answer"
            raise ClusterError(f"the warm process does not start: {words}", f"See {self.log}.")
        return process.pid

    @property
    def log(self) -> Path:
        """What the process says where it cannot start."""
        return Path(self._place.folder, "gateway.log")

    def when_this_ends(self) -> None:
        """Start it after the run at hand, unless there is one, and do not wait for it."""
        if hasattr(os, "fork") and not self._place.secret():
            atexit.register(self._started)

    def _started(self) -> None:
        try:
            self.start(TIME.parse(IDLE))
        except (ClusterError, OSError):
            return  # nobody asked for it now: `thea cluster up` says what is wrong
