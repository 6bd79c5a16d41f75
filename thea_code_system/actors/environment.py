"""What decides about outcomes besides files, facts and settings: Thea, Python and the tools."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from thea_code_system import __version__
from thea_code_system.errors import ToolError
from thea_code_system.tools.runner import TOOLS, ToolRunner

_CODE = (".py", ".json", ".toml", ".safetensors")


class Environment:
    """Digests versions cheaply: by the stamps of files, without starting a process."""

    def __init__(self, tools: Iterable[str] = TOOLS) -> None:
        self._tools = tools

    def digest(self, *more: str) -> str:
        """A content address that is part of every cache key; ``more`` are digests to add."""
        parts = [__version__, sys.version, *more, *self._own_code(), *self._tool_stamps()]
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=20).hexdigest()

    def folder(self, path: Path) -> Iterator[str]:
        """Stamps of the files in a folder, such as a model's; nothing where it cannot be read."""
        try:
            files = sorted(path.iterdir())
        except OSError:
            files = []
        yield from map(self._stamp, files)

    @staticmethod
    @functools.cache
    def _own_code() -> Sequence[str]:
        """Stamps of this package's files: an editable install changes without a new version.

        They are read once: what counts is what this process has loaded.
        """
        package = Path(__file__).parents[1]
        return [
            Environment._stamp(Path(folder).joinpath(name))
            for folder, _, names in sorted(os.walk(package))
            for name in sorted(names)
            if name.endswith(_CODE)
        ]

    def _tool_stamps(self) -> Iterator[str]:
        for tool in self._tools:
            try:
                yield self._stamp(Path(ToolRunner(tool, (0, 0)).path))
            except ToolError:
                yield f"{tool} missing"

    @staticmethod
    def _stamp(path: Path) -> str:
        status = path.stat()
        return f"{path} {status.st_size} {status.st_mtime_ns}"
