"""Remembers what a command line was resolved to, so that it need not be resolved again.

Importing Typer and pydantic costs more than a run that has nothing to do. So a resolved `correct`
is kept in the user's cache directory, keyed by the command line, the working directory and the
environment, with the stamps of every file that the configuration depends on.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from thea_cli.request import CorrectRequest
from thea_code_system import __version__
from thea_code_system.config import production
from thea_code_system.config.production import ProductionConfig
from thea_code_system.wrappers.platform import Platform

_KEPT = 64
_ENVIRONMENT = ("HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA")


class Startup:
    """The remembered start of one command line."""

    def __init__(self, command: str) -> None:
        environment = sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.startswith("THEA_") or name in _ENVIRONMENT
        )
        key = repr((__version__, sys.version, command, str(Path.cwd()), environment))
        self._folder = Platform().cache_directory() / "startup"
        self._file = (
            self._folder / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.json"
        )

    def load(self) -> tuple[CorrectRequest, ProductionConfig] | None:
        """What this command line meant last time; None if that may have changed."""
        try:
            entry = json.loads(self._file.read_text(encoding="utf-8"))
            if entry["stamps"] != self._stamps(entry["stamps"]):
                return None
            request = CorrectRequest.from_json(entry["request"])
            return request, ProductionConfig.from_json(entry["config"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or torn, or from another version: resolve it anew

    def save(self, request: CorrectRequest, config: ProductionConfig) -> None:
        """Remember; where the cache cannot be written, the next start is merely slower."""
        entry = {
            "stamps": self._stamps([*config.consulted, *self._own_code()]),
            "request": request.to_json(),
            "config": config.to_json(),
        }
        fresh = self._file.with_suffix(f".{os.getpid()}")
        try:
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            Platform().make_private(fresh)
            fresh.write_text(json.dumps(entry), encoding="utf-8")
            fresh.replace(self._file)
            self._prune()
        except OSError:
            return

    @staticmethod
    def _own_code() -> list[str]:
        """What resolves a configuration: an editable install changes without a new version."""
        return [str(path) for path in Path(production.__file__).parent.glob("*.py")]

    @staticmethod
    def _stamps(paths: Iterable[str]) -> dict[str, Any]:
        """What shows that a file was made, changed or removed; of a folder only that it is one."""
        stamps: dict[str, Any] = {}
        for path in paths:
            try:
                status = os.stat(path)  # noqa: PTH116 - a third of the time that Path takes
            except OSError:
                stamps[path] = None
                continue
            times = [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]
            stamps[path] = [] if stat.S_ISDIR(status.st_mode) else times
        return stamps

    def _prune(self) -> None:
        """Forget the oldest entries: hooks make a new command line with every commit."""
        entries = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in entries[:-_KEPT]:
            path.unlink(missing_ok=True)
