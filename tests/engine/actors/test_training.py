"""Cases go through the real correction path, in this process."""

from __future__ import annotations

import json

import pytest

from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.actors.core.training_actor import TrainingActor
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import UsageError
from thea_code_system.values.evaluation import EvaluationJob
from thea_code_system.values.patch import Patch
from thea_code_system.values.report import Job, Mode
from thea_code_system.wrappers import create_actor

pytest.importorskip("torch")

COLON = {"language": "python", "kind": "colon", "broken": "if a\n    b()\n"}
COLON["fixed"] = "if a:\n    b()\n"
UNUSED = {"language": "python", "kind": "unused", "broken": "import os\nimport re\n\nre.X\n"}
UNUSED["fixed"] = "import re\n\nre.X\n"
WHOLE = {"language": "javascript", "kind": "whole", "broken": "f(a);\n", "fixed": "f(b);\n"}


@pytest.fixture
def evaluate(tmp_path):
    async def once(*cases, job=None, **settings):
        path = tmp_path / "cases.jsonl"
        rows = (json.dumps({"id": f"c{n}", **case}) for n, case in enumerate(cases))
        path.write_text("".join(f"{row}\n" for row in rows))
        config = ProductionConfig(root=str(tmp_path), workers=1, **settings)
        actor = create_actor(TrainingActor, config, inline=True)
        try:
            asked = EvaluationJob(str(path), **(job or {}))
            found = {one.id: one async for one in actor.evaluate(asked)}
            assert await actor.expected() == len(found)
            return found, await actor.evaluation()
        finally:
            await actor.shutdown()

    return once


async def test_at_least_the_best_five_repairs_are_offered_best_first(evaluate):
    found, report = await evaluate(COLON)
    first, *others = found["c0"].candidates
    assert (first.output, first.rules, first.safety) == (
        COLON["fixed"], ("syntax/missing-colon",), "SAFE",
    )  # fmt: skip
    assert others
    assert (report.kinds[0].exact, report.scored, report.placement) == (1.0, 1, "inline")
    found, _ = await evaluate({**COLON, "broken": "def f(a b):\n    return a\n"})
    confidences = [one.confidence for one in found["c0"].candidates]
    assert len(confidences) >= 5
    assert confidences == sorted(confidences, reverse=True)


async def test_the_candidates_are_those_that_a_check_lists(evaluate, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    text = "def f(a b):\n    return a\n\n\nif a\n    f(a)\n"
    found, _ = await evaluate({**COLON, "broken": text})
    root = tmp_path / "project"
    root.mkdir()
    (root / "case1.py").write_text(text)
    config = ProductionConfig(root=str(root), select=("syntax",), min_confidence=0.0, workers=1)
    actor = create_actor(OrchestrationActor, config, inline=True)
    (outcome,) = [one async for one in actor.run(Job(str(root), (str(root),), Mode.CHECK))]
    await actor.shutdown()
    listed = {(Patch.rewrite(text, one.edits), one.confidence) for one in outcome.corrections}
    assert {(one.output, one.confidence) for one in found["c0"].candidates} == listed


async def test_what_parses_comes_last_and_waits_for_a_family_that_looks_for_bugs(evaluate):
    found, report = await evaluate(WHOLE, COLON)
    assert list(found) == ["c1", "c0"]
    assert not any("syntax" in rule for one in found["c0"].candidates for rule in one.rules)
    assert [row.n for row in report.kinds] == [2, 1, 1]


async def test_selected_families_look_at_every_case(evaluate):
    found, report = await evaluate(UNUSED, COLON, select=("ruff/F401",))
    assert [one.output for one in found["c0"].candidates] == [UNUSED["fixed"]]
    assert found["c1"].candidates == ()
    assert report.kinds[0].exact == 0.5


async def test_raw_scores_are_those_that_calibration_starts_from(evaluate):
    rounded, _ = await evaluate(COLON)
    raw, _ = await evaluate(COLON, job={"raw": True})
    calibrated, score = (one["c0"].candidates[0].confidence for one in (rounded, raw))
    assert round(calibrated, 2) == calibrated
    assert 0 < score <= 1
    assert score != calibrated


async def test_a_text_that_no_file_could_hold_is_a_case_without_an_answer(evaluate):
    odd = {**COLON, "broken": "if a\n    \udc80\n"}
    found, report = await evaluate({**COLON, "broken": "if a\0\n"}, COLON, odd)
    assert (found["c0"].status, found["c0"].reason) == ("skipped", "not text")
    assert (found["c2"].status, found["c2"].reason) == ("skipped", "not text")
    assert (report.kinds[0].n, report.kinds[0].acted) == (3, 1)


async def test_a_declared_encoding_does_not_move_the_edits(evaluate):
    text = "# coding: latin-1\nname = 'é'\nif name\n    go()\n"
    fixed = text.replace("name\n  ", "name:\n  ")
    found, _ = await evaluate({**COLON, "broken": text, "fixed": fixed})
    assert found["c0"].candidates[0].output == fixed


async def test_a_case_that_ran_out_of_time_is_told(evaluate):
    _, report = await evaluate(COLON, {**COLON, "broken": "(" * 60}, syntax_seconds=1e-9)
    assert any("2 cases ran out of time" in words and "c0" in words for words in report.warnings)


async def test_more_cases_than_a_call_holds_come_back_in_order(evaluate):
    cases = [{**COLON, "broken": f"if a{n}\n    b()\n"} for n in range(19)]
    found, _ = await evaluate(*cases, job={"limit": 18})
    assert list(found) == [f"c{n}" for n in range(18)]


async def test_an_unknown_family_is_refused_before_anything_is_done(evaluate):
    with pytest.raises(UsageError, match="there is no rule cooking"):
        await evaluate(COLON, select=("cooking",))
