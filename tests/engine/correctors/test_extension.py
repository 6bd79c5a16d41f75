"""The worked example of the guide, installed as a user would, and run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.correctors.codes import CodeBook
from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "thea_corrector_example"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The example, copied and installed into a folder of its own, without a network."""
    folder = tmp_path_factory.mktemp("extension")
    copy = folder / "source"
    subprocess.run(["cp", "-r", str(EXAMPLE), str(copy)], check=True)
    target = folder / "site"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--no-index", "--target", str(target), str(copy)], check=True)
    return target


@pytest.fixture
def registry(installed, monkeypatch):
    """Builds registries that see the example."""
    monkeypatch.syspath_prepend(str(installed))

    def build(**settings):
        return CorrectorRegistry(ProjectContext("/nowhere", Settings(**settings)), Toolbox())

    return build


async def test_the_example_runs_beside_the_built_in_families(registry):
    assert "house/forgotten-breakpoint" in [one.name for one in registry().active()]
    [corrector] = registry(select=("house",)).active()
    sources = [SourceFile("m.py", "x = 1\nbreakpoint()\n"), SourceFile("n.py", "x = 1\n")]
    found = await corrector.propose(sources, ProjectContext("/nowhere"))
    assert [[one.rule for one in some] for some in found] == [["house/forgotten-breakpoint"], []]


def test_the_example_can_be_left_out(registry):
    names = [one.name for one in registry(ignore=("house",)).active()]
    assert "house/forgotten-breakpoint" not in names


async def test_the_codes_of_the_example_are_known(registry):
    settings = Settings(select=("house", "house/forgotten-breakpoint"))
    assert await CodeBook(Toolbox()).resolve(settings) == settings


def test_the_examples_own_tests_pass(installed):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(EXAMPLE / "tests"),
    ]
    path = os.pathsep.join([str(installed), str(ROOT)])
    done = subprocess.run(
        [*command, "--rootdir", str(EXAMPLE)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout


def test_the_guide_shows_the_entry_point_that_the_example_has():
    entry = 'house = "thea_corrector_example:ForgottenBreakpoint"'
    assert entry in (EXAMPLE / "pyproject.toml").read_text()
    assert entry in (ROOT / "docs" / "guides" / "extending.md").read_text()


def test_an_extension_that_cannot_be_loaded_is_reported(tmp_path, monkeypatch):
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[thea.correctors]\nbroken = no_such_module:Nothing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = CorrectorRegistry(ProjectContext("/nowhere"), Toolbox())
    assert [one.name for one in registry.active()]
    assert "no_such_module" in registry.unavailable["broken"]
