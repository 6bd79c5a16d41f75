"""Recording and transport load neither torch nor Ray nor asyncio."""

from __future__ import annotations

import subprocess
import sys

import pytest

from thea_code_system.errors import DeviceError
from thea_code_system.wrappers import choose_device

RECORD = """
import json, pickle, sys
from thea_code_system.wrappers import TorchAccumulator, TorchCounter
counter, accumulator = TorchCounter(), TorchAccumulator()
for n in range(1000):
    counter.increment(n)
    accumulator.add(n / 2)
other = TorchAccumulator()
other.add([1.0, 2.0])
accumulator.merge(pickle.loads(pickle.dumps(other)))
packed = json.loads(json.dumps([counter.pack(), accumulator.pack()]))
TorchCounter.unpack(packed[0]).merge(counter)
accumulator.merge(TorchAccumulator.unpack(packed[1]))
heavy = {"torch", "ray", "asyncio"} & set(sys.modules)
assert not heavy, heavy
"""

NAMES = """
import sys
import thea_code_system.wrappers as wrappers
assert not {"torch", "ray", "asyncio"} & set(sys.modules)
for name in wrappers.__all__:
    getattr(wrappers, name)
assert not {"torch", "ray"} & set(sys.modules), "a name loads something heavy"
"""


@pytest.mark.parametrize("program", [RECORD, NAMES])
def test_nothing_heavy_is_loaded(program):
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_device_can_be_chosen_by_argument_and_environment(monkeypatch):
    assert choose_device("cpu") == "cpu"
    monkeypatch.setenv("THEA_DEVICE", "cpu")
    assert choose_device() == "cpu"
    assert choose_device("auto") in {"cpu", "cuda", "mps"}


@pytest.mark.parametrize("absent", ["tpu", "cuda:99", "cpu:7"])
def test_an_absent_device_is_a_clear_error(absent, monkeypatch):
    monkeypatch.setenv("THEA_DEVICE", absent)
    with pytest.raises(DeviceError, match="does not exist here"):
        choose_device()
