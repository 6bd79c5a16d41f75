"""The files that a process has loaded, and whether they are still those."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import thea_cli
import thea_code_system
from thea_code_system.values.workspace import Manifest, Stamp
from thea_code_system.workspace.watches import TreeWatch, TreeWatcher

_COMPILED = "__pycache__"
_PACKAGES = tuple(
    os.path.dirname(str(package.__file__))  # noqa: PTH120 - for os.walk
    for package in (thea_cli, thea_code_system)
)
_Stamps: TypeAlias = "tuple[list[tuple[int, int]], list[int]]"


class Installation:
    """What this process has in memory of Thea: its code and the edit model.

    Every hook waits for the answer: so the kernel watches the files where it can. Else the folders
    are listed again, and each file that was there is looked at, which takes two milliseconds.

    Args:
        packages: the folders of its packages.
    """

    def __init__(self, packages: Sequence[str] = _PACKAGES) -> None:
        self._folders = [folder for package in packages for folder in self._under(package)]
        self._files = [
            f"{folder}/{name}"
            for folder in self._folders
            for name in os.listdir(folder)  # noqa: PTH208 - a third of the time
            if name != _COMPILED
        ]
        self._watch = self._watched()
        self._stamps = self._now()
        self._changed = False

    def changed(self) -> bool:
        """Whether the files are not those any more that were read."""
        if self._changed:
            return True
        try:
            if self._watch is not None:
                if self._watch.holds():
                    return False
                os.close(self._watch.descriptor)
                self._watch = self._watched()
            self._changed = self._now() != self._stamps
        except OSError:
            self._changed = True  # one is gone
        return self._changed

    def _watched(self) -> TreeWatch | None:
        """A watch of what is there, to be made before that is looked at.

        Raises:
            OSError: a file is gone.
        """
        paths = (*self._folders, *self._files)
        found = {
            path: Stamp.of(status) for path, status in zip(paths, map(os.stat, paths), strict=True)
        }
        manifest = Manifest.of(found, time.time_ns())
        return None if manifest is None else TreeWatcher().watch(manifest)

    def _now(self) -> _Stamps:
        files = [(one.st_mtime_ns, one.st_size) for one in map(os.stat, self._files)]
        names = (os.listdir(folder) for folder in self._folders)  # noqa: PTH208
        return files, [len(found) - (_COMPILED in found) for found in names]

    @staticmethod
    def _under(package: str) -> Iterator[str]:
        for folder, folders, _ in os.walk(package):
            folders[:] = [name for name in folders if name != _COMPILED]
            yield folder
