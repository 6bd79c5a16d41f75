"""A private tree, in memory where there is one, on which tools run instead of on the user's."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from thea_code_system.errors import ToolError

_MEMORY = Path("/dev/shm")  # noqa: S108 - the tree made in it is private (0700)
_ROOM = 256 * 1024 * 1024  # bytes; containers often give /dev/shm only 64 MiB
_NEVER = re.compile(r"[\0\ud800-\udfff]")
_ODD = re.compile("[\n\r\\\\\x1f]")  # no name with these can be told to a program line by line
_SAID = {"\n": "\x1fn", "\r": "\x1fr", "\\": "\x1fb", "\x1f": "\x1fu"}
_MEANT = {said: meant for meant, said in _SAID.items()}
_ALIAS = re.compile("\x1f.")
_STALE = 24 * 3600.0  # seconds after which a tree whose process is dead is swept


class ScratchTree:
    """Organ: lays texts under a private folder and removes them at the end.

    ``root`` holds areas side by side: ``tree`` mirrors the project, tool configurations included;
    verifiers use others. Laying a batch again writes only what changed. Texts are laid as UTF-8
    without a byte order mark, so that offsets are those of the text. A name that could not be told
    to a program line by line is laid under one that can: :meth:`meant` gives it back.
    """

    _swept: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        self._root: Path | None = None
        self._laid: dict[str, str] = {}
        self._folders: set[str] = set()

    @property
    def root(self) -> Path:
        """The private folder, made at first use with mode 0700."""
        if self._root is None:
            base = self._base()
            if base not in self._swept:
                self._swept.add(base)
                self.sweep(base)
            self._root = Path(tempfile.mkdtemp(prefix=f"thea-{os.getpid()}-", dir=base)).resolve()
        return self._root

    def lay(self, texts: Mapping[str, str], area: str = "tree") -> list[str]:
        """Write the texts by path that are not there yet; where they lie below ``root``, in order.

        A path that leaves the tree is passed over.

        Raises:
            ToolError: if there is no room.
        """
        places = [(self.said(f"{area}/{path}"), text) for path, text in texts.items()]
        return [self._put(path, text) for path, text in places if self._is_inside(path)]

    @staticmethod
    def said(path: str) -> str:
        """The path as programs are told it."""
        return _ODD.sub(lambda match: _SAID[match[0]], path) if _ODD.search(path) else path

    @staticmethod
    def meant(path: str) -> str:
        """The path that the user has for one below ``root``, or for a piece of it."""
        if "\x1f" not in path:
            return path
        return _ALIAS.sub(lambda match: _MEANT.get(match[0], match[0]), path)

    def configure(self, configs: Mapping[str, str], area: str = "tree") -> None:
        """Lay these configuration files, and remove those of an earlier call that are not here."""
        wanted = {self.said(f"{area}/{path}"): text for path, text in configs.items()}
        marker = f"config:{area}"
        earlier = set(filter(None, self._laid.get(marker, "").split("\0")))
        for path in sorted(earlier - wanted.keys()):
            self._laid.pop(path, None)
            self.root.joinpath(path).unlink(missing_ok=True)
        for path, text in wanted.items():
            self._put(path, text)
        self._laid[marker] = "\0".join(wanted)

    def write(self, path: str, text: str) -> str:
        """Write one text at a path relative to ``root``, unless it is there; where it lies."""
        return self._put(self.said(path), text)

    def _put(self, path: str, text: str) -> str:
        if self._laid.get(path) == text:
            return path
        if not self._is_inside(path):
            raise ToolError(f"not a path inside the scratch tree: {path!r}")
        folder = path.rpartition("/")[0]
        try:
            if folder not in self._folders:
                self.root.joinpath(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folders.add(folder)
            descriptor = os.open(
                f"{self.root}/{path}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
            )
            with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - an open descriptor
                view = memoryview(text.encode("utf-8", "surrogatepass"))
                while view:
                    view = view[file.write(view) :]
        except OSError as error:
            raise ToolError(f"cannot write to the scratch tree: {error}") from error
        self._laid[path] = text
        return path

    def folder(self, path: str) -> None:
        """Make an empty folder at a path relative to ``root``."""
        path = self.said(path)
        if path not in self._folders:
            self.root.joinpath(path).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folders.add(path)

    def forget(self, keep: Iterable[str]) -> None:
        """Remove every text but those at ``keep`` and the configurations: a new batch begins."""
        kept = set(keep)
        for marker in [name for name in self._laid if name.startswith("config:")]:
            kept |= {marker, *self._laid[marker].split("\0")}
        for path in [path for path in self._laid if path not in kept]:
            del self._laid[path]
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.root}/{path}")  # noqa: PTH108 - a path object costs more

    def close(self) -> None:
        """Remove everything."""
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
        self._root = None
        self._laid.clear()
        self._folders.clear()

    def __enter__(self) -> ScratchTree:  # noqa: PYI034 - Self needs Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @staticmethod
    def _is_inside(path: str) -> bool:
        """Whether a path stays inside the tree, and can be a file's."""
        return not {"", ".", ".."} & set(path.split("/")) and not _NEVER.search(path)

    @staticmethod
    def _base() -> str:
        """Memory where it is there, ours to write, and roomy; else the temporary folder."""
        with contextlib.suppress(OSError, AttributeError):
            state = os.statvfs(_MEMORY)
            if state.f_bavail * state.f_frsize >= _ROOM and os.access(_MEMORY, os.W_OK | os.X_OK):
                return str(_MEMORY)
        return tempfile.gettempdir()

    @staticmethod
    def sweep(base: str) -> None:
        """Remove ``thea-PID-…`` folders of processes that were killed, once they are a day old."""
        for folder in Path(base).glob("thea-[0-9]*-*"):
            with contextlib.suppress(OSError, ValueError):
                state = folder.stat(follow_symlinks=False)
                if state.st_uid != os.getuid() or time.time() - state.st_mtime < _STALE:
                    continue
                try:
                    os.kill(int(folder.name.split("-")[1]), 0)
                except ProcessLookupError:
                    shutil.rmtree(folder, ignore_errors=True)
