"""Values arrive as they were sent."""

from __future__ import annotations

import copy
import pickle

import pytest

from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.source import SourceFile

ONE = Correction(
    "id", "print", ("ruff/F401",), "unused", (Edit(0, 3, ""),), Safety.SAFE, 0.97, State.APPLIED,
    "why", 2, (("tool", "ruff"),), 0.971,
)  # fmt: skip
VALUES = [
    ONE,
    SourceFile("a.py", "x\r\n", "latin-1", "\r\n", bom=True, digest="d"),
    Clean("a.py", "d", (ONE,), (("config", "a", "b"),)),
    Corrected("a.py", "d", "e", (ONE,)),
    Skipped("a.py", "d", SkipReason.TIME, "late"),
    Failed("a.py", "d", "does not parse", broken=True, line=7),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_that_travelled_is_the_same_in_every_field(value):
    for other in (pickle.loads(pickle.dumps(value, 5)), copy.deepcopy(value)):
        assert type(other) is type(value)
        assert repr(other) == repr(value)
        assert other == value
