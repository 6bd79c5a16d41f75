"""What the cache knows, asked off the event loop."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from thea_code_system.actors.serial import SerialThread
from thea_code_system.ledger.cache import KeptRun, OutcomeCache
from thea_code_system.ledger.disposable import DisposableDatabase
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import INCOMPLETE, FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.workspace.watches import TreeWatches


class OutcomeMemory:
    """Recalls and keeps outcomes under one environment; without a file it knows nothing.

    Args:
        path: the cache's file; None where nothing is to be remembered.
        environment: names all that decides about outcomes besides files, facts and refusals.
        refused: the fingerprints that the user has turned down, by path.
    """

    def __init__(
        self, path: Path | None, environment: str, refused: Mapping[str, frozenset[str]]
    ) -> None:
        self._refused = refused
        self._do = SerialThread().do  # the cache has one connection
        self._cache: OutcomeCache | None = None
        self._database = DisposableDatabase(path)
        self.warning = ""
        if path is not None:
            self._connection, self.warning = self._database.connect()
            self._cache = OutcomeCache(self._connection, environment)

    async def recall(
        self, files: Sequence[tuple[str, str]], context: ProjectContext
    ) -> dict[str, FileOutcome]:
        """Known outcomes by path, for files given by path and digest."""
        if self._cache is None or not files:
            return {}
        wanted = [(path, digest, self._names(path)) for path, digest in files]
        return await self._do(self._cache.recall, wanted, context)

    async def keep(self, outcomes: Iterable[FileOutcome]) -> None:
        """Keep outcomes, but for those that another run might decide otherwise."""
        if self._cache is not None:
            whole = [
                (outcome, self._names(outcome.path))
                for outcome in outcomes
                if not self.is_incomplete(outcome)
            ]
            await self._do(self._cache.store, whole)

    async def remind(self, sources: Sequence[SourceFile], root: str) -> list[SourceFile]:
        """Sources with what the edit model said of the same files before."""
        if self._cache is None:
            return list(sources)
        memos = await self._do(self._cache.memos, root, [source.path for source in sources])
        return [replace(source, memo=memos.get(source.path, b"")) for source in sources]

    async def keep_memos(self, root: str, memos: Mapping[str, bytes]) -> None:
        """Keep what the edit model said of some files, for the next time they are read."""
        if self._cache is not None:
            await self._do(self._cache.keep_memos, root, memos)

    async def unchanged_run(self, key: str) -> KeptRun | None:
        """The last whole run under a key that wrote nothing, if its tree has not changed since."""
        if self._cache is None:
            return None
        kept = await self._do(self._cache.kept_run, self._whole(key))
        if kept is None or not await self._do(TreeWatches.hold, kept.manifest):
            return None
        return kept

    async def keep_run(self, key: str, run: KeptRun) -> None:
        """Remember a whole run that wrote nothing, and drop what was not met for long."""
        if self._cache is not None:
            await self._do(self._cache.keep_run, self._whole(key), run)

    async def prune(self) -> None:
        """Drop what was not met for long; all of it where it turned out to be damaged."""
        if self._cache is not None:
            await self._do(self._cache.prune)
            if self._connection.damaged:
                with contextlib.suppress(OSError):  # the next run finds it damaged again
                    await self._do(self._database.remove)

    @staticmethod
    def is_incomplete(outcome: FileOutcome) -> bool:
        """Whether a tool was missing, time ran out, or the file could not be read."""
        cut_short = any(kind == INCOMPLETE for kind, _, _ in outcome.facts)
        return cut_short or not OutcomeCache.keeps(outcome)

    def _names(self, path: str) -> frozenset[str]:
        return self._refused.get(path, frozenset())

    def _whole(self, key: str) -> str:
        """A whole run depends on all refusals."""
        return f"{key}{sorted((path, sorted(names)) for path, names in self._refused.items())}"
