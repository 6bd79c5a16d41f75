"""Takes a batch of mutated files through a correction actor, and says what went wrong."""

from __future__ import annotations

import resource
from collections import Counter
from dataclasses import dataclass, field

import torch

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.languages.registry import Languages
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Edit, State
from thea_code_system.values.outcome import Corrected, FileOutcome, Skipped, SkipReason
from thea_code_system.values.source import SourceFile
from thea_code_system.workspace.reading import Reader

PATTERN = """
id: no-none
language: Python
severity: warning
message: compare by identity
rule: {pattern: $A == None}
fix: $A is None
metadata: {thea: {safety: safe, confidence: 0.95}}
"""
SLOW = "the search takes too long"
FAMILIES = ("syntax", "ruff", "oxlint", "spelling", "patterns")
PROFILES = {  # what is on besides the least confidence and unsafe fixes
    "usual": FAMILIES,
    "learned": (*FAMILIES, "learned"),
    "all": (*FAMILIES, "ruff/ALL", "oxlint/ALL"),
}


@dataclass
class Findings:
    """What a batch came to: problems by path, and counts of what became of the files."""

    problems: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0  # of processor time, that of the tools included


class Trial:
    """One actor with every corrector on, in this process."""

    def __init__(self, profile: str = "usual", budget: int = 200, seconds: float = 20.0) -> None:
        settings = Settings(
            select=PROFILES[profile], min_confidence=0.0, unsafe_fixes=True,
            patterns=(("none.yml", PATTERN),), syntax_budget=budget, syntax_seconds=seconds,
        )  # fmt: skip
        self.context = ProjectContext("/fuzz", settings)
        self.actor: CorrectionActor | None = None
        torch.set_num_threads(1)  # as in an actor on Ray
        self.languages = Languages()

    async def run(self, files: dict[str, bytes]) -> Findings:
        """Correct the files together and look at each outcome."""
        found = Findings()
        sources = {}
        for path, data in files.items():
            value = Reader.decode(path, data)
            if isinstance(value, Skipped):
                found.counts[f"skipped: {value.why.value}"] += 1
                continue
            sources[path] = value
            if value.encode() != data:
                found.problems[path] = "reading loses bytes"
        before = self._spent()
        try:
            outcomes = await self._corrected(list(sources.values())) if sources else []
        except Exception as error:  # noqa: BLE001 - is what we look for
            found.problems[next(iter(sources))] = f"the batch crashed: {error!r}"
            return found
        found.seconds = self._spent() - before
        for name, reason in await self._lost():
            found.problems[f"unavailable/{name}"] = reason
        for (path, source), outcome in zip(sources.items(), outcomes, strict=True):
            found.counts[self._kind(outcome)] += 1
            if problem := self._problem(source, files[path], outcome):
                found.problems[path] = problem
        return found

    async def _corrected(self, sources: list[SourceFile]) -> list[FileOutcome]:
        if self.actor is None:
            self.actor = CorrectionActor(self.context)
            await self.actor.setup()
        return await self.actor.correct(sources)

    async def _lost(self) -> list[tuple[str, str]]:
        """What failed; the next batch gets another actor then."""
        lost = (await self.actor.statistics())["unavailable"] if self.actor else {}
        if lost:
            await self.close()
        return sorted(lost.items())

    async def close(self) -> None:
        """Remove the scratch trees."""
        if self.actor is not None:
            await self.actor.shutdown()
            self.actor = None

    @staticmethod
    def _kind(outcome: FileOutcome) -> str:
        return f"skipped: {outcome.why.value}" if isinstance(outcome, Skipped) else outcome.status

    def _problem(self, source: SourceFile, data: bytes, outcome: FileOutcome) -> str:
        if outcome.digest != source.digest:
            return "the outcome is of other bytes"
        applied = [c for c in outcome.corrections if c.state is State.APPLIED]
        if isinstance(outcome, Skipped) and outcome.why is SkipReason.TIME:
            return SLOW
        if not isinstance(outcome, Corrected):
            return "applied, but not corrected" if applied else ""
        edits = sorted(edit for correction in applied for edit in correction.edits)
        after = self._rewritten(source, data, edits)
        if after is None:
            return f"edits overlap or lie outside: {edits}"
        if SourceFile.digest_of(after) != outcome.after:
            return "bytes outside the edits changed, or the edits are not what was written"
        language = self.languages.for_path(source.path)
        repaired = any(rule.startswith("syntax/") for c in applied for rule in c.rules)
        if language is None or not (repaired or language.parses(source.text)):
            return ""  # its tool reads newer syntax than we do
        again = Reader.decode(source.path, after, explicit=True)
        if isinstance(again, Skipped):
            return f"is no text after {[c.rules for c in applied]}: {again.detail}"
        if language.parses(again.text):
            return ""
        return f"does not parse after {[c.rules for c in applied]}"

    @staticmethod
    def _rewritten(source: SourceFile, data: bytes, edits: list[Edit]) -> bytes | None:
        """The bytes, with each edited span and nothing else replaced; None if that cannot be."""
        head = data[: len(data) - len(source.text.encode(source.encoding))]
        parts, at = [head], 0
        for edit in edits:
            if not at <= edit.start <= edit.end <= len(source.text):
                return None
            kept = source.text[at : edit.start]
            parts += [kept.encode(source.encoding), edit.replacement.encode(source.encoding)]
            at = edit.end
        return b"".join([*parts, source.text[at:].encode(source.encoding)])

    @staticmethod
    def _spent() -> float:
        usages = [
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)
