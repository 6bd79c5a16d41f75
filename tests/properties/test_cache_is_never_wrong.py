"""Whatever is edited between runs: with a cache they say to the last bit what they say without."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.config.production import ProductionConfig
from thea_code_system.ledger.codec import OutcomeCodec
from thea_code_system.statistics import RunStatistics
from thea_code_system.values.report import Job, Mode
from thea_code_system.wrappers import create_actor

pytestmark = pytest.mark.torch


class Tree:
    """A project of one module, looked at with the cache and without."""

    def __init__(self, folder, model):
        self.root, self.cache = folder / "project", folder / "cache"
        self.root.mkdir()
        self.file = self.root / "m.py"
        self._settings = {"root": str(self.root), "model": str(model), "min_confidence": 0.0}

    def run(self, **more):
        """What a run says of every file, and how many tokens the model read for it."""
        return asyncio.run(self._run(**{"workers": 1, "cache_dir": str(self.cache), **more}))

    async def _run(self, **more):
        config = ProductionConfig(**self._settings, select=("ruff", "learned"), **more)
        actor = create_actor(OrchestrationActor, config, inline=True)
        try:
            job = Job(str(self.root), (str(self.root),), Mode.CHECK)
            outcomes = [OutcomeCodec().dumps(one) async for one in actor.run(job)]
            statistics = RunStatistics.unpack((await actor.report()).statistics)
            return outcomes, statistics.summary()["counters"].get("model/tokens", 0)
        finally:
            await actor.shutdown()


@pytest.fixture
def tree(tmp_path, monkeypatch, untaught_model, one_thread):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Tree(tmp_path, untaught_model)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_runs_over_a_file_that_changes_say_the_same_with_a_cache_and_without(
    data, tree, many_functions
):
    module = many_functions(12, seed=data.draw(st.integers(0, 3)))
    tree.file.write_text(module.text)
    tree.run()
    for _ in range(data.draw(st.integers(1, 2))):
        for _ in range(data.draw(st.integers(1, 2))):
            what = data.draw(st.sampled_from(module.EDITS))
            module.edit(what, data.draw(st.integers(0, 50)))
        tree.file.write_text(module.text)
        cached, read = tree.run()
        plain, whole = tree.run(cache=False)
        assert cached == plain
        assert read <= whole


def garbled(database):
    database.execute("UPDATE memo SET value = substr(value, 1, length(value) / 2)")
    database.execute("UPDATE outcome SET value = substr(value, 2)")
    database.execute("UPDATE kept_run SET outcomes = '['")


def of_other_types(database):
    database.execute("UPDATE memo SET value = 'text'")
    database.execute("UPDATE outcome SET value = 7")
    database.execute("UPDATE kept_run SET outcomes = '7', counts = 'x'")


@pytest.mark.parametrize("damage", [garbled, of_other_types])
def test_damaged_values_in_a_cache_cost_what_was_in_them(damage, tree, many_functions):
    tree.file.write_text(many_functions(12).text)
    before, whole = tree.run()
    with sqlite3.connect(tree.cache / "cache.sqlite") as connection:
        damage(connection)
    assert tree.run() == (before, whole)
    assert tree.run() == (before, 0)


def cut(size):
    return lambda data: data[:size]


def overwritten(part):
    def damaged(data):
        start = len(data) * part // 8 // 4096 * 4096
        return data[:start] + b"\xa5" * 8192 + data[start + 8192 :]

    return damaged


@pytest.mark.parametrize(
    "damage", [cut(0), cut(100), cut(5000), *(overwritten(part) for part in range(8))]
)
def test_a_damaged_cache_is_thrown_away(damage, tree, many_functions):
    tree.file.write_text(many_functions(12).text)
    before, _ = tree.run()
    database = tree.cache / "cache.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = database.read_bytes()
    for file in tree.cache.iterdir():
        file.unlink()
    database.write_bytes(damage(data))
    assert tree.run()[0] == before
    assert tree.run()[0] == before
    assert tree.run() == (before, 0)


def test_weights_that_change_are_asked_anew(tree, many_functions, hand_made, tmp_path):
    tree.file.write_text(many_functions(12).text)
    tree.run()
    other = hand_made({"width": "height"}).save(tmp_path / "other")
    tree._settings["model"] = other
    cached, read = tree.run()
    assert (cached, read) == tree.run(cache=False)
