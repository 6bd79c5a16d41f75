"""How probable each repair is, in the model's eyes."""

from __future__ import annotations

import pytest

from thea_code_system.values.correction import Edit

pytestmark = pytest.mark.torch
TEXT = "print(total value)\n"
COMMA = (Edit(11, 11, ","),)
PLUS = (Edit(11, 11, " +"),)


@pytest.fixture
def chances(hand_made, languages):
    """Rank repairs of the text by a model that misses a comma before `value`."""
    from thea_code_system.models.editor import EditModel
    from thea_code_system.models.ranking import Repair, RepairRanker

    made = hand_made({}, gaps={"value": ","})
    model = EditModel(made.network, made.vocabulary)
    python = languages.named("python")
    names = (*RepairRanker.REPAIR, *RepairRanker.NONE)

    def rank(*repairs, **weights):
        ranker = RepairRanker(model, {**dict.fromkeys(names, 0.0), **weights})
        opinion = model.opinion(TEXT, python, python.faults(TEXT)[0])
        return ranker.chances(opinion, [Repair(edits, score) for edits, score in repairs], python)

    return rank


def test_the_model_prefers_what_it_would_write_itself(chances):
    comma, plus = chances((COMMA, 0.0), (PLUS, 0.0), odds=1.0)
    assert comma > plus


def test_a_better_search_score_can_outweigh_it(chances):
    comma, plus = chances((COMMA, -6.0), (PLUS, 6.0), odds=0.1, score=3.0)
    assert plus > comma


def test_chances_leave_room_for_none_of_them(chances):
    unsure = chances((COMMA, 0.0), (PLUS, 0.0), bias=2.0)
    assert 0 < sum(unsure) < 0.5


def test_without_weights_all_repairs_and_none_are_equally_probable(chances):
    assert chances((COMMA, 3.0), (PLUS, -3.0)) == pytest.approx([1 / 3, 1 / 3])


def test_a_repair_of_very_many_edits_is_held_for_improbable(chances):
    many = tuple(Edit(11, 11, " x" * 80) for _ in range(1))
    comma, long = chances((COMMA, 0.0), (many, 0.0), worst=5.0)
    assert long < comma / 100
