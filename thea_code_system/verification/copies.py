"""A copy of the user's tree, in which commands may run and write as they like."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from thea_code_system.errors import ToolError
from thea_code_system.tools.scratch import ScratchTree
from thea_code_system.workspace.git import Git

_NEVER: Final = frozenset({".git", ".thea", "__pycache__"})
_INSTALLED: Final = frozenset({"node_modules", ".venv", "venv"})


class TreeCopy:
    """Organ: the files that git tracks or would track, or that no ignore file leaves out.

    A repository's copy is one, too, which borrows the objects of the user's: adding a work tree
    would write to ``.git``, and what tests do to branches would be done to the user's. What is
    installed beside the code and ignored (``node_modules``, ``.venv``) is linked, not copied.

    Args:
        root: the project root, absolute.
    """

    def __init__(self, root: str) -> None:
        self._root = Path(root)
        self._git = Git(root)
        self._home: Path | None = None
        self._original: dict[str, bytes | None] = {}

    async def tree(self) -> Path:
        """The copy's root; made at first use.

        Raises:
            ToolError: there is no room for it.
        """
        if self._home is None:
            try:
                self._home = await asyncio.to_thread(self._make)
                tree = self._tree
                await asyncio.to_thread(self._copy, tree, await self._listed(tree))
            except OSError as error:
                raise self._failed(error) from error
        return self._tree

    async def lay(self, texts: Mapping[str, bytes]) -> Path:
        """The copy with these contents by path, all else being as it was.

        Raises:
            ToolError: there is no room for it.
        """
        tree = await self.tree()
        try:
            await asyncio.to_thread(self._lay, tree, texts)
        except OSError as error:
            raise self._failed(error) from error
        return tree

    def close(self) -> None:
        """Remove the copy."""
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
            self._original.clear()

    def _failed(self, error: OSError) -> ToolError:
        self.close()
        message = f"the tree cannot be copied to {tempfile.gettempdir()}: {error.strerror}"
        return ToolError(message, "Set TMPDIR to a folder with room for it.")

    @property
    def _tree(self) -> Path:
        return Path(self._home or "", self._name)

    @property
    def _name(self) -> str:
        """Called as the original is: some tests look at the name of their folder."""
        return self._root.name or "tree"

    def _make(self) -> Path:
        ScratchTree.sweep(tempfile.gettempdir())
        home = Path(tempfile.mkdtemp(prefix=f"thea-{os.getpid()}-proof-")).resolve()
        home.joinpath(self._name).mkdir()
        return home

    def _lay(self, tree: Path, texts: Mapping[str, bytes]) -> None:
        for path in [path for path in self._original if path not in texts]:
            self._put(tree / path, self._original.pop(path))
        for path, data in texts.items():
            target = tree / path
            if path not in self._original:
                self._original[path] = target.read_bytes() if target.is_file() else None
            self._put(target, data)

    @staticmethod
    def _put(target: Path, data: bytes | None) -> None:
        if data is None:
            target.unlink(missing_ok=True)
        elif not target.is_file() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)  # a command may have removed it
            target.write_bytes(data)

    def _copy(self, tree: Path, paths: Iterable[str]) -> None:
        for path in paths:
            if not _NEVER.intersection(Path(path).parts):
                self._copy_one(self._root / path, tree / path, tree)
        for folder in self._installed():
            target = tree / folder.relative_to(self._root)
            if target.parent.is_dir() and not os.path.lexists(target):
                target.symlink_to(folder, target_is_directory=True)

    def _copy_one(self, source: Path, target: Path, tree: Path) -> None:
        try:
            status = source.lstat()
        except OSError:
            return  # gone since it was listed
        target.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_ISLNK(status.st_mode):
            aim = source.readlink()
            if aim.is_absolute() and aim.is_relative_to(self._root):
                aim = tree / aim.relative_to(self._root)
            with contextlib.suppress(FileExistsError):
                target.symlink_to(aim)
        elif stat.S_ISREG(status.st_mode):
            with contextlib.suppress(PermissionError):
                shutil.copy2(source, target, follow_symlinks=False)

    async def _listed(self, tree: Path) -> Sequence[str]:
        """The files to copy, relative to the root; makes the copy a repository where it can."""
        if not await self._git.inside():
            return await asyncio.to_thread(self._walked)
        await self._git.share(str(tree))
        return await self._git.files()

    def _walked(self) -> list[str]:
        import ignore

        walk = ignore.WalkBuilder(self._root).hidden(False).ignore(False).require_git(False)
        paths = (Path(entry.path()) for entry in walk.build())
        return [str(path.relative_to(self._root)) for path in paths if not self._is_folder(path)]

    @staticmethod
    def _is_folder(path: Path) -> bool:
        return path.is_dir() and not path.is_symlink()

    def _installed(self) -> list[Path]:
        """Folders of installed packages, wherever they lie; what is in them is not looked at."""
        found = []
        for here, folders, _ in os.walk(self._root):
            found += [Path(here, name) for name in _INSTALLED.intersection(folders)]
            folders[:] = [name for name in folders if name not in _INSTALLED | _NEVER]
        return sorted(found)
