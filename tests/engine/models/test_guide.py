"""The guide tells of small edits nearly what the exact odds tell, only sooner."""

from __future__ import annotations

import pytest

from thea_code_system.languages.registry import Languages
from thea_code_system.models.editor import EditModel
from thea_code_system.models.guide import Guide
from thea_code_system.values.correction import Edit

pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("one_thread")
TEXT = "if total value\n    return first\n"


@pytest.fixture
def opinion(hand_made):
    """A model that misses a full stop before `value`, and would write `second` for `first`."""
    made = hand_made({"return": "def", "first": ""}, gaps={"value": "."})
    python = Languages().named("python")
    fault = python.first_fault(TEXT)
    assert fault is not None
    return EditModel(made.network, made.vocabulary).opinion(TEXT, python, fault)


@pytest.mark.parametrize(
    "edits",
    [
        (Edit(9, 9, "."),),
        (Edit(9, 9, ","),),
        (Edit(26, 31, ""),),
        (Edit(19, 25, "def"),),
        (Edit(9, 9, "."), Edit(26, 31, "")),
    ],
)
def test_edits_that_have_a_tag_get_the_odds_of_that_tag(opinion, edits):
    exact = opinion.odds(opinion.tagger(edits))
    assert Guide(opinion).odds(edits) == pytest.approx(exact, abs=1e-4)


def test_what_has_no_tag_is_hardly_believed(opinion):
    guide = Guide(opinion)
    assert guide.odds((Edit(9, 9, "fourteen"),)) < guide.odds((Edit(9, 9, ","),)) + 1
    assert guide.odds((Edit(9, 9, "."),)) > guide.odds((Edit(8, 9, ""),))


def test_every_place_has_odds(opinion):
    guide = Guide(opinion)
    for start in range(len(TEXT) + 1):
        for end in range(start, len(TEXT) + 1):
            for new in ("", " ", "\n", ":", "fourteen"):
                assert guide.odds((Edit(start, end, new),)) < 3
