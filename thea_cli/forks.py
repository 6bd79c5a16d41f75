"""The processes that a gateway has forked: some wait for a command line, some run one."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from thea_cli.warm import WATCHED, WATCHES, WarmProcess
from thea_cli.wire import LENGTH, Message
from thea_code_system.workspace.watches import TreeWatch
from thea_code_system.wrappers.platform import Platform

SPARE = 2  # processes that wait: to fork one and warm it up takes longer than a small run


@dataclass
class Fork:
    """A forked process, and the socket on which it takes what it is to run."""

    pid: int
    link: socket.socket
    ready: bool = False
    command: str = ""
    since: float = field(default_factory=time.monotonic)


class Forks:
    """Keeps processes waiting, and gives them work.

    Args:
        selector: where their sockets are listened on, with the process id as data.
        inherited: sockets that a fork has to close.
        invitation: the environment with which a run joins the cluster that is warm.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        inherited: Iterable[socket.socket],
        invitation: Mapping[str, str],
    ) -> None:
        self._selector, self._inherited = selector, tuple(inherited)
        self._invitation = invitation
        self._waiting: list[Fork] = []
        self._busy: dict[int, Fork] = {}
        self._watches: list[TreeWatch] = []
        self.served = self.crashed = 0

    @property
    def at_work(self) -> bool:
        """Whether some command line is running."""
        return bool(self._busy)

    def fill(self) -> None:
        """Have processes waiting; while a command line runs, one is enough: forks cost it time."""
        while len(self._waiting) < (1 if self._busy else SPARE):
            self._waiting.append(self._fork())

    def give(self, job: list[bytes], client: socket.socket, streams: list[int]) -> None:
        """Let a process run a command line, with the client's socket and its streams."""
        self.fill()
        ready = (fork for fork in self._waiting if fork.ready)
        fork = next(ready, self._waiting[0])
        self._waiting.remove(fork)
        words = [one.decode(errors="replace") for one in job[3 : 3 + int(job[2])]]
        fork.command, fork.since = " ".join(words), time.monotonic()
        self._forget([watch for watch in self._watches if not watch.is_silent()])
        watched = Message.packed([part for watch in self._watches for part in watch[1:]])
        message = Message.packed([watched[LENGTH:], *job])
        handed = [client.fileno(), *streams, *(watch.descriptor for watch in self._watches)]
        sent = socket.send_fds(fork.link, [message], handed)
        fork.link.sendall(message[sent:])
        self._busy[fork.pid] = fork
        self.served += 1

    def heard(self, pid: int) -> None:
        """A process is ready to work, or has watched a tree; or it is done or has crashed."""
        fork = next(one for one in (*self._waiting, *self._busy.values()) if one.pid == pid)
        handed: list[int] = []
        try:
            said, *parts = Message.received(fork.link, handed, 1)
        except (OSError, ValueError):
            self._ended(fork)
            return
        if said == WATCHED:
            self._keep(TreeWatch(handed[0], *parts))
        fork.ready = True

    def _ended(self, fork: Fork) -> None:
        self._selector.unregister(fork.link)
        fork.link.close()
        self._busy.pop(fork.pid, None)
        self._waiting = [one for one in self._waiting if one is not fork]
        _, status = os.waitpid(fork.pid, 0)
        self.crashed += os.WIFSIGNALED(status)

    def _keep(self, watch: TreeWatch) -> None:
        """Have runs told of it, in the place of an older one of its tree."""
        same = [one for one in self._watches if one.manifest == watch.manifest]
        self._forget(same or self._watches[: 1 - WATCHES])
        self._watches.append(watch)

    def _forget(self, watches: Iterable[TreeWatch]) -> None:
        """Let go of watches that are of no use any more, or for which there is no room."""
        for watch in watches:
            os.close(watch.descriptor)
            self._watches.remove(watch)

    def status(self) -> dict[str, object]:
        """What is done, waits and runs; memory in bytes."""
        now, memory = time.monotonic(), Platform().process_memory
        return {
            "served": self.served,
            "crashed": self.crashed,
            "waiting": [
                {"pid": fork.pid, "ready": fork.ready, "memory": memory(fork.pid)}
                for fork in self._waiting
            ],
            "running": [
                {
                    "pid": fork.pid,
                    "command": fork.command,
                    "seconds": round(now - fork.since, 1),
                    "memory": memory(fork.pid),
                }
                for fork in self._busy.values()
            ],
            "watched": len(self._watches),
        }

    def close(self) -> None:
        """End those that wait: they do when their socket closes."""
        for fork in self._waiting:
            fork.link.close()
            os.waitpid(fork.pid, 0)

    def _fork(self) -> Fork:
        ours, its = socket.socketpair()
        pid = os.fork()
        if not pid:
            for one in self._sockets():
                one.close()
            self._forget(list(self._watches))
            ours.close()
            WarmProcess(its, self._invitation).run()
        its.close()
        self._selector.register(ours, selectors.EVENT_READ, pid)
        return Fork(pid, ours)

    def _sockets(self) -> Iterator[socket.socket]:
        yield from self._inherited
        yield from (fork.link for fork in (*self._waiting, *self._busy.values()))
