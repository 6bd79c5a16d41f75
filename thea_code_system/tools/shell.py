"""Runs a user's command on a copy of the tree: confined, never longer than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from thea_code_system.errors import ToolError

_LAUNCHER: Final = Path(__file__).with_name("confinement.py")
_MEMORY: Final = 16_000_000_000  # bytes of one process; more than any test suite that is meant well
_TAIL: Final = 4_000_000  # bytes of output that are read: the end, where the failures stand
_ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NOT_RUN: Final = frozenset({126, 127})
LATE: Final = -1
"""The status of a command that did not end in time."""


@dataclass(frozen=True, slots=True)
class ShellResult:
    """How a command ended, and the end of what it printed, both streams, without colours."""

    status: int
    output: str

    @property
    def unstarted(self) -> str:
        """The shell's words about a program that it could not start; empty if there was none."""
        if self.status not in _NOT_RUN:
            return ""
        return self.output.strip().rpartition("\n")[2] or f"status {self.status}"


class ConfinedShell:
    """Organ that runs one command after the other in a folder.

    Each has no network but a loopback of its own where the system allows that, bounded memory, and
    an environment in which Python leaves no bytecode behind. Whatever it started is gone when it
    has ended.

    Args:
        seconds: how long one command may take.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def run(self, command: str, folder: Path, extra: Mapping[str, str]) -> ShellResult:
        """Run a line for the shell to its end, or to that of its time.

        Args:
            command: what to run.
            folder: where to.
            extra: variables, besides those of the user.

        Raises:
            ToolError: it cannot be started here.
        """
        if os.name != "posix":
            raise ToolError("commands on a copy of the tree cannot be run on Windows")
        with tempfile.TemporaryFile() as output:
            status = await self._run(command, folder, {**self._environment(), **extra}, output)
            return ShellResult(status, self._tail(output))

    async def _run(
        self, command: str, folder: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> int:
        launcher = (sys.executable, "-I", "-S", str(_LAUNCHER), str(_MEMORY), command)
        try:
            process = await asyncio.create_subprocess_exec(
                *launcher,
                cwd=folder,
                env=environment,
                stdin=asyncio.subprocess.PIPE,  # closed when we end, however that may be
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(f"`{command}` cannot be started: {error}") from error
        try:
            return await asyncio.wait_for(process.wait(), self.seconds)
        except asyncio.TimeoutError:
            return LATE
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    @staticmethod
    def _environment() -> dict[str, str]:
        """The user's own, but for what would colour the output."""
        kept = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
        return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "PY_COLORS": "0"}

    @staticmethod
    def _tail(output: IO[bytes]) -> str:
        size = output.seek(0, os.SEEK_END)
        output.seek(max(0, size - _TAIL))
        return _ANSI.sub("", output.read().decode("utf-8", "replace"))
