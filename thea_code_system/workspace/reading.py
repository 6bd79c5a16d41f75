"""Reads files as source code, or says why not."""

from __future__ import annotations

import errno
import os
import re
import threading
import time
from collections.abc import Sequence

from thea_code_system.config.plain import PlainFile
from thea_code_system.values.outcome import Failed, Skipped, SkipReason
from thea_code_system.values.source import NotTextError, SourceFile
from thea_code_system.values.workspace import Entry, Stamp

# A marker counts in a comment or docstring at the top, not in code that writes such headers.
_GENERATED = re.compile(
    rb"\A(?:[^\n]*\n){0,9}?[ \t]*(?:#|//|/?\*|\"\"\"|''')[^\n]*"
    rb"(?:@generated\b|\bDO NOT (?:EDIT|MODIFY)\b(?! BELOW| ABOVE))"
)
# How the bundles of Rollup and webpack begin, word for word; people write other words.
_BUNDLED = re.compile(
    rb"^(?:\(function \(global, factory\) \{\s*typeof exports === 'object' && |/\*{6}/ )",
    re.MULTILINE,
)
_HEAD = 2_000
_ROOM = 64_000_000  # bytes of files
_MARKS = (b"@generated", b"DO NOT ", b"(function (global, factory) {", b"/******/ ")


class Reader:
    """Reads files below a root; ``max_file_size`` is in bytes.

    Correctors and the index may both read the tree, in either order: what the first of them read is
    kept for the other where that is to be expected, as long as there is room.
    """

    def __init__(self, root: str, max_file_size: int) -> None:
        self._root = root
        self.limit = max_file_size
        self._turn = threading.Lock()
        self._kept: dict[tuple[str, Stamp, bool], SourceFile | Skipped | Failed] = {}
        self._room = _ROOM

    def read(
        self, entries: Sequence[Entry], *, again: bool = True
    ) -> list[SourceFile | Skipped | Failed]:
        """One value for each entry, in order; kept if they may be asked for ``again``."""
        now = time.time_ns()
        with self._turn:
            if not (again or self._kept):
                return [self._read(entry) for entry in entries]
            return [self._once(entry, now, again=again) for entry in entries]

    def data(self, path: str, most: int | None = None) -> bytes | None:
        """The bytes of a file below the root; None where no file of that size can be read."""
        try:
            return PlainFile(os.path.join(self._root, path), most).read()
        except OSError:
            return None

    def _once(self, entry: Entry, now: int, *, again: bool) -> SourceFile | Skipped | Failed:
        key = (entry.path, entry.stamp, entry.explicit)
        if key in self._kept:
            self._room += entry.stamp.size
            return self._kept.pop(key)
        value = self._read(entry)
        if again and entry.stamp.size <= self._room and entry.stamp.settled(now):
            self._room -= entry.stamp.size
            self._kept[key] = value
        return value

    def _read(self, entry: Entry) -> SourceFile | Skipped | Failed:
        try:
            data = PlainFile(f"{self._root}{os.sep}{entry.path}", self.limit).read()
        except OSError as error:
            if error.errno == errno.EFBIG:
                return Skipped(entry.path, "", SkipReason.OVERSIZE)
            return Failed(entry.path, "", f"cannot be read: {error.strerror}")
        return self.decode(entry.path, data, explicit=entry.explicit)

    @staticmethod
    def decode(path: str, data: bytes, *, explicit: bool = False) -> SourceFile | Skipped:
        """Bytes as source code; a file that the user named may be generated."""
        if not explicit and Reader._is_generated(data[:_HEAD]):
            return Skipped(path, SourceFile.digest_of(data), SkipReason.GENERATED)
        try:
            return SourceFile.decode(path, data)
        except NotTextError as error:
            why = SkipReason.BINARY if b"\0" in data else SkipReason.NOT_TEXT
            return Skipped(path, SourceFile.digest_of(data), why, str(error))

    @staticmethod
    def _is_generated(head: bytes) -> bool:
        """By its first bytes; looking for words first is faster than either expression."""
        if not any(map(head.__contains__, _MARKS)):
            return False
        return bool(_GENERATED.search(head) or _BUNDLED.search(head))
