"""`thea cluster`: keep Thea warm, so that small runs take milliseconds."""

from __future__ import annotations

import enum
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from thea_cli.console import Console
from thea_cli.options import TableOrJson, choice
from thea_cli.warm_start import IDLE, WarmStart
from thea_cli.wire import CHUNK, Message, Place
from thea_code_system.config.amounts import TIME
from thea_code_system.errors import ClusterError, UsageError

EXAMPLES = (
    "thea cluster up                     later runs start warm",
    "thea cluster up --idle-timeout 2h   stay that long without work",
    "thea cluster status --format json",
    "thea cluster down",
)
_WORKER = "ray::"  # so begin the titles of Ray's workers
_ENDS, _ANSWERS = 10.0, 5.0  # seconds


class Action(str, enum.Enum):
    """What to do with it."""

    UP = "up"
    STATUS = "status"
    DOWN = "down"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class ClusterRequest:
    """What `thea cluster` was asked; ``idle`` in seconds."""

    action: Action
    idle: float
    format: str

    def run(self) -> int:
        """Do it.

        Raises:
            ClusterError: it does not start, or does not end.
        """
        if self.action is Action.STATUS:
            return self._tell()
        if self.action is not Action.UP:
            self._down()
        if self.action is not Action.DOWN:
            self._up()
        return 0

    def _up(self) -> None:
        if status := self._asked(b"status"):
            Console.print(f"It runs already: process {json.loads(status)['pid']}.")
            return
        pid = WarmStart().wait(self.idle)
        Console.print(f"Thea is warm: process {pid}, until {self.idle:g} s without work.")

    def _down(self) -> None:
        if not self._asked(b"down"):
            Console.print("Nothing runs.")
            return
        deadline = time.monotonic() + _ENDS
        while self._asked(b"status"):
            if time.monotonic() > deadline:
                raise ClusterError(
                    "it has not ended yet",
                    "It lets what it runs finish; see `thea cluster status`.",
                )
            time.sleep(0.05)
        Console.print("It has ended.")

    def _tell(self) -> int:
        answer = self._asked(b"status")
        status: dict[str, Any] = json.loads(answer) if answer else {}
        if self.format == "json":
            Console.print(json.dumps(status, indent=2))
        elif not status:
            Console.print("Nothing runs. `thea cluster up` starts it.")
        else:
            self._describe(status)
        return 0 if status else 1

    @classmethod
    def _describe(cls, status: dict[str, Any]) -> None:
        waiting, running, ray = status["waiting"], status["running"], status["ray"]
        each = [status, *waiting, *running, *ray]
        versions = ", ".join(f"{name} {version}" for name, version in status["versions"].items())
        rows = {
            "thea": f"{status['version']}, Python {status['python']}, {versions}",
            "process": f"{status['pid']}, up {status['uptime']:,.0f} s,"
            f" ends after {status['idle_timeout']:,.0f} s without work",
            "memory": f"{cls._size(each)} in {len(each)} processes",
            "runs": f"{status['served']:,} served, {status['crashed']:,} crashed",
            "waiting": ", ".join(
                f"process {one['pid']}{'' if one['ready'] else ' (starting)'}" for one in waiting
            ),
            "watched": f"{status['watched']} trees",
            "ray": status["trouble"]
            or f"{status['cluster']} {'answers' if status['answers'] else 'does not answer'},"
            f" {cls._size(ray)}",
            "actors": ", ".join(cls._actors(ray)) or "none",
            "running": "; ".join(
                f"{one['command']} ({one['seconds']:.1f} s, process {one['pid']},"
                f" {cls._size([one])})"
                for one in running
            )
            or "nothing",
        }
        for name, words in rows.items():
            Console.print(f"{name:8} {words}")

    @staticmethod
    def _size(processes: list[dict[str, Any]]) -> str:
        return f"{sum(one['memory'] for one in processes) / 1e6:,.0f} MB"

    @classmethod
    def _actors(cls, ray: list[dict[str, Any]]) -> Iterator[str]:
        """Ray's workers: those that wait to become an actor, and those that are one."""
        for one in ray:
            if one["title"].startswith(_WORKER):
                name = one["title"].removeprefix(_WORKER)
                yield f"{name} (process {one['pid']}, {cls._size([one])})"

    @staticmethod
    def _asked(kind: bytes) -> bytes:
        """The answer of the process that listens; empty where there is none."""
        place = Place()
        if not place.is_private():
            return b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(_ANSWERS)
            try:
                link.connect(place.socket)
                link.sendall(Message.packed([place.secret(), kind]))
                return b"".join(iter(lambda: link.recv(CHUNK), b""))
            except OSError:
                return b""


def command(
    action: Annotated[Action, typer.Argument(metavar="up|status|down|restart", help="What to do.")],
    *,
    idle_timeout: Annotated[
        str, typer.Option(metavar="TIME", help="End after so long without work.")
    ] = IDLE,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
) -> ClusterRequest:
    """Keep a process that has all of Thea in memory, from which `thea correct` starts at once.

    It listens on a socket that nobody else can open. Runs behave as they would without it; where it
    does not answer, they start by themselves.
    """
    try:
        idle = TIME.parse(idle_timeout)
    except ValueError as error:
        raise UsageError(f"--idle-timeout cannot be {idle_timeout}", f"{error}.") from error
    return ClusterRequest(action, idle, choice("--format", format, ("table", "json")))
