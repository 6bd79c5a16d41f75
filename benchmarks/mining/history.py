"""A git directory as a stream of modified files and their two versions."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = [".py", ".js", ".jsx", ".ts", ".tsx"]
PLAIN_FILES = {"100644", "100755"}


@dataclass(frozen=True)
class Change:
    """One file that one commit modified; `before` and `after` are the names of its blobs."""

    commit: str
    path: str
    before: str
    after: str


class History:
    """Reads a repository, bare or not, with git's plumbing; hooks and filters never run."""

    def __init__(self, folder: Path) -> None:
        self._git = ["git", "-c", "core.quotePath=false", "-C", str(folder)]
        self._blobs: subprocess.Popen[bytes] | None = None
        self.commits = 0

    def head(self) -> str:
        done = subprocess.run([*self._git, "rev-parse", "HEAD"], check=True, capture_output=True)
        return done.stdout.decode().strip()

    def changes(self, *, merges: bool = True) -> Iterator[Change]:
        """Newest first; what merges changed against their first parents comes after the commits."""
        for which in ("--no-merges", "--merges")[: 1 + merges]:
            command = [*self._git, "log", "--all", "--raw", "--no-abbrev", "--no-renames", "-z"]
            command += [which, "--diff-filter=M", "--diff-merges=first-parent", "--format=%x01%H"]
            command += ["--", *(f"*{suffix}" for suffix in SUFFIXES)]
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as log:
                try:
                    yield from self._read(log)
                finally:
                    log.kill()

    def _read(self, log: subprocess.Popen[bytes]) -> Iterator[Change]:
        commit, meta = "", []
        for field in self._fields(log):
            if field.startswith("\x01"):
                commit = field[1:]
                self.commits += 1
            elif field.startswith(":"):
                meta = field[1:].split()
            elif meta:
                if meta[0] in PLAIN_FILES and meta[1] in PLAIN_FILES:
                    yield Change(commit, field, meta[2], meta[3])
                meta = []

    @staticmethod
    def _fields(log: subprocess.Popen[bytes]) -> Iterator[str]:
        rest = b""
        while chunk := log.stdout.read(1 << 16):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from (field.decode("utf-8", "replace").strip("\n") for field in whole)

    def blob(self, name: str) -> bytes:
        if self._blobs is None:
            command = [*self._git, "cat-file", "--batch"]
            self._blobs = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._blobs.stdin.write(f"{name}\n".encode())
        self._blobs.stdin.flush()
        header = self._blobs.stdout.readline().split()
        if header[-1] == b"missing":
            return b""
        size = int(header[2])
        return self._blobs.stdout.read(size + 1)[:size]

    def close(self) -> None:
        if self._blobs is not None:
            self._blobs.communicate()
