"""Which files there are to look at."""

from __future__ import annotations

import os
import posixpath
import re
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thea_code_system.errors import ConfigError, WorkspaceError
from thea_code_system.values.outcome import Failed, Skipped, SkipReason
from thea_code_system.values.workspace import Entry, Manifest, Stamp, Survey

VENDORED = frozenset({"vendor", "third_party", "_vendor", "vendored", "bower_components"})
GENERATED = (".min.js", ".min.mjs", ".bundle.js", "_pb2.py", "_pb2.pyi", "_pb2_grpc.py")
TOOL_CONFIGS = frozenset({
    "pyproject.toml", "ruff.toml", ".ruff.toml", ".oxlintrc.json", "oxlintrc.json",
    "_typos.toml", "typos.toml", ".typos.toml", "tsconfig.json", "thea-calibration.toml",
})  # fmt: skip
_IGNORE_FILE = ".gitignore"
_LARGEST = 10_000_000  # bytes of an ignore file
_LEAF = 2  # links to a folder without folders; some file systems count otherwise, and never so
_NAME = 255  # bytes of a name that file systems take
_ODD = re.compile("[\n\r\\\\\x1f]")  # characters that tools are told by two
_UNREADABLE = re.compile(
    r".*IO error for operation on (?P<path>.*): (?P<why>.*) \(os error \d+\)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """Which files are wanted: suffixes with their dot, gitignore-like globs, a size in bytes."""

    suffixes: tuple[str, ...]
    exclude: tuple[str, ...] = (".git", ".thea")
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    max_file_size: int = 1_000_000


class Walker:
    """Walks folders as git sees them, and classifies what it finds by name and size alone.

    Symbolic links are not followed: inside the root their targets are found where they lie, and
    outside of it they are none of our business. A file that the user names is taken even if it
    is ignored or excluded; with ``force_exclude`` it has to pass the globs like any other.
    """

    def __init__(self, root: str, options: WalkOptions) -> None:
        self.root = root
        self.options = options
        self._overrides = self._compile((*options.exclude, *options.extend_exclude))
        self._listed: dict[str, frozenset[str]] = {}
        self._reset()

    def survey(self, paths: Sequence[str], chosen: Sequence[str] | None = None) -> Survey:
        """Find the files under absolute ``paths``, or look at the ``chosen`` ones only.

        ``chosen`` are relative to the root; they have to pass the globs, and those that are gone
        are left out.

        Raises:
            WorkspaceError: a path does not exist.
        """
        now = time.time_ns()
        self._reset()
        if chosen is None:
            for path in paths:
                self._take(path)
        else:
            for name in chosen:
                self._choose(name)
        self._note_outer()
        return Survey(
            tuple(self._entries[path] for path in sorted(self._entries)),
            tuple(self._skipped[path] for path in sorted(self._skipped)),
            Manifest.of(self._stamps, now) if chosen is None else None,
        )

    def left_out(self, name: str, size: int) -> Skipped | None:
        """Why a file that the user names is left out; it need not be there.

        Globs are asked in a tree that holds nothing but this file.
        """
        if size > self.options.max_file_size:
            return Skipped(name, "", SkipReason.OVERSIZE, f"{size:,} bytes")
        if not self.options.force_exclude:
            return None
        import tempfile

        with tempfile.TemporaryDirectory(prefix="thea-") as alone:
            path = os.path.join(alone, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "wb").close()
            wanted = Walker(alone, self.options).passes(name)
        return None if wanted else Skipped(name, "", SkipReason.EXCLUDED)

    def configs(self) -> tuple[str, ...]:
        """The tool configurations that the last survey met, and those above it, by path."""
        return tuple(sorted(self._configs))

    def _reset(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._skipped: dict[str, Skipped | Failed] = {}
        self._stamps: dict[str, Stamp | None] = {}
        self._configs: set[str] = set()

    def _take(self, path: str) -> None:
        """One of the user's paths: a folder is walked, a file is taken as it is."""
        try:
            status = os.stat(path)
        except OSError as error:
            message = f"cannot look at {path}: {error.strerror}"
            raise WorkspaceError(message, "Check the path.") from error
        if stat.S_ISDIR(status.st_mode):
            self._walk(path)
        elif not stat.S_ISREG(status.st_mode):
            raise WorkspaceError(f"{path} is neither a file nor a folder", "Check the path.")
        elif not self.options.force_exclude or self.passes(self._relative(path)):
            self._file(path, path, status, explicit=True)

    def _choose(self, name: str) -> None:
        path = os.path.join(self.root, name)
        try:
            status = os.lstat(path)
        except OSError:
            return
        if stat.S_ISREG(status.st_mode) and self.passes(name):
            self._file(path, self.root, status)

    def _walk(self, start: str) -> None:
        if self.options.respect_gitignore:
            for folder in (start, *map(str, Path(start).parents)):
                self._check_ignores(folder)
        for path in self._found(start):
            try:
                status = os.lstat(path)
            except OSError:
                continue  # gone since it was listed; the folder's stamp tells
            if stat.S_ISDIR(status.st_mode):
                self._stamps[path] = Stamp.of(status)
                if status.st_nlink != _LEAF and self.options.respect_gitignore:
                    self._look_ahead(path)
            elif stat.S_ISREG(status.st_mode):
                self._note(path, status)
                self._file(path, start, status)

    def _look_ahead(self, folder: str) -> None:
        """Check the folders right below one, into which the walk goes next."""
        with suppress(OSError), os.scandir(folder) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    self._check_ignores(entry.path)

    @staticmethod
    def _check_ignores(folder: str) -> None:
        """Let no pipe or device stand for an ignore file: reading it, the walk would not end.

        Raises:
            WorkspaceError: one does, or the file is far too large.
        """
        path = f"{folder}{os.sep}{_IGNORE_FILE}"
        if os.access(path, os.F_OK):
            status = os.stat(path)
            plain = stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST
            if not plain and not stat.S_ISDIR(status.st_mode):
                kind = "far too large" if stat.S_ISREG(status.st_mode) else "a pipe or a device"
                raise WorkspaceError(
                    f"{path} is {kind}",
                    "Remove it, or give --no-respect-gitignore.",
                )

    def _note(self, path: str, status: os.stat_result) -> None:
        """Remember the stamps of files that decide about others."""
        name = path[path.rindex(os.sep) + 1 :]
        if name in TOOL_CONFIGS:
            self._configs.add(self._relative(path))
        elif name != _IGNORE_FILE:
            return
        self._stamps[path] = Stamp.of(status)

    def _file(
        self, path: str, start: str, status: os.stat_result, *, explicit: bool = False
    ) -> None:
        """Classify one regular file, found below ``start``."""
        if not path.endswith(self.options.suffixes):
            return
        name = self._relative(path)
        stamp = self._stamps[path] = Stamp.of(status)
        if not self._is_text(name):
            self._skip(ascii(name)[1:-1], SkipReason.NOT_TEXT, "its name is not UTF-8")
        elif _ODD.search(name) and self._is_long(name):
            self._skip(name, SkipReason.NOT_TEXT, "its name is too long to be told to tools")
        elif not explicit and not VENDORED.isdisjoint(path[len(start) :].split(os.sep)):
            self._skip(name, SkipReason.VENDORED)
        elif not explicit and name.endswith(GENERATED):
            self._skip(name, SkipReason.GENERATED)
        elif stamp.size > self.options.max_file_size:
            self._skip(name, SkipReason.OVERSIZE, f"{stamp.size:,} bytes")
        else:
            self._entries[name] = Entry(name, stamp, explicit=explicit)

    def _skip(self, name: str, why: SkipReason, detail: str = "") -> None:
        self._skipped[name] = Skipped(name, "", why, detail)

    def _found(self, start: str) -> Iterator[str]:
        import ignore

        respect = self.options.respect_gitignore
        builder = ignore.WalkBuilder(Path(start)).hidden(False).ignore(False)
        builder = builder.git_ignore(respect).git_global(respect).git_exclude(respect)
        yield from self._paths(builder.parents(respect).overrides(self._overrides).build())

    def _paths(self, walk: Iterator[Any]) -> Iterator[str]:
        """What a walk meets; a folder that cannot be read is a failure of its own."""
        import ignore

        while True:
            try:
                entry = next(walk, None)
            except ignore.Error as error:
                self._fail(str(error))
                continue
            if entry is None:
                return
            yield str(entry.path())

    def _fail(self, words: str) -> None:
        """Note what the ``ignore`` crate complains about: one sentence with the path in it."""
        found = _UNREADABLE.fullmatch(words)
        path, why = (found["path"], found["why"]) if found else (self.root, words)
        name = self._relative(path)
        self._skipped[name] = Failed(name, "", f"cannot be read: {why}")

    def _compile(self, globs: Sequence[str]) -> Any:
        """The excludes as overrides of the ``ignore`` crate, where ``!`` means: leave out."""
        import ignore
        from ignore.overrides import OverrideBuilder

        builder = OverrideBuilder(Path(self.root))
        for glob in globs:
            try:
                builder.add(glob[1:] if glob.startswith("!") else f"!{glob}")
            except ignore.Error as error:
                raise ConfigError(f"exclude: {glob!r} is no glob: {error}") from error
        return builder.build()

    def passes(self, name: str) -> bool:
        """Whether no glob excludes a file or a folder on its way from the root.

        Git ignores no file that it tracks, so ignore files have no say here.
        """
        folder = self.root
        for part in name.split("/"):
            if part not in self._children(folder):
                return False
            folder = os.path.join(folder, part)
        return VENDORED.isdisjoint(name.split("/"))

    def _children(self, folder: str) -> frozenset[str]:
        if folder not in self._listed:
            import ignore

            builder = ignore.WalkBuilder(Path(folder)).hidden(False).ignore(False).max_depth(1)
            builder = builder.git_ignore(False).git_global(False).git_exclude(False)
            found = builder.overrides(self._overrides).build()
            self._listed[folder] = frozenset(map(os.path.basename, self._paths(found)))
        return self._listed[folder]

    def _note_outer(self) -> None:
        """Note what decides from outside of the walked folders; all of it may be absent."""
        home = os.path.expanduser("~")
        settings = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        outer = [
            os.path.join(self.root, ".git", "info", "exclude"),
            os.path.join(self.root, ".git", "config"),
            os.path.join(home, ".gitconfig"),
            os.path.join(settings, "git", "config"),
            os.path.join(settings, "git", "ignore"),
        ]
        outer += [os.path.join(folder, _IGNORE_FILE) for folder in self._repository_above()]
        names = sorted((*TOOL_CONFIGS, _IGNORE_FILE))
        outer += [os.path.join(folder, name) for folder in self._between() for name in names]
        for path in outer:
            if path not in self._stamps:
                self._stamps[path] = stamp = self._stamp(path)
                if stamp and path.startswith(self.root) and os.path.basename(path) in TOOL_CONFIGS:
                    self._configs.add(self._relative(path))

    def _repository_above(self) -> Iterator[str]:
        """The folders above the root, up to that of the repository around it."""
        folder = self.root
        while (
            not os.path.exists(os.path.join(folder, ".git")) and os.path.dirname(folder) != folder
        ):
            folder = os.path.dirname(folder)
            yield folder

    def _between(self) -> list[str]:
        """The folders from the root down to the entries, as far as they were not walked."""
        folders = {self.root}
        for name in {posixpath.dirname(name) for name in self._entries}:
            parts = name.split("/")
            folders.update(os.path.join(self.root, *parts[:end]) for end in range(len(parts) + 1))
        return sorted(folder for folder in folders if folder not in self._stamps)

    @staticmethod
    def _stamp(path: str) -> Stamp | None:
        try:
            return Stamp.of(os.stat(path))
        except OSError:
            return None

    def _relative(self, path: str) -> str:
        if path.startswith(f"{self.root}{os.sep}"):
            name = path[len(self.root) + 1 :]
        else:
            name = os.path.relpath(path, self.root)
        return name.replace(os.sep, "/") if os.sep != "/" else name

    @staticmethod
    def _is_long(name: str) -> bool:
        """Whether a part of a name is too long for its alias among tools' files."""
        return any(len(_ODD.sub("??", part).encode()) > _NAME for part in name.split("/"))

    @staticmethod
    def _is_text(name: str) -> bool:
        try:
            name.encode()
        except UnicodeEncodeError:
            return False
        return True
