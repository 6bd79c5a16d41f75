"""What goes into a run: outcomes that are known already, and sources that have to be corrected."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from thea_code_system.actors.memory import OutcomeMemory
from thea_code_system.actors.planning import LEARNED
from thea_code_system.correctors.selection import Selection
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry
from thea_code_system.wrappers import ActorHandle

CHUNK = 512  # files read at once: a batch holds no more, and each costs a process of every tool


class Intake:
    """Reads files only as the pool asks for them, and leaves out what the cache knows."""

    def __init__(
        self,
        workspace: ActorHandle,
        memory: OutcomeMemory,
        context: ProjectContext,
    ) -> None:
        self._workspace = workspace
        self._memory = memory
        self._context = context
        self._reads = Selection(context.settings, [LEARNED]).of(LEARNED).active
        self._settled: list[FileOutcome] = []
        self._replayed: list[tuple[SourceFile, Corrected]] = []

    async def known(self, entries: Sequence[Entry]) -> dict[str, FileOutcome]:
        """Outcomes by path that need no reading: the stamp tells the digest, nothing is written."""
        files = [(entry.path, entry.digest) for entry in entries if entry.digest]
        found = await self._memory.recall(files, self._context)
        return {
            path: outcome for path, outcome in found.items() if not isinstance(outcome, Corrected)
        }

    async def sources(self, entries: Sequence[Entry]) -> AsyncIterator[SourceFile]:
        """Sources to correct, as they are asked for; others are settled on the way."""
        for chunk in self._chunks(entries):
            values = await self._workspace.read(chunk)
            self._settled.extend(value for value in values if not isinstance(value, SourceFile))
            for source in await self._unknown([v for v in values if isinstance(v, SourceFile)]):
                yield source

    def settled(self) -> list[FileOutcome]:
        """Take out what was settled without a corrector since the last call."""
        settled, self._settled = self._settled, []
        return settled

    def replayed(self) -> list[tuple[SourceFile, Corrected]]:
        """Take out the known corrections that have to be written again, with their sources."""
        replayed, self._replayed = self._replayed, []
        return replayed

    async def _unknown(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """The sources that the cache does not know; what it knows is settled or replayed."""
        files = [(source.path, source.digest) for source in sources]
        known = await self._memory.recall(files, self._context)
        for source in sources:
            outcome = known.get(source.path)
            if isinstance(outcome, Corrected):
                self._replayed.append((source, outcome))
            elif outcome is not None:
                self._settled.append(outcome)
        return await self.reminded([one for one in sources if one.path not in known])

    async def reminded(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """Sources with what the edit model said of them before, where it is to read them."""
        if not self._reads:
            return list(sources)
        return await self._memory.remind(sources, self._context.root)

    async def keep_memos(self, memos: Mapping[str, bytes]) -> None:
        """Have what the edit model said remembered."""
        await self._memory.keep_memos(self._context.root, memos)

    @staticmethod
    def _chunks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
        rest = iter(entries)
        while chunk := list(itertools.islice(rest, CHUNK)):
            yield chunk
