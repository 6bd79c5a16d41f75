"""What the workspace says about user files, and what it is asked to do to them."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from thea_code_system.values.outcome import Failed, Skipped

_FINE_NS = 20_000_000  # coarser than the tick with which kernels stamp files
_INT64 = (1 << 63) - 1  # some file systems number inodes beyond it
_COARSE_NS = 2_000_000_000  # file systems that keep whole seconds, FAT's being two long


class Stamp(NamedTuple):
    """What tells without reading that a file is still the same: bytes, nanoseconds, inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp in a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _INT64)

    def settled(self, now_ns: int) -> bool:
        """Whether a later write must change the stamp: git's rule for racy timestamps.

        A file written within the tick in which it was looked at can change again and keep its
        times, so such a stamp proves nothing.
        """
        whole_seconds = self.mtime_ns % 1_000_000_000 == 0
        return self.mtime_ns < now_ns - (_COARSE_NS if whole_seconds else _FINE_NS)


class Entry(NamedTuple):
    """A file that was found, not read: its path relative to the root, and its stamp.

    ``digest`` is that of its bytes where the stamp tells it, else empty. ``explicit`` is True for
    a file that the user named.
    """

    path: str
    stamp: Stamp
    digest: str = ""
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """Stamps of everything that a walk looked at: files, folders, ignore files, configurations.

    Nothing was added, removed or changed if every stamp is still the same. ``paths`` are absolute,
    joined by NUL; ``stamps`` packs four 64-bit integers a path, all -1 for one that is absent.
    """

    paths: bytes
    stamps: bytes

    @classmethod
    def of(cls, stamps: Mapping[str, Stamp | None], now_ns: int) -> Manifest | None:
        """Pack stamps by absolute path; None where one of them is racy and proves nothing."""
        if any(stamp and not stamp.settled(now_ns) for stamp in stamps.values()):
            return None
        packed = array("q")
        for stamp in stamps.values():
            packed.extend(stamp or (-1, -1, -1, -1))
        return cls(os.fsencode("\0".join(stamps)), packed.tobytes())

    def digest(self) -> bytes:
        """Tells it from any other manifest."""
        return hashlib.blake2b(self.stamps + self.paths, digest_size=16).digest()

    def holds(self) -> bool:
        """Whether every path still has its stamp."""
        packed, stat = array("q"), os.stat
        for path in self.paths.split(b"\0"):
            try:
                status = stat(path)
            except OSError:
                packed.extend((-1, -1, -1, -1))
            else:
                packed.extend(Stamp.of(status))
        return packed.tobytes() == self.stamps


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk found: files to look at in the order of their paths, and those left alone."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skipped | Failed, ...] = ()
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What the whole tree says about its files: the part of a context that reading it gives."""

    imported: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: AbstractSet[str] = frozenset()
    first_party: frozenset[str] = frozenset()
    tool_configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """Replace the bytes of a file, if it still holds those with the digest ``expected``."""

    path: str
    expected: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a :class:`Write`: ``problem`` is empty where it was done.

    ``changed`` is True where somebody else changed the file first, so that it was left alone.
    """

    path: str
    problem: str = ""
    changed: bool = False

    @property
    def done(self) -> bool:
        """Whether the file now holds the new bytes, durably."""
        return not self.problem
