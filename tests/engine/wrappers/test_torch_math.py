"""Arithmetic that keeps whole numbers whole, real ones wide, and gradients alive."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.wrappers import (
    TorchMath,
    add,
    div,
    exp,
    log,
    mul,
    pow,  # noqa: A004 - a promised name
    scalar,
    sqrt,
    sub,
)

LARGEST = 2**63 - 1
SMALL = st.integers(-(2**31), 2**31)
REAL = st.floats(-1e6, 1e6)

FUNCTIONS = {
    "sqrt": (math.sqrt, 0.01, 1e6),
    "exp": (math.exp, -50, 50),
    "log": (math.log, 1e-6, 1e6),
    "sin": (math.sin, -100, 100),
    "cos": (math.cos, -100, 100),
    "tan": (math.tan, -1.5, 1.5),
    "tanh": (math.tanh, -20, 20),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), -50, 50),
}


def test_integers_stay_integers_up_to_the_largest():
    assert int(scalar(LARGEST)) == LARGEST
    assert int(add(LARGEST - 1, 1)) == LARGEST
    assert int(sub(LARGEST, 1)) == LARGEST - 1
    assert int(TorchMath.sum([LARGEST - 2, 1, 1])) == LARGEST
    assert int(TorchMath.max(LARGEST, LARGEST - 1)) == LARGEST
    assert scalar(3).dtype == torch.int64


def test_a_number_beyond_the_largest_is_refused():
    with pytest.raises((ValueError, RuntimeError), match="Overflow"):
        scalar(2**63)


def test_real_numbers_are_float64():
    assert scalar(0.1).dtype == torch.float64
    assert float(scalar(0.1)) == 0.1
    assert TorchMath.sqrt(2).dtype == torch.float64
    assert float(sqrt(2)) == pytest.approx(math.sqrt(2), rel=1e-15)


@given(SMALL, SMALL)
def test_whole_results_agree_with_python(a, b):
    assert int(add(a, b)) == a + b
    assert int(sub(a, b)) == a - b
    assert int(mul(a, b)) == a * b
    assert int(TorchMath.min(a, b)) == min(a, b)
    assert int(TorchMath.abs(a)) == abs(a)
    assert bool(TorchMath.le(a, b)) == (a <= b)
    if b:
        assert int(TorchMath.mod(a, b)) == a % b
        assert float(div(a, b)) == pytest.approx(a / b)


@given(REAL, REAL)
def test_comparisons_agree_with_python(a, b):
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        compare = getattr(TorchMath, name)
        assert bool(compare(a, b)) == getattr(a, f"__{name}__")(b)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree_with_python(name):
    ours, (theirs, low, high) = getattr(TorchMath, name), FUNCTIONS[name]

    @given(st.floats(low, high))
    def agrees(x):
        assert float(ours(x)) == pytest.approx(theirs(x), rel=1e-9, abs=1e-9)

    agrees()


@given(st.floats(-1e9, 1e9))
def test_rounding_agrees_with_python(x):
    assert float(TorchMath.floor(x)) == math.floor(x)
    assert float(TorchMath.ceil(x)) == math.ceil(x)
    assert float(TorchMath.round(x)) == round(x)
    assert float(TorchMath.relu(x)) == max(0.0, x)


def test_whole_numbers_are_their_own_floor_in_their_own_type():
    for rounding in (TorchMath.floor, TorchMath.ceil, TorchMath.round):
        assert rounding(LARGEST).dtype == torch.int64
        assert int(rounding(LARGEST)) == LARGEST


def test_a_power_is_whole_unless_its_exponent_is_negative():
    assert int(pow(3, 39)) == 3**39
    assert pow(3, 39).dtype == torch.int64
    assert float(pow(2, -1)) == 0.5
    assert float(pow(2, 0.5)) == pytest.approx(math.sqrt(2))


def test_clamping_moves_to_the_nearer_bound_and_keeps_the_type():
    assert int(TorchMath.clamp(5, 0, 3)) == 3
    assert TorchMath.clamp(5, low=0).dtype == torch.int64
    assert TorchMath.clamp([-1.0, 0.5, 2.0], 0.0, 1.0).tolist() == [0.0, 0.5, 1.0]


def test_one_tensor_is_reduced_and_several_are_compared_elementwise():
    assert int(TorchMath.max([1, 5, 3])) == 5
    assert TorchMath.min([1, 5], [4, 2], [9, 9]).tolist() == [1, 2]
    assert float(TorchMath.mean([1, 2, 4])) == pytest.approx(7 / 3)


def test_division_by_zero_is_infinite_or_undefined():
    assert float(div(1, 0)) == math.inf
    assert math.isnan(float(div(0, 0)))


def test_the_constants():
    assert float(TorchMath.pi) == math.pi
    assert float(TorchMath.e) == math.e
    assert float(TorchMath.inf) == math.inf
    assert math.isnan(float(TorchMath.nan))


@pytest.mark.parametrize(
    ("compute", "slope"),
    [
        (lambda x: add(x, 2), lambda _: 1),
        (lambda x: sub(2, x), lambda _: -1),
        (lambda x: mul(x, x), lambda x: 2 * x),
        (lambda x: div(1, x), lambda x: -1 / x**2),
        (lambda x: pow(x, 3), lambda x: 3 * x**2),
        (sqrt, lambda x: 0.5 / math.sqrt(x)),
        (exp, math.exp),
        (log, lambda x: 1 / x),
        (TorchMath.sin, math.cos),
        (TorchMath.cos, lambda x: -math.sin(x)),
        (TorchMath.tan, lambda x: 1 / math.cos(x) ** 2),
        (TorchMath.abs, lambda _: 1),
        (lambda x: TorchMath.max(x, 0), lambda _: 1),
        (lambda x: TorchMath.min(x, 9), lambda _: 1),
        (TorchMath.mean, lambda _: 1),
        (TorchMath.sum, lambda _: 1),
        (lambda x: TorchMath.mod(x, 2), lambda _: 1),
        (lambda x: TorchMath.clamp(x, 0, 9), lambda _: 1),
        (TorchMath.relu, lambda _: 1),
        (TorchMath.floor, lambda _: 0),
        (TorchMath.ceil, lambda _: 0),
        (TorchMath.round, lambda _: 0),
        (TorchMath.tanh, lambda x: 1 - math.tanh(x) ** 2),
        (TorchMath.sigmoid, lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
    ],
)
def test_gradients_flow(compute, slope):
    x = scalar(1.3).requires_grad_()
    compute(scalar(x)).backward()
    assert float(x.grad) == pytest.approx(slope(1.3))
