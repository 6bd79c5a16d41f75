"""Statistics of a stream, against NumPy and against random splits of the stream."""

from __future__ import annotations

import json
import math
import pickle
from array import array

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.wrappers import TorchAccumulator, TorchCounter, scalar

REAL = st.floats(-1e6, 1e6)
STREAM = st.lists(REAL, min_size=1, max_size=60)
MILLION = 1_000_000


def device_names():
    present = ["cpu"]
    present += ["cuda"] if torch.cuda.is_available() else []
    return present + (["mps"] if torch.backends.mps.is_available() else [])


def check(accumulator, values, rel=1e-9):
    assert int(accumulator.count()) == len(values)
    assert float(accumulator.total()) == pytest.approx(values.sum(), rel=rel, abs=1e-6)
    assert float(accumulator.mean()) == pytest.approx(values.mean(), rel=rel, abs=1e-9)
    assert float(accumulator.variance()) == pytest.approx(values.var(), rel=1e-6, abs=1e-6)
    assert float(accumulator.min()) == pytest.approx(values.min(), rel=rel)
    assert float(accumulator.max()) == pytest.approx(values.max(), rel=rel)


def check_quantiles(accumulator, values, qs=(0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)):
    exact = np.quantile(values, qs, method="inverted_cdf")
    ours = accumulator.quantiles(qs).cpu().double().numpy()
    np.testing.assert_allclose(ours, exact, rtol=2**-8, atol=1e-37)


@pytest.mark.parametrize("device", device_names())
@pytest.mark.parametrize("draw", ["normal", "lognormal", "exponential"])
def test_a_million_values_agree_with_numpy(device, draw):
    values = getattr(np.random.default_rng(7), draw)(size=MILLION)
    accumulator = TorchAccumulator(device=device)
    accumulator.add(torch.from_numpy(values))
    check(accumulator, values, rel=1e-9 if device != "mps" else 1e-5)
    check_quantiles(accumulator, values)
    assert float(accumulator.std(correction=1)) == pytest.approx(values.std(ddof=1))


def test_values_far_from_zero_keep_their_variance():
    values = 1e9 + np.random.default_rng(1).normal(size=MILLION)
    accumulator = TorchAccumulator()
    for part in np.split(values, 100):
        accumulator.add(part)
    assert float(accumulator.variance()) == pytest.approx(values.var(), rel=1e-6)


def test_small_values_are_not_lost_beside_large_ones():
    accumulator = TorchAccumulator()
    for value in (1e16, 1.0, -1e16):
        accumulator.add(torch.tensor([value], dtype=torch.float64))
    assert float(accumulator.total()) == 1.0


@given(STREAM, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_any_split_merged_in_any_order_equals_the_whole(stream, random):
    whole = TorchAccumulator()
    whole.add(stream)
    parts = [TorchAccumulator() for _ in range(3)]
    for value in stream:
        part = random.choice(parts)
        given_as = random.choice([float, lambda v: torch.tensor([v], dtype=torch.float64)])
        part.add(given_as(value))
        if random.random() < 0.1:
            part.mean()
    merged = TorchAccumulator()
    for part in parts:
        merged.merge(TorchAccumulator.unpack(part.pack()) if random.random() < 0.5 else part)
    check(merged, np.array(stream))
    assert merged.quantiles([0.1, 0.5, 0.9]).tolist() == whole.quantiles([0.1, 0.5, 0.9]).tolist()


@given(STREAM)
@settings(max_examples=30, deadline=None)
def test_quantiles_agree_with_numpy(stream):
    accumulator = TorchAccumulator()
    accumulator.add(stream)
    check_quantiles(accumulator, np.array(stream))


@pytest.mark.parametrize(
    "given_as",
    [
        lambda values: values,
        tuple,
        lambda values: array("d", values),
        lambda values: array("f", values),
        np.array,
        lambda values: np.repeat(np.array(values), 2)[::2],
        torch.tensor,
        lambda values: torch.tensor(values).reshape(2, 2),
    ],
)
def test_values_can_be_given_in_many_forms(given_as):
    accumulator = TorchAccumulator()
    accumulator.add(given_as([1.0, 2.0, 4.0, 8.0]))
    check(accumulator, np.array([1.0, 2.0, 4.0, 8.0]))


def test_single_values_and_scalars_count_one_each():
    accumulator = TorchAccumulator()
    for value in (1, 2.5, scalar(3), scalar(0.5)):
        accumulator.add(value)
    assert int(accumulator.count()) == 4
    assert float(accumulator.total()) == 7.0


def test_a_tensor_changed_afterwards_counts_as_it_was():
    accumulator, values = TorchAccumulator(), torch.ones(10)
    accumulator.add(values)
    values.zero_()
    assert float(accumulator.mean()) == 1.0
    assert float(accumulator.quantile(0.5)) == 1.0


def test_recording_keeps_no_gradient_history():
    x = torch.ones(3, requires_grad=True)
    accumulator = TorchAccumulator()
    accumulator.add(x * 2)
    assert not accumulator.mean().requires_grad


def test_the_state_does_not_grow():
    accumulator, generator = TorchAccumulator(), torch.Generator().manual_seed(1)
    sizes = []
    for _ in range(6):
        for _ in range(20):
            accumulator.add(torch.randn(50_000, generator=generator).exp())
        sizes.append(len(json.dumps(accumulator.pack())))
    assert sizes[-1] < 1.3 * sizes[1] < 100_000


def test_nothing_seen_is_undefined_but_has_a_count_and_a_total():
    empty = TorchAccumulator()
    assert int(empty.count()) == 0
    assert float(empty.total()) == 0.0
    for value in (empty.mean(), empty.variance(), empty.min(), empty.max(), empty.quantile(0.5)):
        assert math.isnan(float(value))


def test_infinities_and_undefined_values_show():
    accumulator = TorchAccumulator()
    accumulator.add([1.0, math.inf])
    assert float(accumulator.total()) == math.inf
    assert float(accumulator.max()) == math.inf
    assert float(accumulator.quantile(0.1)) == 1.0
    accumulator.add(math.nan)
    assert math.isnan(float(accumulator.mean()))


def test_a_share_outside_of_zero_to_one_is_refused():
    with pytest.raises(ValueError, match="0 to 1"):
        TorchAccumulator().quantile(1.5)


def test_a_packed_accumulator_is_json_and_comes_back():
    accumulator = TorchAccumulator()
    accumulator.add(torch.randn(1000).double())
    back = TorchAccumulator.unpack(json.loads(json.dumps(accumulator.pack())))
    assert back.summary() == pickle.loads(pickle.dumps(accumulator)).summary()
    assert back.summary() == accumulator.summary()


@given(st.lists(st.integers(-(2**40), 2**40), max_size=50), st.integers(0, 50))
def test_counters_count_in_whole_numbers_however_they_are_split(numbers, at):
    left, right = TorchCounter(), TorchCounter()
    for n in numbers[:at]:
        left.increment(n)
    for n in numbers[at:]:
        right.increment(n)
    left.merge(pickle.loads(pickle.dumps(right)))
    assert int(left) == sum(numbers)
    assert left.value().dtype == torch.int64
    assert int(TorchCounter.unpack(json.loads(json.dumps(left.pack())))) == sum(numbers)


def test_a_counter_reaches_the_largest_integer():
    counter = TorchCounter()
    counter.increment(2**63 - 2)
    counter.increment()
    assert int(counter.value()) == 2**63 - 1
    with pytest.raises(OverflowError):
        counter.increment(2**63)


def test_many_increments_are_folded():
    counter = TorchCounter()
    for _ in range(10_000):
        counter.increment()
    assert int(counter) == 10_000
    assert len(counter.pack()) == 1
