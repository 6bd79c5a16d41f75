"""The actor that looks after user files: the only one that reads or writes them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from thea_code_system.actors.serial import SerialThread
from thea_code_system.ledger.disposable import DisposableDatabase
from thea_code_system.values.commits import CommitSeries, Committed
from thea_code_system.values.correction import Edit
from thea_code_system.values.lines import LineRanges
from thea_code_system.values.outcome import Failed, Skipped, SkipReason
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry, Survey, TreeFacts, Write, Written
from thea_code_system.workspace.git import Git
from thea_code_system.workspace.names import TreeNames
from thea_code_system.wrappers.actor import Actor, async_actor, remote_method

if TYPE_CHECKING:
    from thea_code_system.workspace.index import TreeIndex
    from thea_code_system.workspace.reading import Reader
    from thea_code_system.workspace.walking import Walker, WalkOptions
    from thea_code_system.workspace.writing import GroupedWriter

_MANY = 256  # files


@async_actor
class WorkspaceActor(Actor):
    """Finds, reads and writes the files of one project.

    Args:
        root: the project root, absolute; paths in messages are relative to it.
        options: which files are wanted.
        cache: the database that the index is kept in; None keeps it in memory.
        outside: files and folders beyond the root that the user named, and that may be written.
    """

    def __init__(
        self,
        root: str,
        options: WalkOptions,
        cache: Path | None = None,
        outside: Sequence[str] = (),
    ) -> None:
        self._root = root
        self._options = options
        self._outside = outside
        self._cache = DisposableDatabase(cache)
        self._git = Git(root)
        self._do = SerialThread().do  # what is surveyed is what is gathered and read
        self._survey = Survey(())
        self._whole = False
        self._names: TreeNames | None = None
        self._ahead: asyncio.Future[None] | None = None

    @remote_method
    async def survey(self, paths: Sequence[str], chosen: Sequence[str] | None = None) -> Survey:
        """Find the files under absolute ``paths``, or only the ``chosen`` ones among them.

        ``chosen`` are relative to the root. Without ``paths`` they may lie anywhere below it.
        Entries whose stamp is known carry their digest.

        Raises:
            WorkspaceError: a path does not exist.
        """
        return await self._do(self._look, paths, chosen)

    @remote_method
    async def facts(self, needs: frozenset[str]) -> TreeFacts:
        """What the whole tree says; ``needs`` are some of ``imports``, ``words``, ``configs``.

        Where many files are corrected somebody will ask for names: they are looked for meanwhile.
        """
        facts = await self._do(self._gather, needs)
        if self._names and len(self._survey.entries) > _MANY:
            self._ahead = asyncio.ensure_future(asyncio.to_thread(self._names.find))
        return facts

    @remote_method
    async def read(self, entries: Sequence[Entry]) -> list[SourceFile | Skipped | Failed]:
        """One value for each entry, in order; their digests are remembered by stamp."""
        return await self._do(self._read, entries)

    @remote_method
    async def given(self, path: str, data: bytes) -> SourceFile | Skipped:
        """What is to be taken for the contents of a file, unless such a file is left out."""
        left_out = await self._do(self._walker.left_out, path, len(data))
        return left_out or SourceFile.decode(path, data)

    @remote_method
    async def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The digest of each file as it is on disk now; empty for one that cannot be read."""
        return await asyncio.to_thread(self._digests, paths)

    @remote_method
    async def contents(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of each file that can be read, as they are on disk now."""
        found = await asyncio.to_thread(lambda: {path: self._reader.data(path) for path in paths})
        return {path: data for path, data in found.items() if data is not None}

    @remote_method
    async def write(self, writes: Sequence[Write]) -> list[Written]:
        """Replace files, all or each not at all; one result for each, in order."""
        return await asyncio.to_thread(self._write, writes)

    @remote_method
    async def sweep(self, torn: Sequence[tuple[str, str]]) -> None:
        """Remove temporary files that a killed run left, by path and planned digest."""
        await asyncio.to_thread(self._writer.sweep, torn)

    @remote_method
    async def changed_since(self, revision: str) -> tuple[str, ...]:
        """Files that differ from a revision, new ones too, relative to the root.

        Raises:
            WorkspaceError: there is no such revision, or no repository.
        """
        return await self._git.changed_since(revision)

    @remote_method
    async def recent(self) -> tuple[str, ...]:
        """The files of the latest commits, the latest first; none outside of a repository."""
        return await self._git.recent()

    @remote_method
    async def staged(self, paths: Sequence[str] = ()) -> list[SourceFile | Skipped]:
        """The staged files under absolute ``paths``, or all, as they are in the index.

        Raises:
            WorkspaceError: this is no repository.
        """
        blobs = await self._git.staged()
        blobs = {path: blobs[path] for path in self._under(paths, tuple(blobs))}
        found = await self.survey((), chosen=tuple(blobs))
        wanted = {entry.path for entry in found.entries}
        read = [self._reader.decode(path, blobs[path]) for path in blobs if path in wanted]
        return [*read, *(Skipped(path, "", SkipReason.GONE) for path in blobs if self._gone(path))]

    @remote_method
    async def demand_readiness(self) -> None:
        """Make sure that the corrections of a run can be committed.

        Raises:
            WorkspaceError: there is no commit yet, something is staged or under way, or git does
                not know who commits.
        """
        from thea_code_system.workspace.readiness import Readiness

        await Readiness(self._git).demand()

    @remote_method
    async def exists(self, path: str) -> bool:
        """Whether there is anything under a path relative to the root, a dangling link too."""
        return await asyncio.to_thread(os.path.lexists, Path(self._root, path))

    @remote_method
    async def uncommittable(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Why changes to some files could not be committed by themselves, in words, by path."""
        from thea_code_system.workspace.readiness import Readiness

        return await Readiness(self._git).objections(paths)

    @remote_method
    async def commit(self, series: CommitSeries, *, trust: bool = False) -> Committed:
        """Commit what was written, and nothing else.

        Args:
            series: what to commit.
            trust: whether the repository may choose the program that signs.

        Raises:
            WorkspaceError: git failed, or somebody committed meanwhile; no branch was moved.
        """
        from thea_code_system.workspace.committing import Committer

        done = await Committer(self._git, trust=trust).commit(series)
        if done.listing is None:
            return done
        before = series.before.get(series.listing)
        problem = await asyncio.to_thread(self._list, series.listing, before, done.listing)
        return replace(done, problems=(*done.problems, problem)) if problem else done

    @remote_method
    async def unstage(self, series: CommitSeries) -> None:
        """Take out of the index what a killed run has staged of its commits, and only that."""
        from thea_code_system.workspace.committing import Committer

        await Committer(self._git).unstage(series)

    @remote_method
    async def changed_lines(
        self, paths: Sequence[str], revision: str | None = None
    ) -> Mapping[str, LineRanges]:
        """The changed lines of each file: in the tree since a revision, else of what is staged.

        Raises:
            WorkspaceError: there is no such revision, or no repository.
        """
        from thea_code_system.workspace.hunks import ChangedLines

        lines = ChangedLines(self._git)
        if revision is None:
            return await lines.staged(paths)
        return await lines.since(revision, paths)

    @remote_method
    async def carry(
        self, old: str, new: str, corrections: Sequence[Sequence[Edit]]
    ) -> list[tuple[Edit, ...] | None]:
        """Each correction's edits of an old text in a new one; None where that has moved on."""
        from thea_code_system.values.carrying import TextCarrier

        carrier = TextCarrier(old, new)
        return await asyncio.to_thread(lambda: [carrier.carry(edits) for edits in corrections])

    @remote_method
    async def nearest(self, old: str, new: str, offsets: Sequence[int]) -> list[int]:
        """Where a new text comes closest to places of an old one."""
        from thea_code_system.values.carrying import TextCarrier

        carrier = TextCarrier(old, new)
        return await asyncio.to_thread(lambda: [carrier.nearest(offset) for offset in offsets])

    def _look(self, paths: Sequence[str], chosen: Sequence[str] | None) -> Survey:
        if chosen is not None:
            chosen = self._under(paths, chosen)
        found = self._walker.survey(paths, chosen)
        entries = self._index.recognise(found.entries)
        self._survey = Survey(entries, found.skipped, found.manifest)
        self._whole = chosen is None and self._root in paths
        return self._survey

    def _under(self, paths: Sequence[str], chosen: Sequence[str]) -> Sequence[str]:
        """The files among some, relative to the root, that lie under one of the absolute paths."""
        roots = [Path(path).relative_to(self._root).as_posix() for path in paths]
        if not roots or "." in roots:
            return chosen
        return [path for path in chosen if any(f"{path}/".startswith(f"{one}/") for one in roots)]

    def _gather(self, needs: frozenset[str]) -> TreeFacts:
        """The facts of the whole tree, also where only a part of it was surveyed."""
        if not needs:
            return TreeFacts()
        entries = self._survey.entries
        if not self._whole:
            entries = self._walker.survey([self._root]).entries
        self._names = TreeNames(self._index, entries, needs)
        return self._index.facts(self._names, self._walker.configs(), needs)

    def _write(self, writes: Sequence[Write]) -> list[Written]:
        if self._names:
            self._names.hold([write.path for write in writes])
        return self._writer.write(writes)

    def _read(self, entries: Sequence[Entry]) -> list[SourceFile | Skipped | Failed]:
        values = self._reader.read(entries, again=bool(self._names and self._names.needs))
        if self._cache.path is not None:  # else nobody will ever ask for it
            read = zip(entries, values, strict=True)
            self._index.remember((entry, value.digest) for entry, value in read if value.digest)
        return values

    def _list(self, path: str, before: bytes | None, data: bytes) -> str:
        """Write the file that lists commits, a new one too; the problem, if there is one."""
        try:
            if before is None:
                with Path(self._root, path).open("xb"):
                    before = b""
        except OSError as error:
            return f"{path} is committed, but not written: {error.strerror}"
        (written,) = self._writer.write([Write(path, SourceFile.digest_of(before or b""), data)])
        return written.problem and f"{path} is committed, but not written: {written.problem}"

    def _gone(self, path: str) -> bool:
        """Whether a file that would be corrected is not there."""
        wanted = path.endswith(tuple(self._options.suffixes))
        return wanted and not Path(self._root).joinpath(path).exists()

    def _digests(self, paths: Sequence[str]) -> dict[str, str]:
        found = ((path, self._reader.data(path)) for path in paths)
        return {path: "" if data is None else SourceFile.digest_of(data) for path, data in found}

    # A run that finds nothing changed needs none of these: they are imported and made when used.

    @cached_property
    def _walker(self) -> Walker:
        from thea_code_system.workspace.walking import Walker

        return Walker(self._root, self._options)

    @cached_property
    def _reader(self) -> Reader:
        from thea_code_system.workspace.reading import Reader

        return Reader(self._root, self._options.max_file_size)

    @cached_property
    def _writer(self) -> GroupedWriter:
        from thea_code_system.workspace.writing import GroupedWriter

        return GroupedWriter((self._root, *self._outside))

    @cached_property
    def _index(self) -> TreeIndex:
        from thea_code_system.workspace.index import TreeIndex

        connection, warning = self._cache.connect()
        if warning:
            self.log.warning(warning)
        return TreeIndex(connection, self._root, self._reader)
