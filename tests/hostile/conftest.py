"""What the tests of hostile trees share: a target, a canary outside of it, and Thea run on it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

SECONDS, BYTES = 60.0, 2 << 30  # of processor time, of memory: what a run may take, on any tree
FIXABLE = "import os\n\nprint(1)\n"
FIXED = "\nprint(1)\n"


@dataclass(frozen=True)
class Run:
    """How a process ended.

    `seconds` are of processor time, its children's included; `rss` is the most memory, in bytes,
    that it or one of them had.
    """

    code: int
    out: str
    err: str
    seconds: float
    rss: int

    def check(self, code: int, most: int = BYTES) -> Run:
        """The exit code that was expected, no traceback, and within bounds."""
        assert self.code == code, f"exit {self.code}\n{self.out}\n{self.err}"
        for words in ("Traceback", "in a way it should not", "panicked"):
            assert words not in self.out + self.err
        assert self.seconds < SECONDS
        assert self.rss < most
        return self


class Target:
    """A folder that somebody else wrote, a sentinel beside it, and a mark that payloads leave."""

    def __init__(self, base: Path) -> None:
        self.root, self.outside, self.home = (base / name for name in ("root", "outside", "home"))
        for folder in (self.root, self.outside, self.home):
            folder.mkdir()
        self.mark = base / "sprung"
        (self.outside / "precious.py").write_text(FIXABLE)
        (self.outside / "deep").mkdir()
        (self.outside / "deep" / "notes.txt").write_text("teh notes\n")
        self.before = self.snapshot()
        self.base = base

    @property
    def python(self) -> str:
        """A module that leaves the mark when it is imported or run."""
        return f"open({str(self.mark)!r}, 'a').write(__name__ + '\\n')\n"

    def script(self, path: Path, then: str = "cat") -> Path:
        """A program that leaves the mark, and then passes on what it is given."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {path.name} >> '{self.mark}'\n{then}\n")
        path.chmod(0o755)
        return path

    def write(self, name: str, text: str | bytes = FIXABLE) -> Path:
        """A file of the target."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def git(self, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        """Git as a careless user has it."""
        given = ("-c", "user.name=a", "-c", "user.email=a@example.com", *arguments)
        return subprocess.run(
            ["git", *given], cwd=self.root, capture_output=True, text=True, check=False,
            env=self.environment(), timeout=60, **options,
        )  # fmt: skip

    def environment(self, **more: str) -> dict[str, str]:
        """That of a user with a home of his own."""
        own = {"HOME": str(self.home), "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "",
               "XDG_CONFIG_HOME": "", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip
        return {**os.environ, **own, **more}

    def thea(self, *arguments: object, cwd: Path | None = None, module=True, **environment) -> Run:
        """Run `python -m thea_cli`, or the program `thea`, by default in the target."""
        start = [sys.executable, "-m", "thea_cli"] if module else [self._program()]
        return self.run([*start, *map(str, arguments)], cwd or self.root, **environment)

    def run(self, command: list[str], cwd: Path, **environment: str) -> Run:
        """Run a program to its end, or to the limit, and measure it."""
        texts = [self.base / "stdout", self.base / "stderr"]
        with texts[0].open("wb") as out, texts[1].open("wb") as err:
            process = subprocess.Popen(
                command, cwd=cwd, env=self.environment(**environment), stdin=subprocess.DEVNULL,
                stdout=out, stderr=err, start_new_session=True,
            )  # fmt: skip
            limit = threading.Timer(4 * SECONDS, os.killpg, (process.pid, signal.SIGKILL))
            limit.start()
            _, status, usage = os.wait4(process.pid, 0)
            limit.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        said = [path.read_text("utf-8", "replace") for path in texts]
        seconds = usage.ru_utime + usage.ru_stime
        return Run(process.returncode, *said, seconds, usage.ru_maxrss << 10)

    def sprung(self) -> bool:
        """Whether a payload has run; forgets it."""
        found = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return found

    def snapshot(self) -> dict[str, tuple[object, ...]]:
        """All that can be told of what lies outside of the target."""
        found: dict[str, tuple[object, ...]] = {}
        for path in [self.outside, *sorted(self.outside.rglob("*"))]:
            status = path.lstat()
            data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
            found[str(path)] = (status.st_mode, status.st_mtime_ns, status.st_ino, data)
        return found

    @staticmethod
    def _program() -> str:
        program = Path(sys.executable).with_name("thea")
        if not program.exists():
            pytest.skip("Thea is not installed beside this Python")
        return str(program)


@pytest.fixture
def target(tmp_path):
    """A hostile folder: whatever a test does to it, no payload runs and nothing outside changes."""
    made = Target(tmp_path)
    yield made
    assert not made.mark.exists(), f"a payload ran: {made.mark.read_text()}"
    assert made.snapshot() == made.before, "something outside of the target was changed"
