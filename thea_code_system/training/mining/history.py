"""A git directory as a stream of commits, and the texts of the files that they changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from thea_code_system.errors import WorkspaceError
from thea_code_system.workspace.git import Git

_PLAIN: Final = frozenset({"100644", "100755"})
_CHUNK: Final = 1 << 16
_COMMIT: Final = "\x01"


@dataclass(frozen=True, slots=True)
class Change:
    """A file that one commit modified; ``before`` and ``after`` name its blobs."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its message, what it modified, and how many files of code it touched in any way."""

    name: str
    message: str
    changes: tuple[Change, ...]
    files: int
    merge: bool = False

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.strip().partition("\n")[0]


class GitHistory:
    """Reads one repository, bare or not; an organ of one miner.

    Only plumbing runs, blobs are read raw, and nothing that the repository's configuration names is
    ever started: no hook, monitor, filter, external diff or transport.

    Args:
        folder: the git directory, or a working tree.
        suffixes: the files of code that count, such as ``.py``.
    """

    def __init__(self, folder: Path, suffixes: tuple[str, ...]) -> None:
        self._folder = folder
        self._suffixes = suffixes
        self._reader: subprocess.Popen[bytes] | None = None

    def head(self) -> str:
        """The name of the newest commit.

        Raises:
            WorkspaceError: there is no repository, or it has no commit.
        """
        done = subprocess.run(
            self._command("rev-parse", "--verify", "HEAD"),
            env=self._environment(), check=False, capture_output=True,
        )  # fmt: skip
        if done.returncode:
            raise WorkspaceError(
                f"no commit can be read in {self._folder}", "Give a git directory."
            )
        return done.stdout.decode().strip()

    def commits(self, *, merges: bool) -> Iterator[Commit]:
        """Newest first: the plain commits, or what merges changed against their first parents."""
        command = self._command(
            "log", "--all", "--raw", "--no-abbrev", "--no-renames", "-z", "--no-color",
            "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-show-signature",
            "--diff-merges=first-parent", f"--format={_COMMIT}%H %B",
            "--merges" if merges else "--no-merges",
            "--", *(f"*{suffix}" for suffix in self._suffixes),
        )  # fmt: skip
        log = subprocess.Popen(
            command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with log:
            try:
                assert log.stdout is not None
                yield from self._commits(self._fields(log.stdout), merge=merges)
            finally:
                log.kill()

    def files(self) -> Iterator[tuple[str, str]]:
        """Path and blob of each plain file of code in the newest commit, by path."""
        done = subprocess.run(
            self._command("ls-tree", "-r", "-z", "--full-tree", "HEAD"),
            env=self._environment(), check=False, capture_output=True,
        )  # fmt: skip
        for entry in done.stdout.decode("utf-8", "replace").split("\0"):
            about, _, path = entry.partition("\t")
            if path.endswith(self._suffixes) and (fields := about.split())[0] in _PLAIN:
                yield path, fields[2]

    def blob(self, name: str) -> bytes:
        """The content of a blob; empty where the repository lacks it."""
        if self._reader is None:
            self._reader = subprocess.Popen(
                self._command("cat-file", "--batch"),
                env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        asked, answered = self._reader.stdin, self._reader.stdout
        assert asked is not None
        assert answered is not None
        asked.write(f"{name}\n".encode())
        asked.flush()
        about = answered.readline().split()
        if len(about) != 3:
            return b""
        size = int(about[2])
        return answered.read(size + 1)[:size]

    def close(self) -> None:
        """End the reader of blobs."""
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    def _environment(self) -> dict[str, str]:
        return Git(os.fspath(self._folder)).environment()

    def _command(self, *arguments: str) -> list[str]:
        return [
            "git",
            "--no-pager",
            "--no-replace-objects",
            "-C",
            os.fspath(self._folder),
            *arguments,
        ]

    @staticmethod
    def _fields(log: IO[bytes]) -> Iterator[str]:
        rest = b""
        while chunk := log.read(_CHUNK):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from (field.decode("utf-8", "replace").strip("\n") for field in whole)

    @staticmethod
    def _commits(fields: Iterator[str], *, merge: bool) -> Iterator[Commit]:
        head, about, files = "", [""], 0
        changes: list[Change] = []
        for field in fields:
            if field.startswith(_COMMIT):
                if head:
                    yield Commit(head[1:41], head[42:], tuple(changes), files, merge)
                head, files, changes = field, 0, []
            elif field.startswith(":"):
                about = field[1:].split()
                files += 1
            elif about[-1] == "M" and {about[0], about[1]} <= _PLAIN:
                changes.append(Change(field, about[2], about[3]))
        if head:
            yield Commit(head[1:41], head[42:], tuple(changes), files, merge)
