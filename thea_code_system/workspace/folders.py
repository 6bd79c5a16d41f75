"""Folders held open, so that nobody can swap a link into a path between a check and its use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from thea_code_system.wrappers.platform import Platform

if TYPE_CHECKING:
    from typing_extensions import Self

_BY_DESCRIPTOR = {os.open, os.rename, os.unlink, os.stat} <= os.supports_dir_fd
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | (_READ & ~os.O_RDONLY)
_FOLDER = _READ | getattr(os, "O_DIRECTORY", 0)


class Folder:
    """One folder: by descriptor where the system can, else (Windows) by its path."""

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self.descriptor = descriptor

    def status(self, name: str) -> os.stat_result:
        """The status of a file in this folder; a link is not followed."""
        return os.stat(self._at(name), dir_fd=self.descriptor, follow_symlinks=False)

    def writable(self, name: str) -> bool:
        """Whether the user could write to the file itself."""
        return os.access(self._at(name), os.W_OK, dir_fd=self.descriptor)

    def read(self, name: str) -> bytes:
        """The bytes of a file in this folder; a link raises ``OSError``."""
        descriptor = os.open(self._at(name), _READ, dir_fd=self.descriptor)
        with open(descriptor, "rb") as file:
            return file.read()

    def create(self, name: str) -> int:
        """A descriptor of a new file that only this user can read so far."""
        return os.open(self._at(name), _CREATE, 0o600, dir_fd=self.descriptor)

    def copy_attributes(self, name: str, descriptor: int) -> None:
        """Copy extended attributes (access lists, labels) to an open file, where there are any."""
        if not hasattr(os, "listxattr"):
            return
        source = os.open(self._at(name), _READ, dir_fd=self.descriptor)
        try:
            for attribute in os.listxattr(source):
                os.setxattr(descriptor, attribute, os.getxattr(source, attribute))
        except OSError:
            return  # the file system keeps none, or only root may set this one
        finally:
            os.close(source)

    def sync_file(self, name: str) -> None:
        """Make a file's bytes durable."""
        flags = os.O_RDWR if Platform().is_windows else os.O_RDONLY
        descriptor = os.open(self._at(name), flags | _NO_FOLLOW, dir_fd=self.descriptor)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: str, target: str) -> None:
        """Rename within this folder, over what is there."""
        folder = self.descriptor
        os.replace(self._at(source), self._at(target), src_dir_fd=folder, dst_dir_fd=folder)

    def remove(self, name: str) -> None:
        """Unlink a file."""
        os.unlink(self._at(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Make the names in this folder durable."""
        if self.descriptor is not None:
            os.fsync(self.descriptor)

    def _at(self, name: str) -> str:
        return name if self.descriptor is not None else os.path.join(self.path, name)


class Folders:
    """Opens folders below the roots, each component by itself and without following links.

    Use it as a context manager: leaving closes what was opened. The first root is the one that
    relative paths belong to.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self._root = roots[0]
        self._roots = tuple(os.path.realpath(root) for root in roots)
        self._open: dict[str, Folder] = {}
        self._real: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for folder in self._open.values():
            if folder.descriptor is not None:
                os.close(folder.descriptor)
        self._open.clear()
        self._real.clear()

    def locate(self, path: str) -> tuple[Folder, str]:
        """The open folder of a file and its name there, all links resolved.

        Raises:
            PermissionError: the file lies outside of all roots.
            OSError: a folder cannot be opened, or became a link meanwhile.
        """
        folder, name = os.path.split(os.path.join(self._root, path))
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        real = os.path.join(self._real[folder], name)
        if os.path.islink(real):
            real = os.path.realpath(real)
        folder, name = os.path.split(real)
        return self._folder(folder, self._root_of(real)), name

    def _root_of(self, real: str) -> str:
        """The folder from which the way to a file is opened step by step."""
        for root in self._roots:
            if real == root:
                return os.path.dirname(real)
            if real.startswith(f"{root.rstrip(os.sep)}{os.sep}"):
                return root
        raise PermissionError(real)

    def _folder(self, path: str, root: str) -> Folder:
        if path not in self._open:
            self._open[path] = Folder(path, self._descriptor(path, root))
        return self._open[path]

    def _descriptor(self, path: str, root: str) -> int | None:
        if not _BY_DESCRIPTOR:
            return None
        if path == root:
            return os.open(path, _FOLDER)
        parent, name = os.path.split(path)
        return os.open(name, _FOLDER, dir_fd=self._folder(parent, root).descriptor)
