"""Outcomes as JSON and back: a cache must be read without executing anything, so no pickle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import (
    Clean,
    Corrected,
    Fact,
    Failed,
    FileOutcome,
    Skipped,
    SkipReason,
)

_ENCODER = json.JSONEncoder(separators=(",", ":"))


class OutcomeCodec:
    """Writes outcomes as compact JSON arrays, and reads what it wrote."""

    def dumps(self, outcome: FileOutcome) -> str:
        """One outcome as text."""
        extra: list[Any] = []
        if isinstance(outcome, Corrected):
            extra = [outcome.after]
        elif isinstance(outcome, Skipped):
            extra = [outcome.why.value, outcome.detail]
        elif isinstance(outcome, Failed):
            extra = [outcome.error, outcome.broken, outcome.line]
        corrections = [self.plain(correction) for correction in outcome.corrections]
        plain = [outcome.status, outcome.path, outcome.digest, extra, corrections, outcome.facts]
        return _ENCODER.encode(plain)

    def loads(self, text: str) -> FileOutcome:
        """The outcome that a text stands for."""
        status, path, digest, extra, plain, facts = json.loads(text)
        corrections = tuple(self.correction(one) for one in plain)
        read: tuple[Fact, ...] = tuple((kind, key, value) for kind, key, value in facts)
        match status:
            case "clean":
                return Clean(path, digest, corrections, read)
            case "corrected":
                return Corrected(path, digest, extra[0], corrections, read)
            case "skipped":
                return Skipped(path, digest, SkipReason(extra[0]), extra[1], corrections, read)
            case _:
                return Failed(path, digest, extra[0], extra[1], corrections, read, extra[2])

    def plain(self, correction: Correction) -> list[Any]:
        """A correction as JSON knows it."""
        return [
            correction.id,
            correction.fingerprint,
            correction.rules,
            correction.message,
            self.plain_edits(correction.edits),
            int(correction.safety),
            correction.confidence,
            correction.state.value,
            correction.reason,
            correction.pass_,
            correction.evidence,
            correction.score,
        ]

    def correction(self, plain: Sequence[Any]) -> Correction:
        """The inverse of :meth:`plain`."""
        id_, fingerprint, rules, message, edits, safety, confidence, state, reason, *rest = plain
        pass_, evidence, score = rest
        return Correction(
            id_,
            fingerprint,
            tuple(rules),
            message,
            self.edits(edits),
            Safety(safety),
            confidence,
            State(state),
            reason,
            pass_,
            tuple((name, text) for name, text in evidence),
            score,
        )

    def plain_edits(self, edits: Iterable[Edit]) -> list[tuple[int, int, str]]:
        """Edits as JSON knows them."""
        return [(edit.start, edit.end, edit.replacement) for edit in edits]

    def edits(self, plain: Iterable[Sequence[Any]]) -> tuple[Edit, ...]:
        """The inverse of :meth:`plain_edits`."""
        return tuple(Edit(start, end, replacement) for start, end, replacement in plain)
