"""The model behind `docs/scaling.md` stays within what a driver and its workers can do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

SECONDS = st.floats(1e-5, 1.0)


@given(SECONDS, SECONDS, st.integers(1, 200))
def test_no_number_of_workers_exceeds_the_driver_or_the_workers(driver, worker, workers):
    from queueing import Model

    model = Model(driver, worker)
    rate = model.throughput(workers)
    assert 0 < rate <= model.bound(workers) * (1 + 1e-9)
    assert model.throughput(workers + 1) >= rate * (1 - 1e-9)


def test_far_from_the_corner_only_one_of_them_counts():
    from queueing import Model

    assert Model(1e-6, 1.0).throughput(3) == pytest.approx(3, rel=0.1)
    assert Model(1e-3, 1e-3).throughput(500) == pytest.approx(1000, rel=0.01)
    assert Model(0.002, 0.1).saturation == 50
