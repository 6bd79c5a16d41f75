"""Probabilities beside what came true."""

from __future__ import annotations

import random

import pytest

from thea_code_system.confidence.posterior import PSEUDO_OBSERVATIONS, BetaPosterior
from thea_code_system.confidence.reliability import Reliability

torch = pytest.importorskip("torch")


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_bins_hold_their_lower_edge_and_the_last_one_holds_1():
    bins = Reliability([0.0, 0.1, 0.3, 0.7, 0.99, 1.0], [True] * 6).bins()
    assert [each.n for each in bins] == [1, 1, 0, 1, 0, 0, 0, 1, 0, 2]
    assert (bins[9].low, bins[9].high, bins[9].hits) == (0.9, 1.0, 2)
    assert bins[9].predicted == pytest.approx(0.995)


def test_the_error_weighs_each_bin_by_what_it_holds():
    found = Reliability([0.95, 0.95, 0.95, 0.05], [True, True, False, True])
    assert found.error() == pytest.approx((abs(0.95 * 3 - 2) + abs(0.05 - 1)) / 4)


def test_a_calibrated_predictor_is_as_far_off_as_chance_makes_it():
    draw = random.Random(3)
    confidences = [draw.random() for _ in range(3000)]
    found = Reliability(confidences, [draw.random() < c for c in confidences])
    assert found.error() == pytest.approx(found.noise_floor(), abs=0.01)
    assert 0 < found.noise_floor() < 0.03


def test_confidences_are_told_apart_to_two_decimals():
    assert Reliability([0.801, 0.799, 0.81], [True] * 3).distinct() == 2


def test_an_empty_bin_says_nothing_and_breaks_nothing():
    (whole,) = [Reliability([], []).whole()]
    assert (whole.n, whole.hits, whole.actual, whole.predicted) == (0, 0, 0.0, 0.5)


def test_belief_counts_as_twenty_cases():
    posterior = BetaPosterior(numbers(2), numbers(3), numbers(0.97))
    assert float(posterior.mean()) == pytest.approx((PSEUDO_OBSERVATIONS * 0.97 + 2) / 23)


def test_the_interval_is_that_of_the_beta_distribution():
    ((low, high),) = BetaPosterior(numbers(15), numbers(20), numbers(0.5), weight=2).interval()
    assert float(low) == pytest.approx(0.5283, abs=2e-4)  # scipy.stats.beta(16, 6).ppf
    assert float(high) == pytest.approx(0.8872, abs=2e-4)


def test_certainty_of_the_prior_does_not_break_the_interval():
    intervals = BetaPosterior(numbers(0, 3), numbers(0, 3), numbers(0.0, 1.0)).interval()
    assert intervals[0].max() < 0.06
    assert intervals[1].min() > 0.94
