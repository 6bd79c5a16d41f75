"""Replaces files so that, killed at any point, each is the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write, Written
from thea_code_system.workspace.folders import Folder, Folders

_THREADS = 16  # concurrent fsyncs share the commits of a file system's journal


class UnwritableError(Exception):
    """This one file cannot be written; the reason is for its owner."""

    def __init__(self, reason: str, *, changed: bool = False) -> None:
        super().__init__(reason)
        self.changed = changed


@dataclass(frozen=True, slots=True)
class Staged:
    """New bytes in a temporary file beside their target, not in place yet."""

    write: Write
    folder: Folder
    name: str
    temporary: str


class GroupedWriter:
    """Writes batches of files: all temporary files, all fsyncs, all renames, one fsync a folder.

    Mode, owner and extended attributes are kept. A symbolic link stays, and what it points to is
    written if that lies inside one of the roots. A name that shares its file with others (a hard
    link) gets a file of its own: the others may lie outside of the roots, and in-place writing
    would not survive a kill. Nothing read-only is replaced.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self._folders = Folders(roots)

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Write a batch; one result for each, in order. No two may name the same file."""
        results: dict[str, Written] = {}
        staged: list[Staged] = []
        with self._folders, ThreadPoolExecutor(_THREADS) as threads:
            for write in writes:
                with self._reporting(write, results):
                    staged.append(self._stage(write))
            synced = list(threads.map(self._sync, staged))
            for item, problem in zip(staged, synced, strict=True):
                with self._reporting(item.write, results, item):
                    if problem:
                        raise problem
                    self._replace(item)
            for folder in {item.folder for item in staged if results[item.write.path].done}:
                folder.sync()
        return [results[write.path] for write in writes]

    def sweep(self, writes: Sequence[tuple[str, str]]) -> None:
        """Remove what a killed run left behind: temporary files of (path, digest after)."""
        with self._folders:
            for path, digest in writes:
                with contextlib.suppress(OSError, UnwritableError):
                    folder, name = self._locate(path)
                    folder.remove(self._temporary(name, digest))

    @contextlib.contextmanager
    def _reporting(
        self, write: Write, results: dict[str, Written], staged: Staged | None = None
    ) -> Iterator[None]:
        """Make a result of what happens to one file, and leave no temporary file if it fails."""
        try:
            yield
            results.setdefault(write.path, Written(write.path))
        except UnwritableError as problem:
            results[write.path] = Written(write.path, str(problem), problem.changed)
        except OSError as error:
            results[write.path] = Written(write.path, f"cannot be written: {error.strerror}")
        if staged and not results[write.path].done:
            with contextlib.suppress(OSError):
                staged.folder.remove(staged.temporary)

    def _locate(self, path: str) -> tuple[Folder, str]:
        try:
            return self._folders.locate(path)
        except PermissionError as error:
            raise UnwritableError("lies outside of the given paths, and is left alone") from error

    def _stage(self, write: Write) -> Staged:
        """Lay the new bytes beside their target, with its mode and owner."""
        folder, name = self._locate(write.path)
        status = folder.status(name)
        if not stat.S_ISREG(status.st_mode):
            raise UnwritableError("is no longer a file", changed=True)
        if not folder.writable(name):
            raise UnwritableError("is read-only")
        staged = Staged(write, folder, name, self._temporary(name, self._digest(write)))
        try:
            self._fill(staged, status)
        except BaseException:
            with contextlib.suppress(OSError):
                folder.remove(staged.temporary)
            raise
        return staged

    def _fill(self, staged: Staged, status: os.stat_result) -> None:
        try:
            descriptor = staged.folder.create(staged.temporary)
        except FileExistsError:  # a killed run left it
            staged.folder.remove(staged.temporary)
            descriptor = staged.folder.create(staged.temporary)
        try:
            view = memoryview(staged.write.data)
            while view:
                view = view[os.write(descriptor, view) :]
            self._keep_metadata(staged, descriptor, status)
        finally:
            os.close(descriptor)

    @staticmethod
    def _keep_metadata(staged: Staged, descriptor: int, status: os.stat_result) -> None:
        """Owner before mode, because a change of owner clears bits of the mode."""
        if not hasattr(os, "fchown"):
            return
        mine = os.fstat(descriptor)
        if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            except PermissionError as error:
                message = "belongs to somebody else, and replacing it would change its owner"
                raise UnwritableError(message) from error
        staged.folder.copy_attributes(staged.name, descriptor)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))

    @staticmethod
    def _sync(staged: Staged) -> OSError | None:
        try:
            staged.folder.sync_file(staged.temporary)
        except OSError as error:
            return error
        return None

    @staticmethod
    def _replace(staged: Staged) -> None:
        """Put the new file in place, if the old one is still what was read."""
        try:
            data = staged.folder.read(staged.name)
        except OSError as error:
            gone = error.errno in {errno.ENOENT, errno.ELOOP}
            raise UnwritableError(f"changed: {error.strerror}", changed=gone) from error
        if SourceFile.digest_of(data) != staged.write.expected:
            raise UnwritableError("was changed by somebody else", changed=True)
        staged.folder.replace(staged.temporary, staged.name)

    @staticmethod
    def _digest(write: Write) -> str:
        return SourceFile.digest_of(write.data)

    @staticmethod
    def _temporary(name: str, digest: str) -> str:
        """A name that the next run can tell from the ledger's intent, should this one be killed."""
        both = f"{name}\0{digest}".encode("utf-8", "surrogateescape")
        return f".{hashlib.blake2b(both, digest_size=10).hexdigest()}.thea-tmp"
