"""Correctors that other packages bring, as they announce them in their metadata."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

ENTRY_POINTS = "thea.correctors"


class Extensions:
    """The installed ones, by name; metadata is read again only where something was installed."""

    def __init__(self) -> None:
        self.points: Mapping[str, EntryPoint] = self._announced(
            tuple((folder, self._changed(folder)) for folder in sys.path)
        )

    @staticmethod
    @functools.lru_cache
    def _announced(_folders: tuple[tuple[str, int], ...]) -> Mapping[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=ENTRY_POINTS)}

    @staticmethod
    def _changed(folder: str) -> int:
        """When something was put into a folder or removed from it."""
        try:
            return os.stat(folder).st_mtime_ns  # noqa: PTH116 - in every run, for each folder
        except OSError:
            return 0
