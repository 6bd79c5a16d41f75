"""Trees that the kernel watches, so that whether anything changed need not be asked file by file.

An inotify descriptor that has nothing to read is a proof: the kernel queues an event before the
call returns that made the change (inotify(7)). Nobody reads it; it is thrown away once there is
something.
"""

from __future__ import annotations

import os
import stat
import sys
from array import array
from pathlib import Path
from typing import ClassVar, NamedTuple

from thea_code_system.values.workspace import Manifest, Stamp

_MOUNTS = Path("/proc/self/mountinfo")
_ALLOWED = Path("/proc/sys/fs/inotify/max_user_watches")
_SHARE = 8  # one tree takes no more than this part of what the user's editors need too
_WORTH = 512  # paths; to ask for fewer takes little time
_LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})
"""File systems that nobody changes without this kernel."""

_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200
_SELF = 0x400 | 0x800  # the folder itself was deleted or moved
_DONT_FOLLOW = 0x02000000
_CHANGES = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED | _CREATE | _DELETE | _SELF | _DONT_FOLLOW


class TreeWatch(NamedTuple):
    """What the kernel watches of a manifest, and what is still to be asked for.

    ``descriptor`` is one of inotify's; ``manifest`` the digest of the one that it stands for;
    ``mounts`` what was mounted then; ``paths`` and ``stamps`` are the manifest of the rest: what
    lies above the tree, and links.
    """

    descriptor: int
    manifest: bytes
    mounts: bytes
    paths: bytes
    stamps: bytes

    def is_silent(self) -> bool:
        """Whether the kernel has seen no change."""
        import select

        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return not poll.poll(0)

    def holds(self) -> bool:
        """Whether every path of the manifest still has its stamp."""
        rest = Manifest(self.paths, self.stamps)
        return self.is_silent() and _MOUNTS.read_bytes() == self.mounts and rest.holds()


class TreeWatches:
    """The watches that a warm process has handed to this one; in any other process, none."""

    handed: ClassVar[dict[bytes, TreeWatch]] = {}
    unwatched: ClassVar[Manifest | None] = None
    """A manifest that held, for whose tree a watch would be worth it."""

    @classmethod
    def hold(cls, manifest: Manifest) -> bool:
        """Whether every path of a manifest still has its stamp."""
        watch = cls.handed.get(manifest.digest()) if cls.handed else None
        if watch is not None and watch.holds():
            return True
        held = manifest.holds()
        worth = held and manifest.paths.count(b"\0") >= _WORTH
        cls.unwatched = manifest if worth else None
        return held


class TreeWatcher:
    """Makes a watch."""

    def watch(self, manifest: Manifest) -> TreeWatch | None:
        """Watch the tree of a manifest, if it holds; None where that cannot be or is no use."""
        if sys.platform != "linux":
            return None
        try:
            mounts = _MOUNTS.read_bytes()
            descriptor = self._begin()
        except (OSError, AttributeError):
            return None
        try:
            rest = self._rest(descriptor, manifest, self._local(mounts))
            few = rest.paths.count(b"\0") < _WORTH
            if few and manifest.holds():  # it still does, now that it is watched
                return TreeWatch(descriptor, manifest.digest(), mounts, rest.paths, rest.stamps)
        except OSError:
            pass  # too many folders
        os.close(descriptor)
        return None

    def _begin(self) -> int:
        """A descriptor on which nothing is watched yet.

        Raises:
            OSError: there are too many.
            AttributeError: this system's library has no inotify.
        """
        import ctypes

        self._library = ctypes.CDLL(None)
        self._left = int(_ALLOWED.read_text(encoding="ascii")) // _SHARE
        descriptor: int = self._library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if descriptor < 0:
            raise OSError("too many watches")
        return descriptor

    def _rest(self, descriptor: int, manifest: Manifest, local: frozenset[int]) -> Manifest:
        """Watch what can be; the manifest of everything else.

        A folder is watched with the names in it. A file with a second name, which may lie
        elsewhere, is watched itself. Of a folder whose own parent is not watched another may take
        the place: it is asked for.

        Raises:
            OSError: there are too many folders.
        """
        paths, stamps = manifest.paths.split(b"\0"), manifest.stamps
        folders, foreign = set(), set()
        for path in paths:
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISLNK(status.st_mode) or status.st_dev not in local:
                foreign.add(path)
            elif stat.S_ISDIR(status.st_mode):
                self._add(descriptor, path)
                folders.add(path)
            elif status.st_nlink > 1:
                self._add(descriptor, path)
        asked = [
            number
            for number, path in enumerate(paths)
            if path in foreign or os.path.dirname(path) not in folders
        ]
        each = array("q", stamps).itemsize * len(Stamp._fields)
        rest = b"".join(stamps[number * each : (number + 1) * each] for number in asked)
        return Manifest(b"\0".join(paths[number] for number in asked), rest)

    def _add(self, descriptor: int, path: bytes) -> None:
        """Watch a folder, or a file.

        Raises:
            OSError: it is too much.
        """
        self._left -= 1
        if self._left < 0 or self._library.inotify_add_watch(descriptor, path, _CHANGES) < 0:
            raise OSError("too many folders")

    @staticmethod
    def _local(mounts: bytes) -> frozenset[int]:
        """The devices of local file systems, in a table like that of proc_pid_mountinfo(5)."""
        found = set()
        for line in mounts.decode(errors="replace").splitlines():
            mount, _, system = line.partition(" - ")
            if system.split()[0] in _LOCAL:
                major, _, minor = mount.split()[2].partition(":")
                found.add(os.makedev(int(major), int(minor)))
        return frozenset(found)
