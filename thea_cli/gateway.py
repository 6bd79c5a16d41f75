"""The warm process: has all imported, and forks a process for each command line that comes.

A fork starts with torch, the correctors and the edit model in memory, and has a working directory,
an environment, streams and signals of its own, which are those of its client: so what it prints,
writes and returns is what a cold start would (decision 25). Forking needs a process with one thread
and no event loop; this one only waits, and hands on.

    python -m thea_cli.gateway IDLE_SECONDS
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import hmac
import json
import os
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import IO

from thea_cli.forks import Forks
from thea_cli.installation import Installation
from thea_cli.warm import WarmProcess
from thea_cli.wire import ENDED, REFUSED, Message, Place
from thea_code_system import __version__
from thea_code_system.errors import ClusterError, ToolError
from thea_code_system.tools.runner import TOOLS
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.wrappers.cluster import Cluster
from thea_code_system.wrappers.platform import Platform

PATIENCE = 1.0  # seconds for a client to say what it wants
CHECKED = 30.0  # seconds between looks at whether Thea itself has changed


class Gateway:
    """Listens on a socket that is its user's alone, and keeps forked processes ready."""

    def __init__(self, idle: float) -> None:
        self._place, self._idle = Place(), idle
        self._installation = Installation()
        self._born = self._last = time.monotonic()
        self._leaving = self._stale = False
        self._cluster = Cluster()
        self._invitation: Mapping[str, str] = {}
        self._trouble = ""
        self._secret = os.urandom(32).hex().encode()

    def run(self) -> bool:
        """Serve until it is asked to end, has been idle for long, or what is warm is stale.

        Returns:
            Whether to begin anew, with what is there now.

        Raises:
            OSError: the socket cannot be made, or somebody listens there already.
        """
        os.umask(0o077)  # what it makes is its user's alone
        lock = self._lock()
        self._warm_up()
        gc.collect()
        gc.freeze()  # what is there now is shared with every fork: the collector shall not touch it
        with lock, self._listening() as listener, selectors.DefaultSelector() as selector:
            self._listener = listener
            selector.register(listener, selectors.EVENT_READ)
            wakened = self._heed_signals(selector)
            self._forks = Forks(selector, (listener, *wakened), self._invitation)
            with contextlib.suppress(BrokenPipeError):  # whoever started it did not wait
                print(f"ready {os.getpid()}", flush=True)
            self._detach()
            while not self._over():
                self._forks.fill()
                events = selector.select(min(CHECKED, self._idle))
                if not events:
                    self._stale = self._is_stale()
                for key, _ in events:
                    if key.fileobj is listener:
                        self._admit()
                    elif key.data:
                        self._forks.heard(key.data)
            self._close()
        return self._stale and not self._leaving

    def _warm_up(self) -> None:
        """Load Thea and start Ray side by side; without Ray, runs start a cluster of their own."""
        hosting = threading.Thread(target=self._host)
        hosting.start()
        WarmProcess.prepare()
        hosting.join()

    def _host(self) -> None:
        try:
            self._invitation = asyncio.run(self._cluster.host(Platform().cpu_count()))
        except ClusterError as error:
            self._trouble = error.message

    def _lock(self) -> IO[bytes]:
        """What only one such process has at a time; the system takes it back from a dead one.

        Raises:
            BlockingIOError: another one has it.
        """
        lock = Path(self._place.lock).open("wb")  # noqa: SIM115 - it is held
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock

    def _listening(self) -> socket.socket:
        Path(self._place.socket).unlink(missing_ok=True)  # whoever left it there is dead
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        umask = os.umask(0o177)
        listener.bind(self._place.socket)
        os.umask(umask)
        listener.listen(64)
        fresh = f"{self._place.token}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, self._secret)
        os.close(descriptor)
        Path(fresh).replace(self._place.token)
        return listener

    @staticmethod
    def _detach() -> None:
        """Let go of the terminal that this was started from."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(nothing, stream)
        os.close(nothing)

    def _over(self) -> bool:
        if self._forks.at_work:
            self._last = time.monotonic()
            return False
        return self._leaving or self._stale or time.monotonic() - self._last > self._idle

    def _is_stale(self) -> bool:
        """Whether what is warm is not what a run should have: Thea has changed, or Ray is gone."""
        return self._installation.changed() or not (self._trouble or self._cluster.answers())

    def _heed_signals(self, selector: selectors.BaseSelector) -> tuple[socket.socket, ...]:
        """End in order on SIGINT and SIGTERM, also while it waits: two sockets wake it."""
        ours, its = socket.socketpair()
        its.setblocking(False)
        signal.set_wakeup_fd(its.fileno())
        selector.register(ours, selectors.EVENT_READ, 0)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._leave)
        return ours, its

    def _leave(self, *_: object) -> None:
        self._leaving = True

    # --- clients -----------------------------------------------------------------------------

    def _admit(self) -> None:
        """Take what one client wants; one that does not say it in time, or may not, is dropped."""
        link, _ = self._listener.accept()
        with link:
            link.settimeout(PATIENCE)
            streams: list[int] = []
            try:
                kind, *rest = self._authentic(link, Message.received(link, streams, 3))
                if kind == b"run":
                    self._hand_on(link, streams, rest)
                elif kind == b"status":
                    link.sendall(json.dumps(self._status()).encode())
                elif kind == b"down":
                    self._leaving = True
                    link.sendall(ENDED)
            except (OSError, ValueError):
                return  # the client has gone, or is none of ours
            finally:
                for stream in streams:
                    os.close(stream)

    def _authentic(self, link: socket.socket, message: list[bytes]) -> list[bytes]:
        secret, *rest = message
        if not hmac.compare_digest(secret, self._secret) or not rest:
            raise ValueError("not the token of this process")
        if hasattr(socket, "SO_PEERCRED"):
            told = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            if struct.unpack("3i", told)[1] != os.getuid():
                raise ValueError("somebody else's process")
        return rest

    def _hand_on(self, link: socket.socket, streams: list[int], rest: list[bytes]) -> None:
        """Give a waiting process the client's socket, its streams and what it wants."""
        self._stale = self._is_stale()
        if len(streams) != 3 or self._leaving or self._stale:
            link.sendall(REFUSED)
            return
        self._forks.give(rest, link, streams)

    def _status(self) -> dict[str, object]:
        memory = Platform().process_memory
        return {
            "version": __version__,
            "python": sys.version.split()[0],
            "versions": self._versions,
            "pid": os.getpid(),
            "uptime": round(time.monotonic() - self._born, 1),
            "idle_timeout": self._idle,
            "memory": memory(os.getpid()),
            **self._forks.status(),
            "cluster": self._cluster.address,
            "answers": not self._trouble and self._cluster.answers(),
            "trouble": self._trouble,
            "ray": [
                {"pid": pid, "title": title, "memory": memory(pid)}
                for pid, title in self._cluster.processes().items()
            ],
        }

    @cached_property
    def _versions(self) -> dict[str, str]:
        """Of what does the work; a tool that is missing says so."""
        found = {name: metadata.version(name) for name in ("torch", "ray")}
        for name in TOOLS:
            try:
                found[name] = Toolbox().runner(name).version()
            except ToolError as error:
                found[name] = error.message
        return found

    def _close(self) -> None:
        """Stop listening; those that wait end when their socket closes."""
        Path(self._place.token).unlink(missing_ok=True)
        Path(self._place.socket).unlink(missing_ok=True)
        self._forks.close()
        asyncio.run(self._cluster.leave())


def main(idle: str) -> None:
    """Serve; begin anew, with the files that are there now, where Thea has changed."""
    if Gateway(float(idle)).run():
        os.execv(sys.executable, [sys.executable, "-m", "thea_cli.gateway", idle])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
