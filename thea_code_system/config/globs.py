"""Globs that were written relative to one folder, said relative to another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class GlobBase:
    """The folder that globs were written in, and the project root that they are wanted for."""

    folder: str
    root: str

    def rebase(self, glob: str) -> str | None:
        """The glob relative to the root; None where it can match nothing below the root."""
        negated, plain = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
        moved = self._move(plain.replace("\\", "/").removeprefix("./"))
        return None if moved is None else f"{negated}{moved}"

    def absolute(self, glob: str) -> str:
        """The glob as an absolute path."""
        return os.path.normpath(PurePath(self.folder, glob))

    def _move(self, glob: str) -> str | None:
        floating = "/" not in glob.rstrip("/") or glob.startswith("**/")
        folder, root = PurePath(self.folder), PurePath(self.root)
        if folder == root:
            return glob
        if folder.is_relative_to(root):
            below = folder.relative_to(root).as_posix()
            return f"/{below}/{'**/' if '/' not in glob.rstrip('/') else ''}{glob.lstrip('/')}"
        if floating:
            return glob
        if root.is_relative_to(folder):
            return self._strip(glob, root.relative_to(folder).parts)
        return None

    @staticmethod
    def _strip(glob: str, above: tuple[str, ...]) -> str | None:
        """What is left of a glob below a folder, given the folder's names from the glob's base."""
        parts = glob.strip("/").split("/")
        for place, name in enumerate(above):
            if place == len(parts) or parts[place] == "**":
                return "/".join(["**", *parts[place + 1 :]]) if place < len(parts) else "**"
            if not fnmatchcase(name, parts[place]):
                return None
        rest = "/".join(parts[len(above) :])
        return f"/{rest}{'/' if glob.endswith('/') else ''}" if rest else "**"
