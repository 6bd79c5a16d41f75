"""The search for what breaks something among many units that were proved together."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.values.verification import Failures
from thea_code_system.verification.culprits import CulpritSearch


class Tests:
    """Tests that fail where all units of one of the ``faults`` are applied; counts its runs."""

    __test__ = False

    def __init__(self, *faults, flaky=None, late_after=None):
        self.faults = [frozenset(fault) for fault in faults]
        self.flaky = flaky  # the numbers of the runs in which a test of that name fails
        self.late_after = late_after
        self.runs = 0

    async def probe(self, units):
        self.runs += 1
        names = {f"test_{sorted(fault)}" for fault in self.faults if fault <= set(units)}
        if self.flaky and self.runs in self.flaky:
            names.add("test_now_and_then")
        return Failures(dict.fromkeys(names, 1))

    def late(self):
        return self.late_after is not None and self.runs >= self.late_after

    def judge(self, number, side_by_side=1, before=None):
        search = CulpritSearch(self.probe, before or Failures(), self.late, side_by_side)
        return asyncio.run(search.judge(range(number)))


@given(st.integers(1, 60), st.data(), st.integers(1, 4))
def test_exactly_the_culprits_are_found_and_named(number, data, side_by_side):
    culprits = data.draw(st.sets(st.integers(0, number - 1), max_size=5))
    judged = Tests(*([one] for one in culprits)).judge(number, side_by_side)

    assert judged.guilty == {one: f"test_[{one}]" for one in culprits}
    assert judged.kept == tuple(one for one in range(number) if one not in culprits)


@given(
    st.integers(1, 40),
    st.lists(st.sets(st.integers(0, 39), min_size=1, max_size=3), max_size=4),
    st.integers(1, 3),
)
def test_what_is_kept_passes_and_a_single_culprit_would_break_it(number, faults, side_by_side):
    tests = Tests(*faults)
    judged = tests.judge(number, side_by_side)

    assert not asyncio.run(tests.probe(judged.kept)).counts
    if len(judged.guilty) == 1:
        assert asyncio.run(tests.probe((*judged.kept, *judged.guilty))).counts
    assert sorted((*judged.kept, *judged.guilty)) == list(range(number))


@pytest.mark.parametrize("side_by_side", [1, 2])
def test_three_of_two_hundred_take_fewer_than_forty_runs(side_by_side):
    places = random.Random(3)
    for _ in range(50):
        tests = Tests(*([one] for one in places.sample(range(200), 3)))
        assert len(tests.judge(200, side_by_side).guilty) == 3
        assert tests.runs < 40


def test_what_fails_anyway_counts_for_nothing():
    tests = Tests([3], [5])
    judged = tests.judge(9, before=Failures({"test_[5]": 1}))
    assert list(judged.guilty) == [3]


def test_one_look_is_enough_where_nothing_breaks():
    tests = Tests()
    assert tests.judge(500).kept == tuple(range(500))
    assert tests.runs == 1


@pytest.mark.parametrize("run", range(1, 12))
def test_a_failure_that_does_not_repeat_is_named_and_blames_nobody(run):
    tests = Tests([7], flaky={run})
    judged = tests.judge(30)
    assert list(judged.guilty) == [7]
    assert judged.flaky in {(), ("test_now_and_then",)}


def test_a_flaky_failure_of_the_whole_is_told():
    judged = Tests(flaky={1}).judge(30)
    assert judged.flaky == ("test_now_and_then",)
    assert judged.kept == tuple(range(30))


@pytest.mark.parametrize("runs", range(1, 25))
def test_out_of_time_only_what_has_passed_is_kept(runs):
    tests = Tests([20], [50], late_after=runs)
    judged = tests.judge(64)

    assert not {20, 50} & set(judged.kept)
    assert sorted(itertools.chain(judged.kept, judged.guilty, judged.unproven)) == list(range(64))
    assert set(judged.guilty) <= {20, 50}
