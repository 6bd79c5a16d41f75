"""A run reads, corrects, writes and yields side by side, a few files at a time."""

from __future__ import annotations

import pytest

from thea_code_system.actors import agenda, run
from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.actors.intake import Intake
from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.outcome import Corrected
from thea_code_system.values.report import Job
from thea_code_system.wrappers import create_actor

FILES, FEW = 192, 16


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Files of different sizes, each with an import too many."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    for number in range(FILES):
        lines = "".join(f"value_{line} = {line}\n" for line in range(number))
        root.joinpath(f"m{number:03}.py").write_text(f"import os\n{lines}")
    return root


@pytest.fixture
def read(monkeypatch):
    """The names of the files that were read to be corrected, with batches of a few files."""
    names, reading = [], Intake.read
    monkeypatch.setattr(agenda, "CHUNK", FEW)
    monkeypatch.setattr(run, "WRITE_BATCH", FEW)

    async def noted(intake, entries):
        names.extend(entry.path for entry in entries)
        return await reading(intake, entries)

    monkeypatch.setattr(Intake, "read", noted)
    return names


async def test_the_first_files_are_written_before_most_are_read_and_the_longest_go_first(
    project, read
):
    settings = {"select": ("ruff/F401",), "min_confidence": 0.5, "cache": False, "workers": 1}
    actor = create_actor(
        OrchestrationActor, ProductionConfig(root=str(project), **settings), inline=True
    )
    ahead, paths = [], []
    async for outcome in actor.run(Job(str(project), (str(project),))):
        assert isinstance(outcome, Corrected)
        assert not project.joinpath(outcome.path).read_text().startswith("import os")
        paths.append(outcome.path)
        ahead.append(len(read) - len(paths))
    await actor.shutdown()
    assert read == [f"m{number:03}.py" for number in reversed(range(FILES))]
    assert sorted(paths) == sorted(read)
    # two batches under way, one taken, one about to go, two ready or being read, two to be written
    assert max(ahead) <= FEW * 8 < FILES
