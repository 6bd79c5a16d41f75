"""For reading: which files were corrected, by what, and on demand each correction in its lines."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from thea_cli.reports.base import Shown, SortedReport
from thea_cli.suggestions import presentable
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Corrected, Failed, FileOutcome
from thea_code_system.values.patch import Patch


class FullReport(SortedReport):
    """A line for each file, and the corrections under it where they are asked for."""

    name: ClassVar[str] = "full"

    def block(self, shown: Shown) -> Iterator[str]:
        """What happened to one file."""
        outcome = shown.outcome
        if isinstance(outcome, Failed):
            path = self.view.path(outcome.path)
            yield f"{self.view.paint('failed', 'red', 'bold')} {path}: {outcome.error}"
        if isinstance(outcome, Corrected):
            verb = "corrected" if self.view.writes else "would correct"
            path = self.view.path(outcome.path)
            yield f"{self.view.paint(verb, 'green', 'bold')} {path} ({self._rules(shown)})"
        for correction in sorted(presentable(outcome.corrections), key=lambda each: each.edits):
            if self._lists(correction):
                yield from self._correction(shown, correction)

    def needs_text(self, outcome: FileOutcome) -> bool:
        """Only the lines of single corrections are cut out of the text."""
        return any(map(self._lists, presentable(outcome.corrections)))

    def _lists(self, correction: Correction) -> bool:
        applied = correction.state is State.APPLIED
        return self.view.show_fixes if applied else self.view.wanted(correction)

    @staticmethod
    def _rules(shown: Shown) -> str:
        counts = Counter(
            "+".join(correction.rules)
            for correction in shown.outcome.corrections
            if correction.state is State.APPLIED
        )
        most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        parts = (f"{n} x {rule}" if n > 1 else rule for rule, n in most)
        return ", ".join(parts)

    def _correction(self, shown: Shown, correction: Correction) -> Iterator[str]:
        at = shown.start(correction)
        path = self.view.path(shown.outcome.path)
        kind = "" if correction.state is State.APPLIED else "suggestion: "
        code = self.view.paint("+".join(correction.rules), "bold")
        confidence = self.view.paint(f"({correction.confidence:.2f})", "dim")
        yield f"  {path}:{at.line}:{at.column} {kind}{code} {correction.message} {confidence}"
        if correction.reason:
            yield f"      {self.view.paint(correction.reason, 'dim')}"
        yield from self.lines(shown, correction)

    def lines(self, shown: Shown, correction: Correction) -> Iterator[str]:
        """The lines that a correction alone removes and adds."""
        if shown.before is None:
            return
        after = Patch.rewrite(shown.before, correction.edits)
        changes = difflib.unified_diff(
            shown.before.splitlines(), after.splitlines(), n=0, lineterm=""
        )
        for line in list(changes)[2:]:
            if line.startswith("-"):
                yield f"    {self.view.paint(line, 'red')}"
            elif line.startswith("+"):
                yield f"    {self.view.paint(line, 'green')}"
