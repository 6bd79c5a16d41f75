"""What goes into a run: outcomes that are known already, and sources that have to be corrected."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from thea_code_system.actors.memory import OutcomeMemory
from thea_code_system.actors.planning import LEARNED
from thea_code_system.correctors.selection import Selection
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry
from thea_code_system.wrappers import ActorHandle
from thea_code_system.wrappers.supply import Entry as Placed
from thea_code_system.wrappers.supply import Supply

CHUNK = 512  # files read at once: a batch holds no more, and each costs a process of every tool
CHUNK_BYTES = 8_000_000  # the same in bytes, but for the last file


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

    async def read(self, entries: Sequence[Entry]) -> list[SourceFile]:
        """The sources among some entries that have to be corrected; others are settled."""
        values = await self._workspace.read(entries)
        self._settled.extend(value for value in values if not isinstance(value, SourceFile))
        return await self._unknown([value for value in values if isinstance(value, SourceFile)])

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


class Sources(Supply):
    """The sources of entries, read as they are asked for."""

    def __init__(self, entries: Sequence[Entry], intake: Intake, most: int = CHUNK) -> None:
        """Take the entries, who reads them, and how many are read at once."""
        self.sizes = [entry.stamp.size for entry in entries]
        self._entries, self._intake, self._most = entries, intake, most
        self._rest = iter(range(len(entries)))

    async def more(self) -> Sequence[Placed]:
        """The next ones that have to be corrected."""
        while places := self._chunk():
            by_path = {self._entries[place].path: place for place in places}
            sources = await self._intake.read([self._entries[place] for place in places])
            if sources:
                return [(by_path[source.path], source) for source in sources]
        return []

    def _chunk(self) -> list[int]:
        """The places of files that are read at once."""
        chunk: list[int] = []
        room = range(CHUNK_BYTES)
        for place in itertools.islice(self._rest, self._most):
            chunk.append(place)
            room = room[self._entries[place].stamp.size :]
            if not room:
                break
        return chunk


class Given(Supply):
    """Sources that are there already."""

    def __init__(self, sources: Sequence[SourceFile], most: int = CHUNK) -> None:
        """Take the sources, and how many are looked at together."""
        self.sizes = [len(source.text) for source in sources]
        self._rest = enumerate(sources)
        self._most = most

    async def more(self) -> Sequence[Placed]:
        """The next ones."""
        return list(itertools.islice(self._rest, self._most))
