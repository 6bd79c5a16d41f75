"""A short slice of the fuzzer, and what it found once."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.values.outcome import Skipped
from thea_code_system.workspace.reading import Reader

pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from fuzzing.mutator import FIXABLE, SPLICED
from fuzzing.seeds import SUFFIXES


async def test_mutated_files_break_nothing():
    from fuzz import Fuzzer

    fuzzer = Fuzzer(seed=1, log=None, budget=40)
    batch = fuzzer.batch(0, 120)
    assert batch == fuzzer.batch(0, 120), "the seed and the number decide"
    from fuzzing.trial import Trial

    trial = Trial("usual", budget=40, seconds=10.0)  # a busy machine is no hang
    found = await trial.run(batch)
    await trial.close()
    assert found.problems == {}
    assert sum(found.counts.values()) == 120
    assert found.counts["corrected"] > 20


@pytest.fixture(scope="module")
def tried():
    """What becomes of files that go through every corrector together."""
    from fuzzing.trial import Trial

    loop, trial = asyncio.new_event_loop(), Trial("usual", budget=40, seconds=10.0)
    yield lambda files: loop.run_until_complete(trial.run(files))
    loop.run_until_complete(trial.close())
    loop.close()


PIECES = st.one_of(
    st.sampled_from([*SPLICED, *FIXABLE["python"], *FIXABLE["script"]]), st.binary(max_size=6)
)
NAMES = st.sampled_from([f"m{suffix}" for suffixes in SUFFIXES.values() for suffix in suffixes])


@given(st.dictionaries(NAMES, st.lists(PIECES, max_size=25).map(b"".join), min_size=4))
@settings(deadline=None, max_examples=settings.default.max_examples // 12)
def test_made_up_files_break_nothing(tried, files):
    assert tried(files).problems == {}


def test_lines_of_many_tokens_take_no_longer_than_others(tried):
    line = f"x = {' + '.join('1' * 600)} +\n"
    found = tried({"m.py": line.encode() * 12})
    assert found.problems == {}
    assert found.seconds < 4  # the tools included, on a machine that is busy; it was more


@given(st.binary(max_size=200), st.sampled_from([b"", b"# coding: ", b"\xef\xbb\xbf"]))
@settings(deadline=None)
def test_any_bytes_are_read_whole_or_skipped(data, head):
    for suffix in (".py", ".js"):
        value = Reader.decode(f"m{suffix}", head + data)
        assert isinstance(value, Skipped) or value.encode() == head + data


@given(st.integers(0, 2**32), st.binary(max_size=300))
@settings(deadline=None, max_examples=40)
def test_every_mutation_takes_any_bytes(seed, data):
    from fuzzing.mutator import Mutator

    class Fixed:
        def draw(self, rng):
            return ".py", data

    mutator = Mutator(random.Random(seed), Fixed())
    for kind in ("python", "script"):
        mutator.kind = kind
        for mutate in (*mutator.gentle, *mutator.rough):
            assert isinstance(mutate(data), bytes)


@pytest.mark.parametrize("name", ["punycode", "idna", "undefined", "hsift_jis", "hex", "rot13"])
def test_a_codec_that_raises_something_else_is_a_reason_to_skip(name):
    value = Reader.decode("m.py", f"# coding: {name}\nx = '\xe9@-'\n".encode())
    assert isinstance(value, Skipped)
