"""Hardware decides where a model reads and how precisely, and what it reads is measured."""

from __future__ import annotations

import threading
import time

import pytest

from thea_code_system.errors import DeviceError, ToolError
from thea_code_system.languages.registry import Languages
from thea_code_system.models import hardware as module
from thea_code_system.models.hardware import Hardware
from thea_code_system.models.meter import ReadingMeter
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.wrappers.platform import Platform

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("one_thread")
PYTHON = Languages().named("python")
TEXT = "def area(width, height):\n    return width * width\n"


@pytest.fixture
def here(monkeypatch):
    """A machine with a device, flags of its processors and the generation of its GPU."""

    def be(device="cpu", flags=(), generation=(8, 0)):
        monkeypatch.setattr(
            module, "choose_device", lambda asked: device if asked in {None, "auto"} else asked
        )
        monkeypatch.setattr(Platform, "cpu_flags", lambda self: frozenset(flags))
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: generation)

    return be


def test_processors_with_amx_read_in_bfloat16_and_others_do_not(here):
    here(flags=["avx512_bf16"])
    assert Hardware.chosen() == Hardware("cpu", half=False)
    here(flags=["avx512_bf16", "amx_bf16"])
    assert Hardware.chosen() == Hardware("cpu", half=True)


def test_a_gpu_reads_where_there_is_one_in_bfloat16_if_it_can(here):
    here("cuda", flags=["amx_bf16"])
    assert Hardware.chosen() == Hardware("cuda", half=True)
    assert Hardware.chosen("cpu") == Hardware("cpu", half=True)
    here("cuda", generation=(7, 5))
    assert Hardware.chosen() == Hardware("cuda", half=False)
    assert Hardware.chosen("cuda:1") == Hardware("cuda:1", half=False)


def test_what_nobody_has_measured_reads_only_where_it_was_asked_for(here):
    here("mps")
    assert Hardware.chosen().device == Hardware.chosen("auto").device == "cpu"
    assert Hardware.chosen("mps") == Hardware("mps", half=False)


def test_a_device_that_is_not_here_is_an_error(hand_made, tmp_path):
    with pytest.raises(DeviceError, match="does not exist here"):
        Hardware.chosen("cuda:99")
    with pytest.raises(ToolError, match="does not exist here"):
        ModelShelf(hand_made({}).save(tmp_path), "cuda:99").model()


def test_the_flags_of_processors_are_known_on_linux_alone():
    assert Platform("darwin").cpu_flags() == frozenset()
    assert all(flag.islower() for flag in Platform("linux").cpu_flags())


def test_the_model_that_comes_with_thea_is_loaded_in_under_half_a_second():
    ModelShelf().model()  # what is imported at the first use is not the model's
    started = time.process_time()
    ModelShelf().model()
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("half", [False, True])
def test_a_model_says_the_same_in_either_precision(hand_made, tmp_path, half):
    shelf = ModelShelf(hand_made({"width": "height"}).save(tmp_path), half=half)
    opinion = shelf.model().opinion(TEXT, PYTHON, None)
    span = opinion.span_of(0)
    assert span.edits.dtype == span.vectors.dtype == torch.float32
    chance = 1 - float(span.edits[opinion.tokens.at(TEXT.index("width *")), 0].exp())
    assert chance == pytest.approx(0.92, abs=0.02)


def test_what_a_model_reads_is_measured_once(hand_made, tmp_path):
    shelf = ModelShelf(hand_made({}).save(tmp_path))
    assert shelf.measured().summary() == {"counters": {}, "accumulators": {}}
    opinions = [shelf.model().opinion(TEXT, PYTHON, None) for _ in range(9)]
    shelf.model().spans([(one.reading, *one.windows.spans) for one in opinions])
    found = shelf.measured().summary()
    measures = found["accumulators"]
    assert found["counters"] == {"model/tokens": 9 * len(opinions[0].reading.rows)}
    assert measures["model/windows"]["total"] == 9
    assert measures["model/windows"]["max"] == 8
    assert all(measure["count"] == 2 for measure in measures.values())
    assert measures["model/tokens-per-second"]["min"] > 0
    assert measures["model/queue"]["max"] < 1
    assert shelf.measured().summary()["counters"] == {}


def test_who_reads_while_another_does_waits_and_the_wait_is_measured():
    meter, asks, done = ReadingMeter(), threading.Event(), threading.Event()

    def second():
        asks.set()
        with meter.turn(1, 10):
            done.set()

    waiting = threading.Thread(target=second)
    with meter.turn(2, 30):
        waiting.start()
        assert asks.wait(10)
        assert not done.wait(0.05)
    waiting.join(10)
    found = meter.taken().summary()
    assert found["counters"]["model/tokens"] == 40
    assert found["accumulators"]["model/queue"]["max"] >= 0.04
