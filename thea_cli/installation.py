"""The files that a process has loaded, and whether they are still those."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeAlias

import thea_cli
import thea_code_system

_COMPILED = "__pycache__"
_Stamps: TypeAlias = "tuple[list[tuple[int, int]], list[int]]"


class Installation:
    """What this process has in memory of Thea: its code and the edit model.

    To look costs two milliseconds, and every hook waits for it: so only the folders are listed
    again, and each file that was there is looked at.
    """

    def __init__(self) -> None:
        self._folders = list(self._found())
        self._files = [
            f"{folder}/{name}"
            for folder in self._folders
            for name in os.listdir(folder)  # noqa: PTH208 - a third of the time
            if name != _COMPILED
        ]
        self._stamps = self._now()

    def changed(self) -> bool:
        """Whether the files are not those any more that were read."""
        try:
            return self._now() != self._stamps
        except OSError:
            return True  # one is gone

    def _now(self) -> _Stamps:
        files = [(one.st_mtime_ns, one.st_size) for one in map(os.stat, self._files)]
        names = (os.listdir(folder) for folder in self._folders)  # noqa: PTH208
        return files, [len(found) - (_COMPILED in found) for found in names]

    @staticmethod
    def _found() -> Iterator[str]:
        for package in (thea_cli, thea_code_system):
            for folder, folders, _ in os.walk(os.path.dirname(str(package.__file__))):  # noqa: PTH120
                folders[:] = [name for name in folders if name != _COMPILED]
                yield folder
