"""One file on its way through the passes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from thea_code_system.confidence.gate import Decision
from thea_code_system.values.correction import (
    Correction,
    Edit,
    Evidence,
    Proposal,
    Safety,
    State,
)
from thea_code_system.values.outcome import (
    Clean,
    Corrected,
    Fact,
    Failed,
    FileOutcome,
    Skipped,
    SkipReason,
)
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import TorchMath


@dataclass(frozen=True, slots=True)
class Applied:
    """A group of edits that stand or fall together."""

    rules: tuple[str, ...]
    message: str
    safety: Safety
    confidence: float
    score: float
    pass_: int
    evidence: Evidence

    @classmethod
    def of(cls, decision: Decision, number: int) -> Applied:
        """A decision that was applied in a pass."""
        proposal = decision.candidate.proposal
        return cls(
            proposal.rules,
            proposal.message,
            proposal.safety,
            decision.confidence,
            decision.score,
            number,
            proposal.evidence,
        )

    def joined(self, other: Applied) -> Applied:
        """Both as one: all rules, the lower confidence, the lesser safety."""
        return Applied(
            tuple(dict.fromkeys((*self.rules, *other.rules))),
            f"{self.message}; {other.message}",
            self.safety if self.safety < other.safety else other.safety,
            float(TorchMath.min(self.confidence, other.confidence)),
            float(TorchMath.min(self.score, other.score)),
            self.pass_ if self.pass_ > other.pass_ else other.pass_,
            tuple(dict.fromkeys((*self.evidence, *other.evidence))),
        )


class Draft:
    """The present text of a file, what was written to it, and what was left open."""

    def __init__(self, original: SourceFile) -> None:
        self.original = original
        self.source = original
        self.repair_confidence = 1.0
        self.facts: dict[tuple[str, str], Fact] = {}
        self._patch = Patch()
        self._groups: dict[int, Applied] = {}
        self._numbers = itertools.count()
        self._settled: list[Correction] = []
        self._open: list[Correction] = []
        self._seen = {original.text}
        self._end: FileOutcome | None = None

    @property
    def path(self) -> str:
        """Relative to the project root."""
        return self.original.path

    @property
    def repaired(self) -> bool:
        """Whether this file did not parse when it was read, and does now."""
        return self.repair_confidence < 1.0

    @property
    def changed(self) -> bool:
        """Whether the present text is no more the one that was read."""
        return self.source is not self.original

    @property
    def finished(self) -> bool:
        """Whether its outcome is settled."""
        return self._end is not None

    def original_edits(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Edits of the present text in the coordinates of the original one."""
        return self._patch.original_edits(self.original.text, sorted(edits))

    def fingerprint(self, proposal: Proposal) -> str:
        """The name of a proposal that survives line moves, in terms of the original text."""
        text = self.original.text
        edits = self.original_edits(proposal.edits)
        return Correction.fingerprint_of(self.path, proposal.rules, text, edits)

    def text_with(self, decisions: Sequence[Decision]) -> str:
        """The present text with some decisions applied."""
        edits = [edit for decision in decisions for edit in decision.candidate.proposal.edits]
        return Patch.rewrite(self.source.text, edits)

    def accept(self, decisions: Sequence[Decision], number: int) -> bool:
        """Write decisions of a pass; False where that makes a text that was seen before."""
        text = self.text_with(decisions)
        if text in self._seen:
            return False
        written = Patch()
        for decision in decisions:
            written = self._write(written, decision, number)
        self._seen.add(text)
        self.source = self.original.with_text(text)
        return True

    def last_rules(self, decisions: Sequence[Decision] = ()) -> str:
        """The rules that wrote last, and those of some decisions: who fights whom."""
        latest = sorted(applied.pass_ for applied in self._groups.values())[-1:]
        rules = [r for done in self._groups.values() if done.pass_ in latest for r in done.rules]
        rules.extend(rule for decision in decisions for rule in decision.candidate.proposal.rules)
        return ", ".join(sorted(set(rules)))

    def note(self, decisions: Sequence[Decision], number: int, *, keep: bool = False) -> None:
        """Remember candidates that were not applied; the next pass replaces those not kept."""
        corrections = [self._correction_of(decision, number) for decision in decisions]
        if keep:
            self._settled.extend(corrections)
        else:
            self._open = corrections

    def skip(self, why: SkipReason, detail: str = "") -> None:
        """Settle: left alone, bytes as they were."""
        self._revert()
        corrections = tuple(self._settled)
        self._end = Skipped(self.path, self.original.digest, why, detail, corrections)

    def fail(self, error: str, line: int, *, broken: bool) -> None:
        """Settle: it does not parse, or nobody can tell whether it should."""
        self._revert()
        corrections = tuple(self._settled)
        digest = self.original.digest
        self._end = Failed(self.path, digest, error, broken, corrections, line=line)

    def outcome(self) -> FileOutcome:
        """What became of the file."""
        facts = tuple(self.facts.values())
        if self._end is not None:
            return replace(self._end, facts=facts)
        open_ = (*self._settled, *self._open)
        if not self._patch.pieces:
            return Clean(self.path, self.original.digest, open_, facts)
        data = self.original.encode_text(self.source.text)
        applied = self._applied_corrections()
        after = SourceFile.digest_of(data)
        return Corrected(self.path, self.original.digest, after, (*applied, *open_), facts)

    def _write(self, written: Patch, decision: Decision, number: int) -> Patch:
        """Put one decision into the patch; returns what this pass has written so far.

        Edits of one pass do not touch each other but are all given in the text of its start:
        ``written`` moves them to the text that the pass has made so far.
        """
        edits = written.present_edits(decision.candidate.proposal.edits) or ()
        group = next(self._numbers)
        applied = Applied.of(decision, number)
        for other in sorted(self._patch.groups(edits, self.original.text)):
            applied = self._groups.pop(other).joined(applied)
        self._patch = self._patch.write(self.original.text, edits, group)
        self._groups[group] = applied
        return written.write(self.source.text, edits, group)

    def _revert(self) -> None:
        """Back to the original text; what was applied is settled as reverted."""
        applied = self._applied_corrections()
        self._settled.extend(replace(done, state=State.REVERTED) for done in applied)
        self._patch, self._groups, self.source = Patch(), {}, self.original

    def _applied_corrections(self) -> list[Correction]:
        edits: dict[int, list[Edit]] = {}
        for piece in self._patch.pieces:
            edits.setdefault(piece.group, []).append(piece.edit)
        return [
            self._correction(applied, tuple(edits[group]), State.APPLIED, "")
            for group, applied in sorted(self._groups.items())
        ]

    def _correction_of(self, decision: Decision, number: int) -> Correction:
        edits = self.original_edits(decision.candidate.proposal.edits)
        return self._correction(
            Applied.of(decision, number), edits, decision.state, decision.reason
        )

    def _correction(
        self, applied: Applied, edits: tuple[Edit, ...], state: State, reason: str
    ) -> Correction:
        rules, digest = applied.rules, self.original.digest
        return Correction(
            id=Correction.identify(self.path, rules, digest, edits),
            fingerprint=Correction.fingerprint_of(self.path, rules, self.original.text, edits),
            rules=rules,
            message=applied.message,
            edits=edits,
            safety=applied.safety,
            confidence=applied.confidence,
            state=state,
            reason=reason,
            pass_=applied.pass_,
            evidence=applied.evidence,
            score=applied.score,
        )
