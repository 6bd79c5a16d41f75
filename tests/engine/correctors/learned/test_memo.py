"""What was read of a file is not read again, and what is found stays the same to the last bit."""

from __future__ import annotations

import asyncio
import hashlib
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.correctors.learned.corrector import LearnedCorrector
from thea_code_system.languages.registry import Languages
from thea_code_system.models.hardware import Hardware
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.models.windows import WINDOW
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

pytestmark = pytest.mark.torch

EVERYTHING = ProjectContext("/", Settings(min_confidence=0.0))
USUAL = ProjectContext("/")


class Search:
    """One search of a file by a corrector that was made for it."""

    def __init__(self, folder):
        self.shelf = ModelShelf(folder and str(folder))

    async def __call__(self, text, memo=b"", context=EVERYTHING):
        corrector = LearnedCorrector(self.shelf)
        (found,) = await corrector.propose([SourceFile("a.py", text, memo=memo)], context)
        self.memo = self.shelf.remembered().get("a.py")
        self.tokens = self.shelf.measured().summary()["counters"].get("model/tokens", 0)
        return found


@pytest.fixture
def search(untaught_model, one_thread):
    return Search(untaught_model)


@pytest.fixture(scope="module")
def shipped():
    return Search(None)


async def test_an_unchanged_file_is_not_read(search, many_functions):
    module = many_functions(30)
    before = await search(module.text)
    assert before
    assert search.tokens > 10 * WINDOW
    memo = search.memo
    assert await search(module.text, memo) == before
    assert (search.tokens, search.memo) == (0, memo)


async def test_editing_one_function_of_a_large_file_costs_one_function(search, many_functions):
    module = many_functions(60)
    await search(module.text, context=USUAL)
    whole, memo = search.tokens, search.memo
    assert whole > 20 * WINDOW
    costs = []
    for number in range(4):
        await search(module.edit("insert", 7 + 13 * number), memo, USUAL)
        costs.append(search.tokens)
        memo = search.memo
    assert max(costs) <= 10 * WINDOW
    assert sum(costs) <= 4 * 5 * WINDOW, "what it lies in, and where its names are counted"


async def test_with_the_model_of_thea_what_is_known_is_what_would_be_read(shipped, many_functions):
    module = many_functions(16)
    await shipped(module.text)
    memo = shipped.memo
    for number, what in enumerate(("insert", "head", "remove")):
        text = module.edit(what, 5 * number)
        found = await shipped(text, memo)
        known, memo = shipped.tokens, shipped.memo
        assert found == await shipped(text, None)
        assert known < shipped.tokens


async def test_short_files_and_runs_without_a_cache_remember_nothing(search, many_functions):
    assert await search(many_functions(2).text) is not None
    assert search.memo is None
    await search(many_functions(30).text, None)
    assert search.memo is None


async def test_other_weights_another_processor_or_other_code_know_nothing(
    search, untaught_model, tmp_path, monkeypatch, hand_made, many_functions
):
    import torch

    text = many_functions(30).text
    await search(text, b"", USUAL)
    whole, memo = search.tokens, search.memo
    copy = Search(shutil.copytree(untaught_model, tmp_path / "copy"))
    await copy(text, memo, USUAL)
    assert copy.tokens == 0, "the same weights in another folder"
    other = Search(hand_made({"width": "height"}).save(tmp_path / "other"))
    await other(text, memo, USUAL)
    assert other.tokens >= whole
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "another")
    await search(text, memo, USUAL)
    assert search.tokens == whole


async def test_nothing_is_remembered_where_the_last_bits_may_differ(
    search, monkeypatch, many_functions
):
    monkeypatch.setattr(Hardware, "chosen", lambda device: Hardware("cpu", half=True))
    await search(many_functions(30).text)
    assert search.memo is None


@pytest.fixture(scope="module")
def searched(untaught_model, one_thread, many_functions):
    """A search, a text, what was found in it and what is remembered of it."""
    search, text = Search(untaught_model), many_functions(6).text
    return search, text, asyncio.run(search(text)), search.memo


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_whatever_bytes_are_given_as_a_memo_cost_a_reading_at_most(data, searched):
    search, text, found, good = searched
    kind = data.draw(st.sampled_from(["any", "cut", "changed", "forged"]))
    place = data.draw(st.integers(0, len(good) - 1))
    if kind == "any":
        memo = data.draw(st.binary(max_size=200))
    elif kind == "cut":
        memo = good[:place]
    else:
        memo = bytearray(good)
        memo[place] ^= data.draw(st.integers(1, 255))
        if kind == "forged":  # by somebody who knows how it is made
            memo[:16] = hashlib.blake2b(memo[16:], digest_size=16).digest()
    again = asyncio.run(search(text, bytes(memo)))
    if kind != "forged":
        assert again == found


@pytest.mark.parametrize("threads", [1, 2])
def test_a_window_says_the_same_whatever_it_is_read_with(threads, shipped, many_functions):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        model = shipped.shelf.model()
        text = many_functions(16).text
        opinion = model.opinion(text, Languages().named("python"), None)
        wanted = [(opinion.reading, span) for span in opinion.windows.spans]
        together = model.spans([*wanted, (opinion.reading, (0, 40))])
        for one, other in zip(wanted, together, strict=False):
            (alone,) = model.spans([one])
            for table in ("edits", "inserts", "vectors"):
                assert torch.equal(getattr(alone, table), getattr(other, table))
    finally:
        torch.set_num_threads(before)
