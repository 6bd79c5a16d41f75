"""Arithmetic on torch tensors: the vocabulary `scalar` to `log`, `TorchMath`, and the device.

Importing this module loads nothing; torch comes in with the first quantity.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from thea_code_system.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

Number: TypeAlias = "Tensor | float"
Numbers: TypeAlias = "Number | Sequence[float]"


class DeviceChoice:
    """Says which torch device computes here: CUDA, else MPS, else the CPU."""

    def __init__(self, environment: str = "THEA_DEVICE") -> None:
        self.environment = environment

    def choose(self, requested: str | None = None) -> str:
        """Return the device to compute on, such as `cuda`, `cuda:1`, `mps` or `cpu`.

        Args:
            requested: a device or `auto`; where None, `THEA_DEVICE` decides, else `auto`.

        Raises:
            DeviceError: the requested device is unknown or absent here.
        """
        wanted = (requested or os.environ.get(self.environment) or "auto").strip().lower()
        available = self.available()
        if wanted == "auto":
            return next(name for name, present in available.items() if present)
        family, _, index = wanted.partition(":")
        if not available.get(family, False) or not self._has_index(family, index):
            present = ", ".join(name for name, found in available.items() if found)
            raise DeviceError(
                f"The device '{wanted}' does not exist here; there is: {present}.",
                f"Leave --device and {self.environment} away to let Thea choose.",
            )
        return wanted

    def available(self) -> dict[str, bool]:
        """Return each kind of device, best first, with whether it exists here."""
        import torch

        return {
            "cuda": torch.cuda.is_available(),
            "mps": torch.backends.mps.is_available(),
            "cpu": True,
        }

    def _has_index(self, family: str, index: str) -> bool:
        import torch

        devices = torch.cuda.device_count() if family == "cuda" else 1
        return not index or (index.isdecimal() and int(index) < devices)


choose_device = DeviceChoice().choose


class _Constant:
    """A class attribute that becomes a tensor when it is read."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __get__(self, instance: object, owner: type) -> Tensor:
        return scalar(self.value)


class TorchMath:
    """Elementary mathematics on tensors; plain numbers are taken too.

    Integers stay integers (int64, up to 2**63 - 1) wherever the result is a whole number, all else
    is float64 (float32 on MPS, which has no float64). Gradients flow through every operation.
    """

    pi = _Constant(3.141592653589793)
    e = _Constant(2.718281828459045)
    inf = _Constant(float("inf"))
    nan = _Constant(float("nan"))

    @staticmethod
    def real_type(device: torch.device | str | None) -> torch.dtype:
        """Return the widest floating type of a device."""
        import torch

        return torch.float32 if str(device).startswith("mps") else torch.float64

    @staticmethod
    def tensor(values: Numbers, device: torch.device | str | None = None) -> Tensor:
        """Return a tensor of numbers; tensors pass through, their history kept."""
        import torch

        if isinstance(values, torch.Tensor):
            return values if device is None else values.to(device)
        if isinstance(values, float):
            real = TorchMath.real_type(device or torch.get_default_device())
            return torch.tensor(values, dtype=real, device=device)
        made = torch.tensor(values, device=device)
        if not made.is_floating_point():
            return made
        return torch.tensor(values, dtype=TorchMath.real_type(made.device), device=made.device)

    @staticmethod
    def real(values: Numbers) -> Tensor:
        """Return the values as floating point numbers."""
        made = TorchMath.tensor(values)
        return made if made.is_floating_point() else made.to(TorchMath.real_type(made.device))

    @staticmethod
    def plain(tensor: Tensor) -> list[float]:
        """Return the elements as plain numbers, to transport and to print; flattened."""
        return list(tensor.reshape(-1).tolist())

    @staticmethod
    def add(a: Numbers, b: Numbers) -> Tensor:
        """Return a + b."""
        return TorchMath.tensor(a) + TorchMath.tensor(b)

    @staticmethod
    def sub(a: Numbers, b: Numbers) -> Tensor:
        """Return a - b."""
        return TorchMath.tensor(a) - TorchMath.tensor(b)

    @staticmethod
    def mul(a: Numbers, b: Numbers) -> Tensor:
        """Return a * b."""
        return TorchMath.tensor(a) * TorchMath.tensor(b)

    @staticmethod
    def div(a: Numbers, b: Numbers) -> Tensor:
        """Return a / b, a real number also for integers; a / 0 is infinite or nan."""
        return TorchMath.real(a) / TorchMath.real(b)

    @staticmethod
    def pow(base: Numbers, exponent: Numbers) -> Tensor:
        """Return base ** exponent; whole for whole numbers unless an exponent is negative."""
        base, exponent = TorchMath.tensor(base), TorchMath.tensor(exponent)
        if exponent.is_floating_point() or bool((exponent < 0).any()):
            base = TorchMath.real(base)
        return base**exponent

    @staticmethod
    def sqrt(x: Numbers) -> Tensor:
        """Return the square root; nan below zero."""
        return TorchMath.real(x).sqrt()

    @staticmethod
    def exp(x: Numbers) -> Tensor:
        """Return e ** x."""
        return TorchMath.real(x).exp()

    @staticmethod
    def log(x: Numbers) -> Tensor:
        """Return the natural logarithm; -inf at zero, nan below."""
        return TorchMath.real(x).log()

    @staticmethod
    def sin(x: Numbers) -> Tensor:
        """Return the sine of an angle in radians."""
        return TorchMath.real(x).sin()

    @staticmethod
    def cos(x: Numbers) -> Tensor:
        """Return the cosine of an angle in radians."""
        return TorchMath.real(x).cos()

    @staticmethod
    def tan(x: Numbers) -> Tensor:
        """Return the tangent of an angle in radians."""
        return TorchMath.real(x).tan()

    @staticmethod
    def abs(x: Numbers) -> Tensor:
        """Return the magnitude."""
        return TorchMath.tensor(x).abs()

    @staticmethod
    def min(*values: Numbers) -> Tensor:
        """Return the least element of one tensor, or the elementwise least of several."""
        first, *others = (TorchMath.tensor(value) for value in values)
        for other in others:
            first = first.minimum(other)
        return first if others else first.min()

    @staticmethod
    def max(*values: Numbers) -> Tensor:
        """Return the greatest element of one tensor, or the elementwise greatest of several."""
        first, *others = (TorchMath.tensor(value) for value in values)
        for other in others:
            first = first.maximum(other)
        return first if others else first.max()

    @staticmethod
    def mean(x: Numbers) -> Tensor:
        """Return the mean of all elements; nan where there are none."""
        return TorchMath.real(x).mean()

    @staticmethod
    def sum(x: Numbers) -> Tensor:
        """Return the sum of all elements; whole for whole numbers."""
        return TorchMath.tensor(x).sum()

    @staticmethod
    def floor(x: Numbers) -> Tensor:
        """Return the greatest whole number that is not above x, in x's own type."""
        return TorchMath.tensor(x).floor()

    @staticmethod
    def ceil(x: Numbers) -> Tensor:
        """Return the least whole number that is not below x, in x's own type."""
        return TorchMath.tensor(x).ceil()

    @staticmethod
    def round(x: Numbers) -> Tensor:
        """Return the nearest whole number, halves to even, in x's own type."""
        return TorchMath.tensor(x).round()

    @staticmethod
    def mod(a: Numbers, b: Numbers) -> Tensor:
        """Return the remainder of a / b with the sign of b, as Python's `%` does."""
        return TorchMath.tensor(a).remainder(TorchMath.tensor(b))

    @staticmethod
    def clamp(x: Numbers, low: Numbers | None = None, high: Numbers | None = None) -> Tensor:
        """Return x, moved to the nearer bound where it lies outside of them."""
        raised = x if low is None else TorchMath.max(x, low)
        return TorchMath.tensor(raised if high is None else TorchMath.min(raised, high))

    @staticmethod
    def sigmoid(x: Numbers) -> Tensor:
        """Return 1 / (1 + e ** -x)."""
        return TorchMath.real(x).sigmoid()

    @staticmethod
    def tanh(x: Numbers) -> Tensor:
        """Return the hyperbolic tangent."""
        return TorchMath.real(x).tanh()

    @staticmethod
    def relu(x: Numbers) -> Tensor:
        """Return x where it is positive, else zero."""
        return TorchMath.tensor(x).relu()

    @staticmethod
    def eq(a: Numbers, b: Numbers) -> Tensor:
        """Return where a equals b."""
        return TorchMath.tensor(a).eq(TorchMath.tensor(b))

    @staticmethod
    def ne(a: Numbers, b: Numbers) -> Tensor:
        """Return where a differs from b."""
        return TorchMath.tensor(a).ne(TorchMath.tensor(b))

    @staticmethod
    def lt(a: Numbers, b: Numbers) -> Tensor:
        """Return where a is below b."""
        return TorchMath.tensor(a).lt(TorchMath.tensor(b))

    @staticmethod
    def le(a: Numbers, b: Numbers) -> Tensor:
        """Return where a is not above b."""
        return TorchMath.tensor(a).le(TorchMath.tensor(b))

    @staticmethod
    def gt(a: Numbers, b: Numbers) -> Tensor:
        """Return where a is above b."""
        return TorchMath.tensor(a).gt(TorchMath.tensor(b))

    @staticmethod
    def ge(a: Numbers, b: Numbers) -> Tensor:
        """Return where a is not below b."""
        return TorchMath.tensor(a).ge(TorchMath.tensor(b))

    @staticmethod
    def within(sizes: Numbers, room: Numbers) -> Tensor:
        """Return which of some amounts, in their order, there is room for together."""
        return TorchMath.le(TorchMath.tensor(sizes).cumsum(0), room)


def scalar(value: Number, device: torch.device | str | None = None) -> Tensor:
    """Return a number as a tensor without dimensions.

    Args:
        value: an int becomes int64, a float float64 (float32 on MPS); a tensor passes through.
        device: where it lives; torch's default device where None.
    """
    return TorchMath.tensor(value, device)


def add(a: Numbers, b: Numbers) -> Tensor:
    """Return a + b."""
    return TorchMath.add(a, b)


def sub(a: Numbers, b: Numbers) -> Tensor:
    """Return a - b."""
    return TorchMath.sub(a, b)


def mul(a: Numbers, b: Numbers) -> Tensor:
    """Return a * b."""
    return TorchMath.mul(a, b)


def div(a: Numbers, b: Numbers) -> Tensor:
    """Return a / b, a real number also for integers."""
    return TorchMath.div(a, b)


def pow(base: Numbers, exponent: Numbers) -> Tensor:  # noqa: A001 - a promised name
    """Return base ** exponent; whole for whole numbers unless an exponent is negative."""
    return TorchMath.pow(base, exponent)


def sqrt(x: Numbers) -> Tensor:
    """Return the square root; nan below zero."""
    return TorchMath.sqrt(x)


def exp(x: Numbers) -> Tensor:
    """Return e ** x."""
    return TorchMath.exp(x)


def log(x: Numbers) -> Tensor:
    """Return the natural logarithm; -inf at zero, nan below."""
    return TorchMath.log(x)
