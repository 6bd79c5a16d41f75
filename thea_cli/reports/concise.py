"""One line for each correction and each failed file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_cli.reports.base import Shown, SortedReport
from thea_cli.suggestions import presentable
from thea_code_system.values.correction import State
from thea_code_system.values.outcome import Failed


class ConciseReport(SortedReport):
    """``path:line:column: code message [state, confidence]``."""

    name: ClassVar[str] = "concise"

    def block(self, shown: Shown) -> Iterator[str]:
        """The corrections of one file in the order of its text."""
        outcome = shown.outcome
        path = self.view.path(outcome.path)
        if isinstance(outcome, Failed):
            yield f"{path}:{outcome.line}:1: {self.view.paint(outcome.error, 'red')}"
        for correction in sorted(presentable(outcome.corrections), key=lambda each: each.edits):
            if not self.view.wanted(correction):
                continue
            at = shown.start(correction)
            state = correction.state.value
            if correction.state is State.APPLIED and not self.view.writes:
                state = "would be applied"
            code = self.view.paint("+".join(correction.rules), "red", "bold")
            yield (
                f"{path}:{at.line}:{at.column}: {code} {correction.message} "
                f"[{state}, {correction.confidence:.2f}]"
            )
