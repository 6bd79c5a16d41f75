"""Whole runs in this process: what a second one does, and what undo of it all gives back."""

from __future__ import annotations

import pytest

from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.config.production import ProductionConfig
from thea_code_system.statistics import RunStatistics
from thea_code_system.values.correction import State
from thea_code_system.values.outcome import Clean, Corrected
from thea_code_system.values.report import Job, Mode
from thea_code_system.wrappers import create_actor

pytest.importorskip("torch")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()

    async def once(mode=Mode.WRITE, **settings):
        config = ProductionConfig(root=str(root), workers=1, **settings)
        actor = create_actor(OrchestrationActor, config, inline=True)
        try:
            outcomes = [one async for one in actor.run(Job(str(root), (str(root),), mode))]
            return outcomes, await actor.report()
        finally:
            await actor.shutdown()

    once.root = root
    return once


async def test_what_a_repaired_file_was_only_suggested_stays_a_suggestion(run):
    broken = "import os\n\n\ndef f(a):\n    if a\n        return 1\n    return 2\n"
    file = run.root / "scripts" / "m.py"
    file.parent.mkdir()
    file.write_text(broken)
    [first], _ = await run(min_confidence=0.5)
    repaired = file.read_text()
    assert isinstance(first, Corrected)
    assert repaired == broken.replace("if a\n", "if a:\n")
    [second], _ = await run(min_confidence=0.5)
    assert isinstance(second, Clean)
    assert file.read_text() == repaired
    assert [(one.rule, one.state) for one in second.corrections] == [("ruff/F401", State.SUGGESTED)]


async def test_check_writes_nothing_and_says_what_a_run_would_write(run):
    file = run.root / "scripts" / "m.py"
    file.parent.mkdir()
    file.write_text("import os\nprint()\n")
    [outcome], report = await run(Mode.CHECK)
    assert isinstance(outcome, Corrected)
    assert file.read_text() == "import os\nprint()\n"
    assert report.run == ""
    [outcome], report = await run()
    assert isinstance(outcome, Corrected)
    assert file.read_text() == "print()\n"
    assert report.files == {"corrected": 1}
    names = {name.partition("-")[0]: plain["healthy"] for name, plain in report.actors.items()}
    assert names == dict.fromkeys(
        ("correction", "OrchestrationActor", "WorkspaceActor", "LedgerActor"), True
    )


async def test_a_run_over_an_unchanged_tree_is_replayed(run):
    (run.root / "a.py").write_text("x = 1\n")
    await run()
    _, report = await run()
    assert report.files == {"clean": 1}


async def test_files_that_the_cache_knows_are_counted_like_those_that_an_actor_looked_at(run):
    for name in ("a", "b", "c"):
        (run.root / f"{name}.py").write_text("import os\nprint()\n")
    _, report = await run(select=("ruff/F541",))
    assert RunStatistics.unpack(report.statistics).summary()["counters"]["files/clean"] == 3
    (run.root / "c.py").write_text("x = 1\n")
    _, report = await run(select=("ruff/F541",))
    assert report.files == {"clean": 3}
    assert RunStatistics.unpack(report.statistics).summary()["counters"]["files/clean"] == 3
