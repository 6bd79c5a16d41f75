"""Cases with known answers on their way through the correction actors."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.actors.placement import RunPlacement
from thea_code_system.confidence.calibration import Calibration
from thea_code_system.config.production import ProductionConfig
from thea_code_system.languages.registry import Languages
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Correction, Safety, State
from thea_code_system.values.evaluation import Candidate, Prediction, RepairCase
from thea_code_system.values.outcome import FileOutcome, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import NotTextError, SourceFile
from thea_code_system.wrappers import ActorPool, ItemFailure

_BATCH: Final = 16  # cases in one call: each may take seconds, and a call has a deadline
_OFFERED: Final = frozenset({State.APPLIED, State.SUGGESTED, State.CONFLICTED})
_LATE: Final = "ran out of time, so that what is offered depends on the machine"
REPAIRS: Final = "syntax"


class RawCorrectionActor(CorrectionActor):
    """Corrects by what its correctors say of themselves, which calibration starts from."""

    def _calibration(self) -> Calibration:
        return Calibration({}, {})


class Trial:
    """Organ: has cases corrected as ``thea correct --check`` would, each as a file of its own.

    Args:
        config: where the work is done.
        settings: what correctors and gate read.
        raw: leave calibration out.
    """

    def __init__(self, config: ProductionConfig, settings: Settings, *, raw: bool = False) -> None:
        self._config, self._settings, self._raw = config, settings, raw
        self._languages = Languages()
        self.placement = "inline"
        self.unavailable: dict[str, str] = {}
        self.warnings: list[str] = []
        self._odd: dict[str, list[str]] = {}

    async def predictions(
        self, cases: Sequence[RepairCase]
    ) -> AsyncGenerator[tuple[RepairCase, Prediction], None]:
        """Each case with what was offered for it, in order."""
        sources: dict[str, RepairCase] = {}
        texts: list[SourceFile] = []
        done: dict[str, Prediction] = {}
        for case in cases:
            try:
                texts.append(self._source(case))
                sources[texts[-1].path] = case
            except (NotTextError, UnicodeEncodeError):
                done[case.id] = Prediction(case.id, status="skipped", reason="not text")
        rest = deque(cases)
        async with aclosing(self._outcomes(texts)) as outcomes:
            async for path, outcome in outcomes:
                case = sources[path]
                done[case.id] = self._prediction(case, outcome)
                while rest and rest[0].id in done:
                    first = rest.popleft()
                    yield first, done.pop(first.id)
        for case in rest:
            yield case, done[case.id]
        for words, odd in self._odd.items():
            noun = "case" if len(odd) == 1 else "cases"
            self.warnings.append(f"{len(odd)} {noun} {words}, first {odd[0]}")

    async def _outcomes(
        self, texts: Sequence[SourceFile]
    ) -> AsyncGenerator[tuple[str, FileOutcome | ItemFailure], None]:
        """Path and outcome of each text, as they finish."""
        if not texts:
            return
        context = ProjectContext(self._config.root, self._settings)
        actor = RawCorrectionActor if self._raw else CorrectionActor
        placement = RunPlacement(self._config)
        try:
            async with await placement.pool(context, len(texts), "", actor, _BATCH) as pool:
                each = iter(texts)  # no sequence: that would be sent the largest first
                async with aclosing(pool.stream("correct", each, batched=True)) as results:
                    async for source, outcome in results:
                        yield source.path, outcome
                await self._gather(pool)
        finally:
            self.placement = placement.description
            await placement.close()

    async def _gather(self, pool: ActorPool) -> None:
        for packed in await pool.broadcast("statistics"):
            self.unavailable.update(packed["unavailable"])
            self.warnings.extend(packed["warnings"])

    def _source(self, case: RepairCase) -> SourceFile:
        """The text as a file; its name tells nothing but the language.

        Raises:
            NotTextError: no file of source code could hold it.
        """
        path = f"case{case.line}{self._languages.named(case.language).suffixes[0]}"
        source = SourceFile.decode(path, case.broken.encode())
        if source.text == case.broken:
            return source
        # it declares an encoding, or begins with a mark: the text is what counts
        return SourceFile(path, case.broken, newline=source.newline, digest=source.digest)

    def _prediction(self, case: RepairCase, outcome: FileOutcome | ItemFailure) -> Prediction:
        if isinstance(outcome, Skipped) and outcome.why is SkipReason.TIME:
            self._odd.setdefault(_LATE, []).append(case.id)
        if isinstance(outcome, ItemFailure):
            self._odd.setdefault("could not be processed", []).append(case.id)
            return Prediction(case.id, status="failed", reason=str(outcome.error))
        offered = [
            one
            for one in outcome.corrections
            if one.state in _OFFERED and one.safety is not Safety.DISPLAY_ONLY
        ]
        repairs = [one for one in offered if any(self._repairs(rule) for rule in one.rules)]
        best = sorted(repairs or offered, key=lambda one: (-one.score, one.edits, one.rules))
        candidates = tuple(self._candidate(case, one) for one in best)
        return Prediction(case.id, candidates, outcome.status, outcome.reason)

    def _candidate(self, case: RepairCase, one: Correction) -> Candidate:
        output = Patch.rewrite(case.broken, one.edits)
        confidence = one.score if self._raw else one.confidence
        return Candidate(output, confidence, one.rules, one.safety.name)

    @staticmethod
    def _repairs(rule: str) -> bool:
        return rule.startswith(f"{REPAIRS}/")
