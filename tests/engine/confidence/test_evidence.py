"""What was judged is set against the confidence that it had."""

from __future__ import annotations

import pytest

from thea_code_system.confidence.evidence import JudgedFamilies
from thea_code_system.confidence.posterior import PSEUDO_OBSERVATIONS
from thea_code_system.values.reliability import Judgement

pytest.importorskip("torch")


def said(name, confidence, verdict="kept", source="review", rules=("ruff/F401",)):
    return Judgement(name, rules, confidence, verdict, source)


def families(*judgements):
    return JudgedFamilies(judgements).families()


def test_a_bin_holds_predicted_mean_kept_share_posterior_and_count():
    (ruff,) = families(
        said("a", 0.92), said("b", 0.96), said("c", 0.94, "refused", "undo"), said("d", 0.3)
    )
    top = ruff.bins[9]
    assert (top.n, top.hits) == (3, 2)
    assert top.predicted == pytest.approx(0.94)
    assert top.actual == pytest.approx(2 / 3)
    weight = PSEUDO_OBSERVATIONS
    assert top.posterior == pytest.approx((weight * 0.94 + 2) / (weight + 3))
    assert top.least < top.posterior < top.most
    assert [each.n for each in ruff.bins] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 3]
    assert (ruff.whole.n, ruff.whole.hits) == (4, 3)
    assert ruff.sources == (("review", 3), ("undo", 1))


def test_belief_weighs_at_least_twenty_observations():
    assert PSEUDO_OBSERVATIONS >= 20
    (ruff,) = families(said("a", 0.95, "rejected", "verifier"))
    assert ruff.whole.posterior > 0.9, "one rejection does not overturn a calibration"


def test_of_several_judgements_of_a_correction_the_last_counts():
    (ruff,) = families(said("a", 0.9), said("a", 0.9, "refused", "undo"))
    assert (ruff.whole.n, ruff.whole.hits, ruff.sources) == (1, 0, (("undo", 1),))


def test_a_repair_by_several_rules_counts_once_in_its_family():
    repair = ("syntax/missing-colon", "syntax/search")
    (syntax,) = families(said("a", 0.9, rules=repair))
    assert (syntax.family, syntax.whole.n) == ("syntax", 1)


def test_several_families_follow_the_sum_of_all_the_most_judged_first():
    found = families(
        said("a", 0.9),
        said("b", 0.8, rules=("syntax/search",)),
        said("c", 0.7, rules=("syntax/search",)),
    )
    assert [(one.family, one.whole.n) for one in found] == [("ALL", 3), ("syntax", 2), ("ruff", 1)]


def test_silence_is_no_evidence():
    assert families() == ()
