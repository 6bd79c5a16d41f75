"""When runs look for bugs: for what somebody has just worked on, when asked, within a budget."""

from __future__ import annotations

import os
import subprocess

import pytest

from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.actors.planning import RunPlan
from thea_code_system.config.production import ProductionConfig
from thea_code_system.correctors.selection import Selection
from thea_code_system.values.context import Settings
from thea_code_system.values.correction import State
from thea_code_system.values.report import Job, Mode
from thea_code_system.wrappers import create_actor

pytest.importorskip("torch")
BUG = "def f(first):\n    return first > 2\n"
MENDED = BUG.replace(">", ">=")


@pytest.fixture
def run(tmp_path, monkeypatch, hand_made):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    model = hand_made({">": ">="}).save(tmp_path / "model")

    async def once(mode=Mode.WRITE, job=None, **settings):
        config = ProductionConfig(root=str(root), workers=1, **{"model": model, **settings})
        actor = create_actor(OrchestrationActor, config, inline=True)
        try:
            asked = Job(str(root), (str(root),), mode, **(job or {}))
            outcomes = {one.path: one async for one in actor.run(asked)}
            return outcomes, await actor.report()
        finally:
            await actor.shutdown()

    once.root, once.model = root, tmp_path / "model"
    return once


def learned(outcomes):
    """The paths with suggestions of the family."""
    return sorted(
        path
        for path, outcome in outcomes.items()
        for one in outcome.corrections
        if one.rule == "learned/wrong-operator"
    )


async def test_bugs_are_looked_for_in_recent_work_and_on_demand_only(run):
    (run.root / "a.py").write_text(BUG)
    assert learned((await run(Mode.CHECK))[0]) == []
    assert learned((await run(Mode.CHECK, job={"hook": True}))[0]) == ["a.py"]
    assert learned((await run(Mode.CHECK, select=("learned",)))[0]) == ["a.py"]
    assert learned((await run(Mode.CHECK, extend_select=("learned/wrong-operator",)))[0]) == [
        "a.py"
    ]
    assert learned((await run(Mode.CHECK, extend_select=("learned/negation",)))[0]) == []
    assert learned((await run(Mode.CHECK, job={"hook": True}, ignore=("learned",)))[0]) == []
    assert learned((await run(Mode.CHECK, job={"hook": True}, select=("ruff",)))[0]) == []
    assert learned((await run(Mode.CHECK))[0]) == [], "no outcome of one kind of run is another's"


@pytest.mark.parametrize(
    ("job", "wanted"),
    [
        (Job("", ()), False),
        (Job("", (), Mode.STAGED), True),
        (Job("", (), since="HEAD"), True),
        (Job("", (), files=("a.py",)), False),
        (Job("", (), hook=True), True),
    ],
)
def test_recent_work_is_what_is_staged_changed_or_about_to_be_committed(job, wanted):
    plan = RunPlan(ProductionConfig(), recent_work=job.is_recent_work)
    assert Selection(plan.settings, ["learned"]).of("learned").active is wanted
    assert not plan.search_budget, "there is no limit where somebody waits for few files"


async def test_a_suggestion_is_unsafe_and_no_surer_than_what_was_measured(run):
    (run.root / "a.py").write_text(BUG)
    outcomes, _ = await run(Mode.CHECK, select=("learned",))
    (one,) = outcomes["a.py"].corrections
    assert one.state is State.SUGGESTED
    assert one.confidence <= 0.75
    await run(select=("learned",), unsafe_fixes=True)
    assert (run.root / "a.py").read_text() == BUG
    await run(select=("learned",), unsafe_fixes=True, min_confidence=0.7)
    assert (run.root / "a.py").read_text() == MENDED


async def test_a_budget_reaches_the_latest_commits_and_leaves_the_rest_until_it_changes(run):
    def git(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *who, *arguments], cwd=run.root, check=True, env=env)

    git("init", "-q")
    for name in ("a", "b"):
        (run.root / f"{name}.py").write_text(f"# {name}\n{BUG}")
        git("add", "-A")
        git("commit", "-q", "-m", name)
    tokens = len(f"# a\n{BUG}") // 6 + 1
    outcomes, report = await run(learned_budget=tokens)
    assert learned(outcomes) == ["b.py"]
    (warning,) = report.warnings
    assert warning.startswith("1 file was not searched for bugs: learned-budget")
    outcomes, report = await run(learned_budget=tokens)
    assert learned(outcomes) == ["b.py"]
    assert not report.warnings, "said once"
    (run.root / "a.py").write_text(f"# A\n{BUG}")
    outcomes, report = await run(learned_budget=tokens)
    assert learned(outcomes) == ["a.py", "b.py"]
    assert learned((await run(Mode.CHECK, select=("learned",), learned_budget=1))[0]) == [
        "a.py",
        "b.py",
    ]


async def test_without_a_readable_model_the_others_go_on_and_nothing_is_remembered(run):
    (run.root / "a.py").write_text(f"import os\n{BUG}")
    weights = run.model / "weights.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:40])
    selected = {"extend_select": ("learned",)}
    for _ in range(2):
        outcomes, report = await run(Mode.CHECK, **selected)
        assert "the edit model" in report.unavailable["learned"]
        assert {one.rule for one in outcomes["a.py"].corrections} == {"ruff/F401"}
    weights.write_bytes(data)
    outcomes, report = await run(Mode.CHECK, **selected)
    assert not report.unavailable
    assert learned(outcomes) == ["a.py"]


async def test_other_weights_are_asked_again(run, hand_made):
    (run.root / "a.py").write_text(BUG)
    assert learned((await run(Mode.CHECK, select=("learned",)))[0]) == ["a.py"]
    hand_made({"width": "height"}).save(run.model)
    assert learned((await run(Mode.CHECK, select=("learned",)))[0]) == []


def test_a_code_of_the_family_keeps_the_others_out():
    selection = Selection(Settings(select=("learned/negation",)), ["learned"])
    assert selection.permits(("learned/negation",), "a.py")
    assert not selection.permits(("learned/wrong-operator",), "a.py")
