"""Pieces of real files, for the mutator to start from."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import SourceFile
from thea_code_system.workspace.reading import Reader

SUFFIXES = {
    "python": (".py", ".pyi"),
    "script": (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"),
}
LARGEST = 60_000  # bytes of a file that is looked at


class Seeds:
    """Files below some folders, by kind; by default those of the installed packages."""

    def __init__(self, folders: list[Path] | None = None) -> None:
        found = folders or [Path(at) for at in sys.path if Path(at).name == "site-packages"]
        self._languages = Languages()
        self.files = {
            kind: sorted(
                path
                for folder in found
                for path in folder.rglob("*")
                if path.name.endswith(suffixes) and 0 < path.stat().st_size < LARGEST
            )
            for kind, suffixes in SUFFIXES.items()
        }

    def draw(self, rng: random.Random) -> tuple[str, bytes]:
        """A suffix and a piece of a file that parses; now and then one that does not."""
        for _ in range(8):
            suffix, data = self._piece(rng)
            source = Reader.decode(f"piece{suffix}", data)
            language = self._languages.for_path(f"piece{suffix}")
            if not isinstance(source, SourceFile) or language is None:
                continue
            if language.parses(source.text):
                break
        return suffix, data

    def _piece(self, rng: random.Random) -> tuple[str, bytes]:
        """Some lines of a file that begin where a line is not indented."""
        kind = "python" if not self.files["script"] or rng.random() < 0.65 else "script"
        path = rng.choice(self.files[kind])
        lines = path.read_bytes().splitlines(keepends=True) or [b""]
        starts = [n for n, line in enumerate(lines) if line[:1].strip() and line[:1] not in b")]}#"]
        start = rng.choice(starts) if starts and rng.random() < 0.8 else 0
        size = rng.choice((3, 8, 15, 30, 60, 120))
        ends = [n for n in starts if start < n <= start + size]
        end = ends[-1] if ends else start + size
        data = b"".join(lines[start:end])[:6_000]
        suffix = path.suffix
        if kind == "script" and rng.random() < 0.3:
            suffix = rng.choice(SUFFIXES[kind])
        return suffix, data
