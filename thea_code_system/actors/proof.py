"""Proves the corrections of a whole run together, and finds those that break something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from thea_code_system.actors.core.verification_actor import VerificationActor
from thea_code_system.errors import ToolError
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Corrected, FileOutcome, Finished
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.values.verification import Failures, Judged, ProofOrder
from thea_code_system.verification.base import Change
from thea_code_system.verification.culprits import CulpritSearch
from thea_code_system.wrappers import ActorPool, TorchMath
from thea_code_system.wrappers.clock import Stopwatch

_SIDE_BY_SIDE: Final = 2  # more probes at once take more of them: 47 instead of 37 for 3 of 200
_REPAIR: Final = "syntax/"
_DEADLINE: Final = 86_400.0  # seconds; each command has a limit of its own
_LEAST, _TIMES = 60.0, 10.0  # seconds that any tree may take; and times that the first one took


@dataclass(frozen=True, slots=True)
class Lot:
    """What a run would write: sources and outcomes by path, and the ids that are always applied.

    ``ground`` are repairs: a file that does not parse has no behaviour to change, and without them
    no tool could look at the tree.
    """

    sources: Mapping[str, SourceFile]
    made: Mapping[str, Corrected]
    ground: frozenset[str]

    @classmethod
    def of(cls, finished: Sequence[Finished]) -> Lot:
        """The corrected files among outcomes."""
        made = {end.path: end for _, end in finished if isinstance(end, Corrected)}
        sources = {source.path: source for source, _ in finished if source.path in made}
        applied = [one for end in made.values() for one in cls.applied(end)]
        repairs = (one.id for one in applied if one.rule.startswith(_REPAIR))
        return cls(sources, made, frozenset(repairs))

    @staticmethod
    def applied(end: Corrected) -> list[Correction]:
        """What is applied to a file, in the order in which culprits are looked for."""
        return sorted(end.applied, key=lambda one: (one.rules, one.edits))

    def units(self) -> list[str]:
        """The ids to be proved, by file and then by rule."""
        found = [one.id for path in sorted(self.made) for one in self.applied(self.made[path])]
        return [name for name in found if name not in self.ground]

    def texts(self, chosen: frozenset[str]) -> tuple[dict[str, bytes], list[Change]]:
        """Contents by path with some corrections; the files that have only a part of theirs."""
        wanted = chosen | self.ground
        contents, parts = {}, []
        for path, end in self.made.items():
            applied = self.applied(end)
            kept = [one for one in applied if one.id in wanted]
            if not kept:
                continue
            source = self.sources[path]
            text = Patch.corrected(source.text, kept)
            contents[path] = source.encode_text(text)
            if len(kept) < len(applied):
                broken = any(one.id in self.ground for one in applied)
                parts.append(Change(source, source.with_text(text), broken))
        return contents, parts


class Proof:
    """Organ: proves what a run would write, with verification actors of its own.

    Args:
        root: the project root, absolute.
        order: what to prove with.
        workers: how many trees may be looked at side by side.
        tool_seconds: how long a linter may run.
    """

    def __init__(
        self, root: str, order: ProofOrder, workers: int = 1, tool_seconds: float = 60.0
    ) -> None:
        self._order = order
        self._side_by_side = workers if workers < _SIDE_BY_SIDE else _SIDE_BY_SIDE
        self._pool = ActorPool(
            VerificationActor,
            self._side_by_side,
            args=(root, order, tool_seconds),
            inline=True,  # it only waits for processes, which have to be where the files are
            max_in_flight=1,
            deadline=_DEADLINE,
        )
        self._watch: Stopwatch | None = None
        self._patience = order.budget
        self._proved: dict[str, bytes] = {}
        self.notes: list[str] = []
        """What the user should hear about it."""
        self.rejected: frozenset[str] = frozenset()
        """The ids of the corrections that were found to break something."""
        self.trees: Counter[str] = Counter()
        """How many trees each rung has looked at."""

    @property
    def late(self) -> bool:
        """Whether the time for proving is over."""
        return self._seconds() > self._order.budget

    async def close(self) -> None:
        """Remove the copies."""
        await self._pool.shutdown()

    async def proved(self, finished: Sequence[Finished]) -> list[Finished]:
        """Outcomes of a run, of which only what is proved is still to be applied.

        What was proved in an earlier call is the ground of the later ones.

        Raises:
            ToolError: a rung cannot be run, or fails by itself without naming what.
        """
        self._watch = self._watch or Stopwatch()
        lot = Lot.of(finished)
        units = lot.units()
        dropped: dict[str, tuple[State, str]] = {}
        for rung in await self._pool.submit("rungs") if units else ():
            judged = await self._judged(rung, lot, units)
            verb = "breaks" if rung == "tests" else "brings in"
            for number, words in judged.guilty.items():
                dropped[units[number]] = (State.REJECTED, f"{verb} {words}")
            for number in judged.unproven:
                reason = f"not proven within --verify-budget ({self._order.budget:g} s)"
                dropped[units[number]] = (State.SUGGESTED, reason)
            units = [units[number] for number in judged.kept]
        self.rejected |= frozenset(
            name for name, (state, _) in dropped.items() if state is State.REJECTED
        )
        self._proved |= lot.texts(frozenset(units))[0]
        return [(source, self._reduced(source, end, dropped)) for source, end in finished]

    async def _judged(self, rung: str, lot: Lot, units: Sequence[str]) -> Judged:
        """What one rung says of units; those before it have passed."""
        probe = partial(self._probe, rung, lot, units)
        watch = Stopwatch()
        before = await probe(())
        if before.unnamed:
            (words,) = before.counts
            raise ToolError(
                f"--verify {self._order.level.value}: without any correction, {words}",
                "It has to pass, or to name what fails, so that before and after can be compared.",
            )
        self._patience = float(TorchMath.max(_LEAST, TorchMath.mul(_TIMES, watch.seconds())))
        search = CulpritSearch(probe, before, lambda: self.late, self._side_by_side)
        judged = await search.judge(range(len(units)))
        self._note(rung, judged)
        return judged

    async def _probe(
        self, rung: str, lot: Lot, units: Sequence[str], chosen: tuple[int, ...]
    ) -> Failures:
        self.trees.update((rung,))
        texts, parts = lot.texts(frozenset(units[number] for number in chosen))
        left = TorchMath.max(1.0, TorchMath.sub(self._order.budget, self._seconds()))
        seconds = float(TorchMath.min(self._patience, left))
        laid = {**self._proved, **texts}
        found: Failures = await self._pool.submit("failures", rung, laid, parts, seconds)
        return found

    def _seconds(self) -> float:
        return self._watch.seconds() if self._watch else 0.0

    def _note(self, rung: str, judged: Judged) -> None:
        if judged.flaky:
            names = ", ".join(judged.flaky[:5])
            self._say(f"{rung}: what fails now and then counts for nothing: {names}")
        if judged.unproven:
            self._say(
                f"{rung}: --verify-budget ({self._order.budget:g} s) ran out;"
                f" {len(judged.unproven):,} corrections are not proven and stay suggestions"
            )

    def _say(self, note: str) -> None:
        """Once, however many calls come to say it."""
        if note not in self.notes:
            self.notes.append(note)

    @staticmethod
    def _reduced(
        source: SourceFile, end: FileOutcome, dropped: Mapping[str, tuple[State, str]]
    ) -> FileOutcome:
        """An outcome without the corrections that are not to be applied any more."""
        if not isinstance(end, Corrected) or not any(one.id in dropped for one in end.corrections):
            return end
        corrections = tuple(
            replace(one, state=dropped[one.id][0], reason=dropped[one.id][1])
            if one.id in dropped and one.state is State.APPLIED
            else one
            for one in end.corrections
        )
        return Corrected.of(source, corrections, end.facts)
