"""What comes out of a run: edits become bytes, are written, and are remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from thea_code_system.actors.proof import Proof
from thea_code_system.values.correction import Correction, Edit, State
from thea_code_system.values.outcome import (
    Corrected,
    Failed,
    FileOutcome,
    Finished,
    Skipped,
    SkipReason,
)
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import NotTextError, SourceFile
from thea_code_system.values.workspace import Write, Written
from thea_code_system.wrappers import ActorHandle

DIFFERS = "the working tree differs from the index here"


class Delivery:
    """Composes, writes and records batches of outcomes.

    Without the id of a run nothing is written: the outcomes only say what would be. What has a
    proof is delivered in one batch, because corrections are proved together.

    ``written`` are files that an interrupted part of the run wrote, with the digests of what they
    were before.
    """

    def __init__(
        self,
        workspace: ActorHandle,
        ledger: ActorHandle,
        run: str,
        *,
        staged: bool = False,
        proof: Proof | None = None,
        written: Mapping[str, str] | None = None,
    ) -> None:
        self._workspace = workspace
        self.proof = proof
        self._ledger = ledger
        self._run = run
        self._staged = staged
        self._written_before = written or {}
        self._texts: dict[str, tuple[str, str]] = {}

    def texts(self, path: str) -> tuple[str, str] | None:
        """The text of a file of the last batch before and after correction."""
        return self._texts.get(path)

    async def present(self, path: str) -> tuple[str, str] | None:
        """The text of a file that this process did not correct, twice; None where it is gone.

        Of a file that was written before the run was interrupted, it is the text before that.
        """
        if path in self._written_before:
            data = await self._ledger.pre_image(self._written_before[path])
        else:
            data = (await self._workspace.contents([path])).get(path)
        if data is None:
            return None
        source = SourceFile.decode(path, data)
        return source.text, source.text

    async def deliver(self, batch: Sequence[Finished]) -> list[FileOutcome]:
        """Write and record a batch; the outcomes that it really came to, in order."""
        if self._staged:
            batch = await self._carried(batch)
        if self.proof is not None:
            batch = await self.proof.proved(batch)
        composed = [self._composed(source, outcome) for source, outcome in batch]
        self._texts = {source.path: (source.text, after) for source, _, after in composed}
        if not self._run:
            return [outcome for _, outcome, _ in composed]
        return await self._written(composed)

    def _composed(
        self, source: SourceFile, outcome: FileOutcome
    ) -> tuple[SourceFile, FileOutcome, str]:
        """The new text, proved to be the one that the corrector meant."""
        if not isinstance(outcome, Corrected):
            return source, outcome, source.text
        text = Patch.corrected(source.text, outcome.applied)
        if SourceFile.digest_of(source.encode_text(text)) == outcome.after:
            return source, outcome, text
        error = "its edits do not make the text that was verified; please report this"
        return source, Failed(source.path, source.digest, error), source.text

    async def _written(
        self, composed: Sequence[tuple[SourceFile, FileOutcome, str]]
    ) -> list[FileOutcome]:
        """Intents and pre-images, then the files, then what became of them."""
        outcomes = [outcome for _, outcome, _ in composed]
        changed = [(one, text) for one, end, text in composed if isinstance(end, Corrected)]
        images = {source.digest: source.encode() for source, _ in changed}
        writes = [
            Write(source.path, source.digest, source.encode_text(text)) for source, text in changed
        ]
        refused = self.proof.rejected if self.proof else frozenset()
        await self._ledger.record(self._run, outcomes, images, refused)
        if not writes:
            return outcomes
        results = await self._workspace.write(writes)
        await self._ledger.settle(self._run, results)
        by_path = {result.path: result for result in results}
        return [self._judged(outcome, by_path.get(outcome.path)) for outcome in outcomes]

    async def _carried(self, batch: Sequence[Finished]) -> list[Finished]:
        """Outcomes of index texts as outcomes of the files in the working tree."""
        present = await self._workspace.contents([source.path for source, _ in batch])
        return [
            await self._carry(source, outcome, present[source.path])
            if source.path in present
            else (source, Skipped(source.path, source.digest, SkipReason.CHANGED))
            for source, outcome in batch
        ]

    async def _carry(self, index: SourceFile, outcome: FileOutcome, data: bytes) -> Finished:
        """The same corrections where the working tree still says what the index says."""
        if index.digest == SourceFile.digest_of(data):
            return index, outcome
        try:
            source = SourceFile.decode(index.path, data)
        except NotTextError as error:
            return index, Skipped(index.path, index.digest, SkipReason.NOT_TEXT, str(error))
        corrections = await self._placed(index, source, outcome.corrections)
        if not isinstance(outcome, Corrected):
            return source, replace(outcome, digest=source.digest, corrections=corrections)
        return source, Corrected.of(source, corrections)

    async def _placed(
        self, index: SourceFile, source: SourceFile, corrections: Sequence[Correction]
    ) -> tuple[Correction, ...]:
        """The corrections in the working tree; suggestions that change nothing where that differs.

        Those only say where, and what it is about: their edits mean nothing there.
        """
        edits = [one.edits for one in corrections]
        carried = await self._workspace.carry(index.text, source.text, edits)
        starts = [one.start for each in edits for one in each[:1]]
        near = dict(
            zip(starts, await self._workspace.nearest(index.text, source.text, starts), strict=True)
        )
        placed = []
        for one, moved in zip(corrections, carried, strict=True):
            here = moved or tuple(Edit(near[at.start], near[at.start], "") for at in one.edits[:1])
            name = Correction.identify(source.path, one.rules, source.digest, here)
            made = replace(one, id=name, edits=here)
            lost = moved is None and one.state in {State.APPLIED, State.SUGGESTED}
            placed.append(replace(made, state=State.SUGGESTED, reason=DIFFERS) if lost else made)
        return tuple(placed)

    @staticmethod
    def _judged(outcome: FileOutcome, written: Written | None) -> FileOutcome:
        """The outcome, or what kept it from being written."""
        if written is None or written.done:
            return outcome
        corrections = tuple(
            replace(one, state=State.REVERTED, reason="not written")
            if one.state is State.APPLIED
            else one
            for one in outcome.corrections
        )
        if written.changed:
            why = SkipReason.CHANGED
            return Skipped(outcome.path, outcome.digest, why, "", corrections)
        return Failed(outcome.path, outcome.digest, written.problem, corrections=corrections)
