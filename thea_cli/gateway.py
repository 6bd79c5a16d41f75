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
import resource
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from thea_cli.warm import WarmProcess
from thea_cli.wire import ENDED, REFUSED, Message, Place
from thea_code_system import __version__
from thea_code_system.errors import ClusterError
from thea_code_system.wrappers.cluster import Cluster
from thea_code_system.wrappers.platform import Platform

SPARE = 2  # processes that wait, forked: forking takes longer than the rest of a small run
PATIENCE = 1.0  # seconds for a client to say what it wants
CHECKED = 30.0  # seconds between looks at whether Thea itself has changed


@dataclass
class Child:
    """A forked process, and the socket on which it takes what it is to run."""

    pid: int
    link: socket.socket
    command: str = ""
    since: float = field(default_factory=time.monotonic)


class Installation:
    """What this process has in memory of Thea: its code, the edit model, the Python it runs on."""

    def __init__(self) -> None:
        self._stamps = self._now()

    def changed(self) -> bool:
        """Whether the files are not those any more that were read."""
        return self._now() != self._stamps

    @staticmethod
    def _now() -> list[tuple[str, int, int]]:
        import thea_cli
        import thea_code_system

        found = []
        for package in (thea_cli, thea_code_system):
            for folder, _, names in os.walk(os.path.dirname(str(package.__file__))):  # noqa: PTH120
                for name in names:
                    if not name.endswith(".pyc"):
                        status = os.stat(f"{folder}/{name}")  # noqa: PTH116 - a third of the time
                        found.append((name, status.st_mtime_ns, status.st_size))
        return sorted(found)


class Gateway:
    """Listens on a socket that is its user's alone, and keeps forked processes ready."""

    def __init__(self, idle: float) -> None:
        self._place, self._idle = Place(), idle
        self._installation = Installation()
        self._waiting: list[Child] = []
        self._busy: dict[int, Child] = {}
        self._born = self._last = time.monotonic()
        self._served = self._crashed = 0
        self._leaving = False
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
            self._listener, self._selector = listener, selector
            selector.register(listener, selectors.EVENT_READ)
            self._heed_signals()
            with contextlib.suppress(BrokenPipeError):  # whoever started it did not wait
                print(f"ready {os.getpid()}", flush=True)
            self._detach()
            while not self._over():
                self._fill()
                for key, _ in selector.select(min(CHECKED, self._idle)):
                    if key.fileobj is listener:
                        self._admit()
                    elif key.data:
                        self._ended(key.data)
            anew = self._stale() and not self._leaving
            self._close()
        return anew

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
        lock = Path(self._place.socket).with_suffix(".lock").open("wb")
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
        if self._busy:
            self._last = time.monotonic()
            return False
        return self._leaving or self._stale() or time.monotonic() - self._last > self._idle

    def _stale(self) -> bool:
        """Whether what is warm is not what a run should have: Thea has changed, or Ray is gone."""
        return self._installation.changed() or not (self._trouble or self._cluster.answers())

    def _heed_signals(self) -> None:
        """End in order on SIGINT and SIGTERM, also while it waits."""
        ours, its = self._wakened = socket.socketpair()
        its.setblocking(False)
        signal.set_wakeup_fd(its.fileno())
        self._selector.register(ours, selectors.EVENT_READ, 0)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._leave)

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
        if len(streams) != 3 or self._leaving or self._stale():
            link.sendall(REFUSED)
            return
        self._fill()
        child = self._waiting.pop(0)
        words = [one.decode(errors="replace") for one in rest[3 : 3 + int(rest[2])]]
        child.command, child.since = " ".join(words), time.monotonic()
        message = Message.packed(rest)
        sent = socket.send_fds(child.link, [message], [link.fileno(), *streams])
        child.link.sendall(message[sent:])
        self._busy[child.pid] = child
        self._served += 1

    # --- processes ---------------------------------------------------------------------------

    def _fill(self) -> None:
        while len(self._waiting) < SPARE:
            self._waiting.append(self._fork())

    def _fork(self) -> Child:
        ours, its = socket.socketpair()
        pid = os.fork()
        if not pid:
            for one in self._inherited():
                one.close()
            ours.close()
            WarmProcess(its, self._invitation).run()
        its.close()
        self._selector.register(ours, selectors.EVENT_READ, pid)
        return Child(pid, ours)

    def _inherited(self) -> Iterator[socket.socket]:
        yield self._listener
        yield from self._wakened
        yield from (child.link for child in (*self._waiting, *self._busy.values()))

    def _ended(self, pid: int) -> None:
        """A process has closed its end: it is done, or has crashed."""
        child = self._busy.pop(pid, None)
        if child is None:
            child = next(one for one in self._waiting if one.pid == pid)
            self._waiting.remove(child)
        self._selector.unregister(child.link)
        child.link.close()
        _, status = os.waitpid(pid, 0)
        self._crashed += os.WIFSIGNALED(status)

    def _status(self) -> dict[str, object]:
        now = time.monotonic()
        busy = [
            {"pid": child.pid, "command": child.command, "seconds": round(now - child.since, 1)}
            for child in self._busy.values()
        ]
        return {
            "version": __version__,
            "python": sys.version.split()[0],
            "pid": os.getpid(),
            "uptime": round(now - self._born, 1),
            "idle_timeout": self._idle,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "served": self._served,
            "crashed": self._crashed,
            "waiting": [child.pid for child in self._waiting],
            "running": busy,
            "cluster": self._cluster.address,
            "trouble": self._trouble,
        }

    def _close(self) -> None:
        """Stop listening; those that wait end when their socket closes."""
        Path(self._place.token).unlink(missing_ok=True)
        Path(self._place.socket).unlink(missing_ok=True)
        for child in self._waiting:
            child.link.close()
            os.waitpid(child.pid, 0)
        asyncio.run(self._cluster.leave())


def main(idle: str) -> None:
    """Serve; begin anew, with the files that are there now, where Thea has changed."""
    if Gateway(float(idle)).run():
        os.execv(sys.executable, [sys.executable, "-m", "thea_cli.gateway", idle])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
