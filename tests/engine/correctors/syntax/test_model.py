"""Repairs of broken files with the edit model in view."""

from __future__ import annotations

import json

import pytest

from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.config.production import ProductionConfig
from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.patch import Patch
from thea_code_system.values.report import Job, Mode
from thea_code_system.values.source import SourceFile
from thea_code_system.wrappers import create_actor

pytest.importorskip("torch")
BROKEN = "print(total value)\n"
RANKING = {"odds": 3.0, "worst": 1.0}  # hardly anything but the model counts


@pytest.fixture
def folder(hand_made, tmp_path):
    """A model that misses a full stop before `value`, and knows of nothing else."""

    def make(gaps, ranking=RANKING):
        from thea_code_system.models.ranking import RepairRanker

        saved = tmp_path / f"model{len(list(tmp_path.iterdir()))}"
        hand_made({}, gaps=gaps).save(saved)
        names = (*RepairRanker.REPAIR, *RepairRanker.NONE)
        weights = {**dict.fromkeys(names, 0.0), **ranking}
        (saved / "ranking.json").write_text(json.dumps(weights))
        return saved

    return make


@pytest.fixture
def repairs():
    async def of(text, folder):
        corrector = SyntaxCorrector(shelf=ModelShelf(str(folder)) if folder else None)
        found = await corrector.propose([SourceFile("a.py", text)], ProjectContext("/", Settings()))
        return [Patch.rewrite(text, one.edits) for one in found[0]], corrector

    return of


@pytest.mark.parametrize("mark", [".", ",", "+", "or"])
async def test_what_the_model_would_write_comes_first(folder, repairs, mark):
    texts, _ = await repairs(BROKEN, folder({"value": mark}))
    assert texts[0].replace(" ", "") == f"print(total{mark}value)\n".replace(" ", "")


async def test_two_faults_that_need_one_edit_each_are_mended_together(folder, repairs):
    texts, _ = await repairs("first value\nthird total\n", folder({"value": "=", "total": "="}))
    assert texts[0] == "first = value\nthird = total\n"


async def test_without_a_model_the_same_text_is_repaired_by_the_search(repairs, tmp_path):
    alone, _ = await repairs(BROKEN, None)
    lost, corrector = await repairs(BROKEN, tmp_path / "nowhere")
    assert lost == alone
    assert alone
    assert "nowhere" in corrector.missing["the edit model"].message


async def test_a_run_says_that_the_model_is_missing_and_remembers_nothing(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text("def area(width)\n    return width\n")
    model = folder({})
    weights = model / "weights.safetensors"
    whole = weights.read_bytes()

    async def check():
        config = ProductionConfig(root=str(root), workers=1, model=str(model))
        actor = create_actor(OrchestrationActor, config, inline=True)
        try:
            outcomes = [one async for one in actor.run(Job(str(root), (str(root),), Mode.CHECK))]
            return outcomes, await actor.report()
        finally:
            await actor.shutdown()

    weights.write_bytes(whole[:-8])
    for _ in range(2):
        outcomes, report = await check()
        assert str(model) in report.unavailable["the edit model"]
        assert outcomes[0].corrections
    weights.write_bytes(whole)
    _, report = await check()
    assert not report.unavailable
