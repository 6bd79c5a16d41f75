"""Asks git about a repository, in such a way that the repository cannot make git run anything."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thea_code_system.errors import WorkspaceError
from thea_code_system.wrappers.platform import Platform

_SETTINGS = {
    "core.fsmonitor": "false", "core.hooksPath": os.devnull, "core.pager": "cat",
    "core.sshCommand": "false", "core.askPass": "", "core.attributesFile": os.devnull,
    "core.quotePath": "false", "diff.external": "", "diff.ignoreSubmodules": "all",
    "submodule.recurse": "false", "credential.helper": "", "protocol.allow": "never",
}  # fmt: skip
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}
_FILES = frozenset({b"100644", b"100755"})
_SECONDS = 60
_RECENT = 1_000  # commits whose files count as recent


@dataclass(frozen=True, slots=True)
class Git:
    """A repository at or above a folder.

    Only plumbing is called, blobs are read raw, and everything in the repository's configuration
    that names a program is overridden: hooks, fsmonitor, filters, external diff, transports. No
    program that lies in it is taken for git.
    """

    root: str

    async def inside(self) -> bool:
        """Whether the folder lies in the working tree of a repository."""
        status, out, _ = await self._try("rev-parse", "--is-inside-work-tree")
        return status == 0 and out.strip() == b"true"

    async def tracks(self, path: str) -> bool:
        """Whether any file at or below a path is tracked; False outside of a repository.

        Most of the time a look at the index says no without a process.
        """
        if self._surely_lacks(path):
            return False
        status, out, _ = await self._try("ls-files", "-z", "--", f":(literal){path}")
        return status == 0 and bool(out)

    async def changed_since(self, revision: str) -> tuple[str, ...]:
        """Files that differ from a revision in the working tree, or that git does not know yet.

        Deleted files, links and submodules are left out; paths are relative to the folder.

        Raises:
            WorkspaceError: there is no such revision, or no repository.
        """
        changed = await self.differing(await self.commit(revision))
        new = await self._run("ls-files", "-z", "--others", "--exclude-standard")
        paths = changed | set(self._names(new))
        return tuple(sorted(path for path in paths if self._is_file(path)))

    async def differing(self, commit: str) -> set[str]:
        """Tracked files of the working tree that are not as a commit has them, deleted ones not.

        Where the index only cannot tell (a checkout was copied, a file touched), contents decide.
        """
        settings = await self.without_filters()
        arguments = ("diff-index", "--raw", "-z", "--relative", "--no-renames", "--no-abbrev")
        fields = (await self._run(*arguments, commit, settings=settings)).split(b"\0")
        differing, open_ = set(), {}
        for about, path in zip(fields[::2], fields[1::2], strict=False):
            old, new, blob, name, change = about.lstrip(b":").split(b" ")
            if new in _FILES and change[:1] in {b"A", b"M", b"T"}:
                untold = old == new and not name.strip(b"0") and self._is_file(os.fsdecode(path))
                if untold and b"\n" not in path and path[:1] != b'"':
                    open_[path] = blob
                else:
                    differing.add(os.fsdecode(path))
        given = b"".join(path + b"\n" for path in open_)
        out = (
            await self._run("hash-object", "--stdin-paths", given=given, settings=settings)
            if open_
            else b""
        )
        told = zip(open_.items(), out.split(), strict=True)
        return differing | {os.fsdecode(path) for (path, blob), now in told if now != blob}

    async def files(self) -> tuple[str, ...]:
        """What git tracks, or would if it were told to, relative to the folder."""
        out = await self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return tuple(dict.fromkeys(self._names(out)))

    async def share(self, folder: str) -> bool:
        """Make an empty folder a repository with this one's commit, tags and index, no files yet.

        It borrows this one's objects and writes none of its own files here. A clone would do the
        same through transports, all of which are switched off. False where this is not the top of
        a work tree, or where there is no commit.
        """
        if (await self._run("rev-parse", "--show-prefix")).strip():
            return False
        status, out, _ = await self._try("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if status:
            return False
        head = out.strip().decode()
        lent = await self._run("rev-parse", "--show-object-format", "--git-path", "objects")
        form, objects = os.fsdecode(lent).split("\n")[:2]
        await self._run("init", "--quiet", "--template=", f"--object-format={form}", folder)
        there = Git(folder)
        await asyncio.to_thread(there._borrow, os.path.join(self.root, objects))
        every = "--format=create %(refname) %(objectname)"
        tags = await self._run("for-each-ref", every, "refs/tags")
        await there._run("update-ref", "--stdin", given=tags)
        await there._run("update-ref", "--no-deref", "HEAD", head)
        await there._run("read-tree", "HEAD")
        return True

    def _borrow(self, objects: str) -> None:
        borrowed = Path(self.root, ".git", "objects", "info", "alternates")
        borrowed.parent.mkdir(exist_ok=True)
        borrowed.write_bytes(os.fsencode(f"{objects}\n"))

    async def recent(self) -> tuple[str, ...]:
        """Files that the latest commits touched, the latest first; none outside of a repository."""
        try:
            commits = await self._run("rev-list", f"--max-count={_RECENT}", "HEAD")
            out = await self._run(
                "diff-tree", "--stdin", "-r", "--root", "--name-only", "--no-commit-id", "-z",
                "--relative", "--no-renames", given=commits,
            )  # fmt: skip
        except WorkspaceError:
            return ()
        return tuple(dict.fromkeys(self._names(out)))

    async def staged(self) -> Mapping[str, bytes]:
        """The contents, in the index, of the files that the next commit would add or change.

        Raises:
            WorkspaceError: this is no repository.
        """
        raw = await self._run(
            "diff-index", "--cached", "--raw", "-z", "--relative", "--no-renames", "--no-abbrev",
            await self.base(),
        )  # fmt: skip
        found = self._parse(raw)
        blobs = await self.blobs([name for _, name in found])
        return {path: blob for (path, _), blob in zip(found, blobs, strict=True)}

    async def base(self) -> str:
        """What the next commit is compared with: the last one, or nothing before the first."""
        status, out, _ = await self._try("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return out.strip().decode() if status == 0 else await self._empty_tree()

    async def tracked(self) -> frozenset[str]:
        """The files in the index, relative to the folder.

        Raises:
            WorkspaceError: this is no repository.
        """
        return frozenset(self._names(await self._run("ls-files", "-z", "--cached")))

    async def without_filters(self) -> dict[str, str]:
        """Settings that empty every filter: git may hash files anew to see whether they changed."""
        _, out, _ = await self._try("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
        return {name: "false" if name.endswith(".required") else "" for name in self._names(out)}

    async def commit(self, revision: str) -> str:
        """The name of a commit.

        Raises:
            WorkspaceError: there is no such revision, or no repository.
        """
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options")
        status, out, error = await self._try(*arguments, f"{revision}^{{commit}}")
        if status:
            hint = "Give a commit, branch or tag."
            raise self._failure(f"--since {revision}", error or b"git knows no such revision", hint)
        return out.strip().decode()

    async def _empty_tree(self) -> str:
        out = await self._run("hash-object", "-t", "tree", "--stdin")
        return out.strip().decode()

    async def blobs(self, names: Sequence[bytes]) -> list[bytes]:
        """The contents of objects, in order.

        Raises:
            WorkspaceError: the repository lacks one of them.
        """
        asked = b"".join(name + b"\n" for name in names)
        out = await self._run("cat-file", "--batch", given=asked)
        blobs, at = [], 0
        for name in names:
            end = out.index(b"\n", at)
            about = out[at:end].split()
            if len(about) != 3:
                raise WorkspaceError(
                    f"git has no object {name.decode()} in {self.root}", "Try `git fsck`."
                )
            size = int(about[2])
            blobs.append(out[end + 1 : end + 1 + size])
            at = end + 1 + size + 1
        return blobs

    @staticmethod
    def _parse(raw: bytes) -> list[tuple[str, bytes]]:
        """Paths and object names of plain files in the output of ``--raw -z``."""
        fields = raw.split(b"\0")
        found = []
        for about, path in zip(fields[::2], fields[1::2], strict=False):
            _, mode, _, name, change = about.split(b" ")
            if mode in _FILES and change[:1] in {b"A", b"M", b"T"}:
                found.append((os.fsdecode(path), name))
        return found

    @staticmethod
    def _names(out: bytes) -> list[str]:
        return [os.fsdecode(name) for name in out.split(b"\0") if name]

    def _is_file(self, path: str) -> bool:
        full = os.path.join(self.root, path)
        return os.path.isfile(full) and not os.path.islink(full)

    def _surely_lacks(self, path: str) -> bool:
        """Whether no index can hold a path: there is no repository, no index, or not these bytes.

        Version 4 shortens names, a split index has a link to another file, and a sparse one has
        folders for entries: these git has to read.
        """
        home = self._home()
        if home is None or not home.joinpath(".git").is_dir():
            return home is None
        try:
            index = home.joinpath(".git", "index").read_bytes()
        except OSError:
            return not home.joinpath(".git", "index").exists()
        plain = index[4:8] in {b"\0\0\0\2", b"\0\0\0\3"}
        whole = b"link" not in index and b"sdir" not in index
        return plain and whole and os.fsencode(path) not in index

    def _home(self) -> Path | None:
        """The nearest folder at or above the root that holds a repository."""
        root = Path(self.root)
        return next((at for at in (root, *root.parents) if at.joinpath(".git").exists()), None)

    async def ask(
        self,
        *arguments: str,
        given: bytes = b"",
        settings: Mapping[str, str] | None = None,
        index: str = "",
    ) -> bytes:
        """What a plumbing command of git prints; it runs as everything here does.

        Args:
            arguments: the command's.
            given: what it reads.
            settings: that outrank all others.
            index: the file to use as an index, instead of the user's.

        Raises:
            WorkspaceError: git failed.
        """
        return await self._run(*arguments, given=given, settings=settings, index=index)

    async def _run(
        self,
        *arguments: str,
        given: bytes = b"",
        settings: Mapping[str, str] | None = None,
        index: str = "",
    ) -> bytes:
        status, out, error = await self._try(
            *arguments, given=given, settings=settings, index=index
        )
        if status:
            raise self._failure(f"git {arguments[0]} failed in {self.root}", error)
        return out

    def _failure(self, what: str, error: bytes, hint: str = "") -> WorkspaceError:
        words = error.decode(errors="replace").strip()
        if "not a git repository" in words:
            hint = "--staged and --since need one; without it, name the files."
            return WorkspaceError(f"{self.root} lies in no git repository", hint)
        first, _, rest = words.partition("\n")
        return WorkspaceError(f"{what}: {first}", hint or " ".join(rest.split()))

    async def _try(
        self,
        *arguments: str,
        given: bytes = b"",
        settings: Mapping[str, str] | None = None,
        index: str = "",
    ) -> tuple[int, bytes, bytes]:
        pipe = asyncio.subprocess.PIPE
        environment = self.environment(settings)
        if index:
            environment["GIT_INDEX_FILE"] = index
        try:
            process = await asyncio.create_subprocess_exec(
                "git", "--no-pager", "--no-replace-objects", *arguments,
                cwd=self.root, env=environment,
                stdin=pipe, stdout=pipe, stderr=pipe,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise WorkspaceError("git is not installed, or not on PATH") from error
        try:
            out, wrong = await asyncio.wait_for(process.communicate(given), _SECONDS)
        except asyncio.TimeoutError as error:
            process.kill()
            await process.wait()
            raise WorkspaceError(f"git {arguments[0]} took more than {_SECONDS} s") from error
        return process.returncode or 0, out, wrong

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """What to start git with, so that the repository cannot make it run anything.

        This is the user's environment, with settings that outrank the repository's. They go by
        variables, not ``-c``: the name of a filter may hold any character.
        """
        environment = {**os.environ, **_ENVIRONMENT}
        environment["PATH"] = os.pathsep.join(Platform().search_path(self._home() or self.root))
        outranking = {**_SETTINGS, **(settings or {})}
        given = environment.get("GIT_CONFIG_COUNT", "0")
        first = int(given) if given.isdigit() else 0
        for number, (name, value) in enumerate(outranking.items(), first):
            environment[f"GIT_CONFIG_KEY_{number}"] = name
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        environment["GIT_CONFIG_COUNT"] = str(first + len(outranking))
        return environment
