"""The latest commit: when it was made, whether by Thea, and what it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thea_code_system.workspace.git import Git

_TRAILER = re.compile(rb"^Thea-Run: \w+$", re.MULTILINE)
_LARGEST = 10_000_000  # bytes; no source file that was corrected is larger


@dataclass(frozen=True, slots=True)
class LatestCommit:
    """Where a repository's branch is.

    ``made`` is its committer's time, in whole seconds since the epoch. ``by_thea`` is whether it
    names a run: also after a rebase, and where somebody else's Thea made it.
    """

    git: Git
    name: str
    made: int
    by_thea: bool

    @classmethod
    async def of(cls, git: Git) -> LatestCommit:
        """Ask a repository for it.

        Raises:
            WorkspaceError: there is no repository, or no commit.
        """
        out = await git.ask("rev-list", "--max-count=1", "--format=%ct%n%B", "HEAD")
        about, made, message = out.split(b"\n", 2)
        name = about.removeprefix(b"commit ").decode()
        return cls(git, name, int(made), _TRAILER.search(message) is not None)

    async def files(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The raw contents of those files, relative to the root, that it holds.

        Raises:
            WorkspaceError: git failed.
        """
        asked = [path for path in paths if "\n" not in path]
        given = b"".join(b"%s:./%s\n" % (self.name.encode(), os.fsencode(path)) for path in asked)
        lines = (await self.git.ask("cat-file", "--batch-check", given=given)).splitlines()
        found = {
            path: name
            for path, (name, kind, size) in zip(asked, map(self._fields, lines), strict=True)
            if kind == b"blob" and int(size) <= _LARGEST
        }
        blobs = await self.git.blobs(tuple(found.values()))
        return dict(zip(found, blobs, strict=True))

    @staticmethod
    def _fields(line: bytes) -> tuple[bytes, bytes, bytes]:
        """Name, kind and size; without a kind where git has no such object."""
        if line.endswith(b" missing"):
            return b"", b"", b""
        name, kind, size = line.split(b" ")
        return name, kind, size
