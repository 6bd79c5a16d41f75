"""Replaces files so that, killed at any point, each is the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write, Written
from thea_code_system.workspace.folders import Folder, Folders


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

    threads: ClassVar[int] = 16  # those that wait together share the commits of a journal

    def __init__(self, roots: Sequence[str]) -> None:
        self._folders = Folders(roots)

    def write(self, writes: Sequence[Write]) -> list[Written]:
        """Write a batch; one result for each, in order. No two may name the same file."""
        with self._folders, ThreadPoolExecutor(self.threads) as threads:
            staged = [self._try_stage(write) for write in writes]
            synced = list(threads.map(partial(self._step, self._sync), staged))
            placed = list(threads.map(partial(self._step, self._replace), synced))
            folders = {item.folder for item in placed if isinstance(item, Staged)}
            list(threads.map(Folder.sync, folders))
        return [Written(one.write.path) if isinstance(one, Staged) else one for one in placed]

    def sweep(self, writes: Sequence[tuple[str, str]]) -> None:
        """Remove what a killed run left behind: temporary files of (path, digest after)."""
        with self._folders:
            for path, digest in writes:
                with contextlib.suppress(OSError, UnwritableError):
                    folder, name = self._locate(path)
                    folder.remove(self._temporary(name, digest))

    def _try_stage(self, write: Write) -> Staged | Written:
        try:
            return self._stage(write)
        except (UnwritableError, OSError) as error:
            return self._problem(write, error)

    def _step(self, step: Callable[[Staged], None], item: Staged | Written) -> Staged | Written:
        """Take one file a step further, or say what is wrong and leave no temporary file."""
        if isinstance(item, Written):
            return item
        try:
            step(item)
        except (UnwritableError, OSError) as error:
            with contextlib.suppress(OSError):
                item.folder.remove(item.temporary)
            return self._problem(item.write, error)
        return item

    @staticmethod
    def _problem(write: Write, error: UnwritableError | OSError) -> Written:
        if isinstance(error, UnwritableError):
            return Written(write.path, str(error), error.changed)
        return Written(write.path, f"cannot be written: {error.strerror}")

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
    def _sync(staged: Staged) -> None:
        staged.folder.sync_file(staged.temporary)

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
