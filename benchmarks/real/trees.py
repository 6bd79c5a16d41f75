"""Copies of packages, their bytes, and what of them parses."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import NotTextError, SourceFile

OWN = ".thea"


class Tree:
    """One copy of a package, which is its own project root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def copy(cls, source: Path, root: Path) -> Tree:
        """A fresh copy in place of whatever is at the root."""
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(source, root, symlinks=True)
        return cls(root)

    def digests(self) -> dict[str, str]:
        """A digest of every file by its path, what Thea keeps for itself left out."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            inside = path.relative_to(self.root)
            if inside.parts[0] == OWN or (path.is_dir() and not path.is_symlink()):
                continue
            data = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            found[inside.as_posix()] = hashlib.blake2b(data, digest_size=16).hexdigest()
        return found

    def source(self, path: str) -> SourceFile | None:
        """A file as Thea reads it; None where it is not text."""
        try:
            return SourceFile.decode(path, self.root.joinpath(path).read_bytes())
        except (NotTextError, OSError):
            return None

    def parses(self, path: str) -> bool:
        """Whether CPython or tree-sitter accepts a file, in any grammar of its family."""
        source, languages = self.source(path), Languages()
        language = languages.for_path(path)
        if source is None or language is None:
            return False
        kin = ("python",) if language.name == "python" else ("javascript", "typescript", "tsx")
        return any(languages.named(name).parses(source.text) for name in kin)

    def remove(self) -> None:
        """Give the space back."""
        shutil.rmtree(self.root, ignore_errors=True)


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Paths whose bytes differ, or that are on one side only."""
    return sorted(path for path in before.keys() | after if before.get(path) != after.get(path))
