"""The exit codes of `thea correct`, all decided here."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from thea_cli.suggestions import presentable
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Corrected, Failed, FileOutcome
from thea_code_system.values.report import Mode


class Exit(enum.IntEnum):
    """What the shell is told."""

    FINE = 0
    FOUND = 1
    ERROR = 2
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True)
class ExitPolicy:
    """What the command line makes of outcomes.

    ``fail_on`` is the least confidence of a suggestion that fails the run; None: none does.
    """

    mode: Mode = Mode.WRITE
    zero: bool = False
    non_zero_on_fix: bool = False
    fail_on: float | None = None

    def code(self, outcomes: Iterable[FileOutcome]) -> Exit:
        """The worst that any outcome asks for; ``zero`` hides what was found, never an error."""
        worst = max((self._of(outcome) for outcome in outcomes), default=Exit.FINE)
        return Exit.FINE if self.zero and worst is Exit.FOUND else worst

    def _of(self, outcome: FileOutcome) -> Exit:
        if isinstance(outcome, Failed):
            return Exit.FOUND if outcome.broken else Exit.ERROR
        reported = self.non_zero_on_fix or self.mode in {Mode.CHECK, Mode.STAGED}
        if isinstance(outcome, Corrected) and reported:
            return Exit.FOUND
        return Exit.FOUND if any(map(self._fails, presentable(outcome.corrections))) else Exit.FINE

    def _fails(self, correction: Correction) -> bool:
        return (
            self.fail_on is not None
            and correction.state is State.SUGGESTED
            and correction.confidence >= self.fail_on
        )
