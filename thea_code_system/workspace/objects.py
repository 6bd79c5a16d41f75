"""Blobs, trees and commits, made in an index that is nobody's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thea_code_system.workspace.git import Git

_NEW_FILE = b"100644"
_CRLF = b"\r\n"
_SHA1 = 40  # hexadecimal digits; git's other hash has 64


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as an index or a tree holds it: mode and name of its blob."""

    mode: bytes
    blob: bytes

    def holds(self, data: bytes) -> bool:
        """Whether the blob has these very bytes."""
        kind = "sha1" if len(self.blob) == _SHA1 else "sha256"
        digest = hashlib.new(kind, b"blob %d\0" % len(data), usedforsecurity=False)
        digest.update(data)
        return digest.hexdigest().encode() == self.blob

    def keeps(self, data: bytes) -> bool:
        """Whether the blob has these bytes, or what git makes of them where it wants LF."""
        return self.holds(data) or self.holds(data.replace(_CRLF, b"\n"))


class ScratchIndex:
    """An index that starts as a commit, takes new contents, and becomes trees.

    Args:
        git: the repository, whose own index is not touched.
        folder: where the index is kept, and contents before they are blobs.
        prefix: the path of the root within the repository, with a slash at its end.
    """

    def __init__(self, git: Git, folder: Path, prefix: bytes) -> None:
        self._git = git
        self._folder = folder
        self._prefix = prefix
        self._index = str(folder.joinpath("index"))

    async def read(self, commit: str) -> Mapping[str, Stored]:
        """Start as a commit; its files below the root."""
        await self._git.ask("read-tree", commit, index=self._index)
        return await self.entries(self._git, self._index)

    async def write(
        self, files: Mapping[str, bytes], held: Mapping[str, Stored]
    ) -> dict[str, Stored]:
        """Put contents in, as they are; how they are held from now on."""
        blobs = self._folder.joinpath("blobs")
        blobs.mkdir(exist_ok=True)
        names = [blobs.joinpath(str(number)) for number, _ in enumerate(files)]
        for name, data in zip(names, files.values(), strict=True):
            name.write_bytes(data)
        given = b"".join(os.fsencode(name) + b"\n" for name in names)
        out = await self._git.ask("hash-object", "-w", "--no-filters", "--stdin-paths", given=given)
        modes = [held[path].mode if path in held else _NEW_FILE for path in files]
        new = {
            path: Stored(mode, blob)
            for path, mode, blob in zip(files, modes, out.split(), strict=True)
        }
        await self.enter(new, self._index)
        return new

    async def tree(self) -> str:
        """The name of the tree that the index is now."""
        return (await self._git.ask("write-tree", index=self._index)).decode().strip()

    async def enter(self, files: Mapping[str, Stored | None], index: str = "") -> None:
        """Set entries of an index, of the user's by default; those that are None go."""
        length = next((len(one.blob) for one in files.values() if one), _SHA1)
        gone = Stored(b"0", b"0" * length)
        lines = [
            b"%s %s\t%s%s\0"
            % ((one or gone).mode, (one or gone).blob, self._prefix, os.fsencode(path))
            for path, one in files.items()
        ]
        given = b"".join(lines)
        await self._git.ask("update-index", "-z", "--index-info", given=given, index=index)

    @staticmethod
    async def entries(git: Git, index: str = "") -> dict[str, Stored]:
        """The files below the root in an index, the user's by default."""
        found = {}
        for line in (await git.ask("ls-files", "-z", "--stage", index=index)).split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path:
                mode, blob, _ = about.split(b" ")
                found[os.fsdecode(path)] = Stored(mode, blob)
        return found
