"""Running outside programs: found safely, in a bare environment, never longer than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thea_code_system.errors import ToolCrashError, ToolError
from thea_code_system.wrappers.platform import Platform

_VERSION = re.compile(r"\b(\d+)\.(\d+)(?:\.(\d+))?\b")
_STACK = str(1 << 29)  # bytes of address space a thread: one file nests deep, and all are lost
_ANSWER = 10.0  # seconds for a program to say its version
_TAIL = 400  # characters of a tool's own words that an error repeats

TOOLS: Final = {"ruff": (0, 15), "oxlint": (1, 50), "typos": (1, 30), "ast-grep": (0, 40)}
"""The programs, and the oldest version of each that will do."""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a finished process left behind."""

    code: int
    stdout: bytes
    stderr: str


class ToolRunner:
    """Organ that runs one outside program.

    Args:
        program: its name, such as ``ruff``.
        oldest: the oldest version that will do.
        seconds: how long one process may run before its whole group is killed.
        avoid: the target's root; a program that lies there is never taken.
    """

    def __init__(
        self, program: str, oldest: tuple[int, int], seconds: float = 60.0, avoid: str = ""
    ) -> None:
        self.program = program
        self.seconds = seconds
        self._oldest = oldest
        self._avoid = avoid
        self._path = ""
        self._version = ""

    @property
    def path(self) -> str:
        """Where the program lies.

        Raises:
            ToolError: if it is not installed.
        """
        if not self._path:
            folders = os.pathsep.join(self._folders())
            found = shutil.which(self.program, path=folders) if folders else None
            if found is None:
                raise ToolError(
                    f"{self.program} is not installed", f"pip install {self.program}, or thea-cli"
                )
            self._path = found
        return self._path

    def version(self) -> str:
        """The program's version, read once.

        Raises:
            ToolError: if it is missing, does not answer, or is too old.
        """
        if not self._version:
            stamp = Path(self.path).stat()
            version = self._told(self.path, stamp.st_mtime_ns, stamp.st_size)
            oldest = ".".join(map(str, self._oldest))
            if tuple(map(int, version.split(".")[:2])) < self._oldest:
                raise ToolError(
                    f"{self.program} {version} is too old", f"install {self.program}>={oldest}"
                )
            self._version = version
        return self._version

    async def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        accept: frozenset[int] = frozenset({0, 1}),
    ) -> ToolOutput:
        """Run the program to its end.

        Raises:
            ToolError: if it is missing, too old, takes too long or ends with a status that is not
                in ``accept``; a ToolCrashError if a signal ended it.
        """
        async with self.process(arguments, cwd=cwd) as process:
            try:
                stdout, stderr = await asyncio.wait_for(process.communicate(), self.seconds)
            except asyncio.TimeoutError:
                raise self.late() from None
        words = stderr.decode("utf-8", "replace").strip()
        code = process.returncode if process.returncode is not None else -1
        if code not in accept:
            kind = ToolCrashError if code < 0 else ToolError
            raise kind(
                f"{self.program} {self._version} ended with status {code}: {words[-_TAIL:]}",
                "thea doctor checks the tools",
            )
        return ToolOutput(code, stdout, words)

    @contextlib.asynccontextmanager
    async def process(
        self, arguments: Sequence[str], *, cwd: Path
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """A running process with pipes; its whole group is gone when the block is left."""
        if not self._version:
            await asyncio.to_thread(self.version)
        try:
            process = await asyncio.create_subprocess_exec(
                self.path,
                *arguments,
                cwd=cwd,
                env=self._environment(cwd),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(f"{self.program} cannot be started: {error}") from error
        try:
            yield process
        finally:
            if process.returncode is None:
                self._kill(process)
                await process.communicate()  # wait() alone hangs while a pipe is full

    def late(self) -> ToolError:
        """The error of a process that did not end in time."""
        return ToolError(
            f"{self.program} did not finish within {self.seconds:g} s",
            "raise tool-seconds, or take part of the tree at a time",
        )

    @staticmethod
    @functools.lru_cache
    def _told(path: str, *_stamp: int) -> str:
        """What a program says its version is; it is asked once by a process and its forks."""
        program, folder = Path(path).stem, Path(path).parent
        try:
            answer = subprocess.run(
                [path, "--version"],
                capture_output=True,
                check=True,
                timeout=_ANSWER,
                cwd=folder,
                env=ToolRunner._environment(folder),
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ToolError(f"{program} does not tell its version: {error}") from error
        words = answer.stdout.decode("utf-8", "replace")
        match = _VERSION.search(words)
        if match is None:
            raise ToolError(f"{program} has an odd version: {words.strip()[:_TAIL]!r}")
        return match[0]

    def _folders(self) -> Iterator[str]:
        """Where to look: beside Python, among our own package's scripts, then PATH."""
        yield str(Path(sys.executable).parent)
        yield str(Path(sys.prefix, "Scripts" if os.name == "nt" else "bin"))
        yield str(Path(__file__).parents[2] / "bin")
        yield str(Path.home() / ".local" / "bin")
        yield from Platform().search_path(self._avoid)

    @staticmethod
    def _environment(home: Path) -> dict[str, str]:
        """Nothing of the user's environment decides what a tool does."""
        kept = {
            name: os.environ[name]
            for name in ("SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH", "RAYON_NUM_THREADS")
            if name in os.environ
        }
        bare = {"HOME": str(home), "PATH": "", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        return {**kept, **bare, "RUST_MIN_STACK": _STACK}

    @staticmethod
    def _kill(process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
