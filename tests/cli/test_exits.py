"""The exit code that each outcome asks for."""

from __future__ import annotations

import pytest

from thea_cli.exits import Exit, ExitPolicy
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.report import Mode

SUGGESTION = Correction(
    "i", "f", ("a/b",), "m", (Edit(0, 1, ""),), Safety.SAFE, 0.6, State.SUGGESTED
)
CLEAN = Clean("a", "d")
SUGGESTED = Clean("a", "d", (SUGGESTION,))
CORRECTED = Corrected("a", "d", "e", ())
BROKEN = Failed("a", "d", "does not parse", broken=True)
ERROR = Failed("a", "d", "permission denied")
DELIBERATE = Skipped("a", "d", SkipReason.DELIBERATE, corrections=(SUGGESTION,))


@pytest.mark.parametrize(
    ("policy", "outcomes", "code"),
    [
        (ExitPolicy(), [], Exit.FINE),
        (ExitPolicy(), [CLEAN, SUGGESTED, CORRECTED, DELIBERATE], Exit.FINE),
        (ExitPolicy(), [CLEAN, BROKEN], Exit.FOUND),
        (ExitPolicy(), [BROKEN, ERROR], Exit.ERROR),
        (ExitPolicy(Mode.STAGED), [CORRECTED], Exit.FOUND),
        (ExitPolicy(Mode.CHECK), [CORRECTED], Exit.FOUND),
        (ExitPolicy(Mode.CHECK), [SUGGESTED], Exit.FINE),
        (ExitPolicy(non_zero_on_fix=True), [CORRECTED], Exit.FOUND),
        (ExitPolicy(fail_on=0.0), [SUGGESTED], Exit.FOUND),
        (ExitPolicy(fail_on=0.6), [SUGGESTED], Exit.FOUND),
        (ExitPolicy(fail_on=0.61), [SUGGESTED], Exit.FINE),
        (ExitPolicy(zero=True), [BROKEN, CORRECTED], Exit.FINE),
        (ExitPolicy(zero=True), [ERROR], Exit.ERROR),
    ],
)
def test_the_worst_outcome_decides(policy, outcomes, code):
    assert policy.code(outcomes) is code
