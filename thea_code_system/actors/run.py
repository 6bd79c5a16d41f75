"""One run from its first source to its statistics; an organ of the orchestration actor."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from thea_code_system.actors.agenda import Agenda
from thea_code_system.actors.budget import Turns
from thea_code_system.actors.delivery import Delivery
from thea_code_system.actors.intake import Intake
from thea_code_system.actors.memory import OutcomeMemory
from thea_code_system.errors import WorkspaceError
from thea_code_system.statistics import RunStatistics
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, FileOutcome, Finished
from thea_code_system.values.patch import Patch, Piece
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import (
    Actor,
    ActorHandle,
    ActorHealth,
    ActorMetrics,
    ActorPool,
    ItemFailure,
)
from thea_code_system.wrappers.supply import Supply

WRITE_BATCH = 256  # files in a ledger transaction and a group of renames
MOST_KEPT = 5_000  # outcomes worth keeping to replay a whole run; memory stays bounded


class Run:
    """Streams outcomes as the pool finishes them, written and remembered in batches."""

    def __init__(
        self, intake: Intake, delivery: Delivery, memory: OutcomeMemory, turns: Turns
    ) -> None:
        self._intake = intake
        self._delivery = delivery
        self._memory = memory
        self._turns = turns
        self._again: set[str] = set()
        self.statistics = RunStatistics()
        self.actors: dict[str, Mapping[str, Any]] = {}
        self.unavailable: dict[str, str] = {}
        self.warnings: list[str] = []
        self.files: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.kept: list[FileOutcome] | None = []
        """What the same run would say again, but for the plainly clean; None if it would not."""

    async def corrected(self, agenda: Agenda, pool: ActorPool) -> AsyncGenerator[FileOutcome, None]:
        """Outcomes of what has to be looked at, written as they come.

        Raises:
            WorkspaceError: a file that must stay as it is would be corrected; nothing was written.
        """
        batch = await self._left_alone(agenda, pool) if agenda.guarded else []
        sources = agenda.sources(self._intake)
        more = True
        while more:
            async with aclosing(self._round(batch, sources, pool)) as outcomes:
                async for outcome in outcomes:
                    yield outcome
            provable = self._delivery.proof is None or not self._delivery.proof.late
            more = provable and self._turns.reopened()
            batch = await self._passed([], []) if more else []
        for outcome in self.recalled(list(self._turns.left())):
            yield outcome

    async def _round(
        self, batch: list[Finished], sources: Supply, pool: ActorPool
    ) -> AsyncGenerator[FileOutcome, None]:
        """Outcomes of a batch and of as many more sources as the budget lets pass."""
        admitted = self._turns.admit(sources)
        async with aclosing(pool.batches("correct", admitted, batched=True)) as results:
            async for pairs in results:
                settled = self._intake.settled()
                made = [(source, self._outcome(source, result)) for source, result in pairs]
                batch.extend(await self._passed(made, settled))
                while len(batch) >= WRITE_BATCH and self._delivery.proof is None:
                    group, batch = batch[:WRITE_BATCH], batch[WRITE_BATCH:]
                    for outcome in await self._delivered(group):
                        yield outcome
                for outcome in self.recalled(settled):
                    yield outcome
        settled = self._intake.settled()
        batch.extend(await self._passed([], settled))
        for outcome in await self._delivered(batch):
            yield outcome
        for outcome in self.recalled(settled):
            yield outcome

    async def _left_alone(self, agenda: Agenda, pool: ActorPool) -> list[Finished]:
        """Outcomes of the files that must stay as they are; none of them is a correction."""
        sources = agenda.guarded_sources(self._intake)
        made: list[Finished] = []
        async with aclosing(pool.stream("correct", sources, batched=True)) as results:
            async for source, result in results:
                made.append((source, self._outcome(source, result)))
        made.extend(self._intake.replayed())
        wrong = sorted(one.path for one, outcome in made if isinstance(outcome, Corrected))
        if wrong:
            files = f"{wrong[0]} and {len(wrong[1:])} more" if wrong[1:] else wrong[0]
            why = agenda.guarded[wrong[0]]
            message = f"{files} would be corrected, and could not be committed: {why}"
            raise WorkspaceError(message, "Commit or stash your changes, or leave the files out.")
        return made

    def recalled(self, outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
        """Take in outcomes that no actor had to make."""
        self._count(outcomes)
        return [self.seen(outcome) for outcome in outcomes]

    def seen(self, outcome: FileOutcome) -> FileOutcome:
        """Count an outcome for the report, and keep what the same run would have to say again."""
        self.files.update((outcome.status,))
        self.states.update(one.state.value for one in outcome.corrections)
        if isinstance(outcome, Corrected) or OutcomeMemory.is_incomplete(outcome):
            self.kept = None
        elif self.kept is not None and (not isinstance(outcome, Clean) or outcome.corrections):
            self.kept.append(outcome)
            self.kept = self.kept if len(self.kept) <= MOST_KEPT else None
        return outcome

    async def gather(self, pool: ActorPool) -> None:
        """Merge what every actor counted and measured, and keep what it wants remembered."""
        for packed in await pool.broadcast("statistics"):
            counted = RunStatistics.unpack(packed)
            self.statistics.merge(counted.besides_outcomes() if self._counts else counted)
            self.unavailable.update(packed["unavailable"])
            await self._intake.keep_memos(packed["memos"])
            self.warnings.extend(
                words for words in packed["warnings"] if words not in self.warnings
            )
        told = await pool.metrics()  # an actor that joins between the two has done nothing
        for metrics, health in zip(told, await pool.health_check(), strict=False):
            self.note(metrics, health)

    async def look_at(self, *actors: Actor | ActorHandle) -> None:
        """Take in what some actors say of themselves."""
        for actor in actors:
            self.note(await actor.metrics(), await actor.health_check())

    def note(self, metrics: ActorMetrics, health: ActorHealth) -> None:
        """Take in what an actor says of itself."""
        self.actors[metrics.name] = {
            "healthy": health.healthy,
            "uptime": metrics.uptime,
            "device": metrics.device,
            "resident_bytes": metrics.resident_bytes,
            "counters": {name: value.pack() for name, value in metrics.counters.items()},
            "accumulators": {name: value.pack() for name, value in metrics.accumulators.items()},
        }

    async def _passed(
        self, made: Sequence[Finished], settled: Sequence[FileOutcome]
    ) -> list[Finished]:
        """What is to be delivered now, of what was made and of what has to be written again."""
        replayed = self._intake.replayed()
        self._again.update(source.path for source, _ in replayed)
        return await self._turns.passed([*made, *replayed], settled)

    @property
    def _counts(self) -> bool:
        """Whether outcomes are counted here: not all that actors make and count comes to that."""
        return self._turns.in_order or self._delivery.proof is not None

    def _tally(self, outcomes: Sequence[FileOutcome]) -> None:
        """Count what was delivered, but for what actors have counted."""
        self._count([outcome for outcome in outcomes if outcome.path in self._again])
        if self._counts:
            self.statistics.observe(one for one in outcomes if one.path not in self._again)

    def _count(self, outcomes: Sequence[FileOutcome]) -> None:
        """One increment for each status, however many there are."""
        counts = Counter(outcome.status for outcome in outcomes) if outcomes else {}
        for status, number in counts.items():
            self.statistics.count(f"files/{status}", number)

    async def _delivered(self, batch: Sequence[Finished]) -> list[FileOutcome]:
        """A batch, written and remembered as the correctors saw it."""
        if not batch:
            return []
        outcomes = await self._delivery.deliver(batch)
        await self._turns.delivered(batch, outcomes, self._delivery.texts)
        self._tally(outcomes)
        pairs = zip(batch, outcomes, strict=True)
        kept = [made for (_, made), final in pairs if made == final]
        if self._delivery.proof and self._delivery.proof.rejected:
            self.kept = None  # whoever proves less may decide otherwise
        await self._memory.keep([*kept, *self._done(kept)])
        return [self.seen(outcome) for outcome in outcomes]

    @classmethod
    def _done(cls, outcomes: Sequence[FileOutcome]) -> Iterator[FileOutcome]:
        """The last pass over a text is the next run's first, what it left open included.

        So what was only suggested because the file had just been repaired stays a suggestion.
        """
        for one in outcomes:
            if isinstance(one, Corrected):
                yield Clean(one.path, one.after, tuple(cls._left_open(one)), one.facts)

    @staticmethod
    def _left_open(outcome: Corrected) -> Iterator[Correction]:
        """What was not applied, in the coordinates of the text that was written."""
        written = (Piece(edit, 0) for one in outcome.applied for edit in one.edits)
        patch = Patch(tuple(sorted(written)))
        for one in outcome.corrections:
            if one.state in {State.SUGGESTED, State.SUPPRESSED, State.REJECTED}:
                edits = patch.present_edits(one.edits)
                if edits is not None:
                    name = Correction.identify(outcome.path, one.rules, outcome.after, edits)
                    yield dataclasses.replace(one, id=name, edits=edits)

    @staticmethod
    def _outcome(source: SourceFile, result: FileOutcome | ItemFailure) -> FileOutcome:
        if isinstance(result, ItemFailure):
            return Failed(source.path, source.digest, f"could not be processed: {result.error}")
        return result
