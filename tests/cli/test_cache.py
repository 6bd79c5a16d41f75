"""One cache for all: cold runs, the warm process, workers on Ray, and other machines."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
COLD = [sys.executable, "-m", "thea_cli"]
CLIENT = [sys.executable, "-c", "from thea_cli.client import main; main()"]


class Project:
    """A project of one module whose functions are edited, and a cache that is shared."""

    def __init__(self, folder, module, model):
        self.root, self.cache, self.module = folder / "project", folder / "shared", module
        self.runtime = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))  # a socket's path is short
        own = {"HOME": "home", "XDG_CACHE_HOME": "c", "XDG_STATE_HOME": "s", "XDG_CONFIG_HOME": "g"}
        self.env = {**os.environ, **{name: str(folder / place) for name, place in own.items()}}
        self.env["XDG_RUNTIME_DIR"] = str(self.runtime)
        self.root.mkdir()
        self.options = ("--select", "learned", "--model", str(model), "--min-confidence", "0")
        self.edit("insert", 0)

    def edit(self, what, at):
        (self.root / "m.py").write_text(self.module.edit(what, at))

    def thea(self, *arguments, program=COLD):
        command = [*program, *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=self.env, capture_output=True, check=False, timeout=200
        )
        assert done.returncode in {0, 1}, done.stderr.decode()
        return done.stdout.decode()

    def correct(self, *more, program=COLD):
        """What is found, and how many tokens were read for it."""
        asked = ("--check", "--output-format", "json", *self.options, *more)
        said = json.loads(self.thea("correct", *asked, program=program))
        found = [one["corrections"] for one in said["files"]]
        counters = said.get("statistics", {}).get("counters", {})
        return found, counters.get("model/tokens", 0)


@pytest.fixture
def project(tmp_path, many_functions, untaught_model):
    made = Project(tmp_path, many_functions(30), untaught_model)
    yield made
    shutil.rmtree(made.runtime)


def test_cold_runs_the_warm_process_and_other_machines_share_what_was_read(project, tmp_path):
    shared = ("--cache-dir", str(project.cache))
    _, whole = project.correct(*shared)
    project.thea("cluster", "up", "--idle-timeout", "5m")
    try:
        project.edit("insert", 3)
        found, read = project.correct(*shared, program=CLIENT)
        assert json.loads(project.thea("cluster", "status", "--format", "json"))["served"] == 1
        assert 0 < read < whole / 2
        assert found == project.correct("--no-cache")[0]
    finally:
        project.thea("cluster", "down")
    elsewhere = tmp_path / "elsewhere" / "project"
    project.root = Path(shutil.move(project.root, elsewhere))
    project.edit("insert", 20)
    found, read = project.correct(*shared)
    assert 0 < read < whole / 2
    assert found == project.correct("--no-cache")[0]


@pytest.mark.slow
@pytest.mark.ray
def test_workers_on_ray_know_what_was_read_in_this_process_and_the_other_way_round(project):
    shared = ("--cache-dir", str(project.cache))
    _, whole = project.correct(*shared)
    for more in (("--workers", "2"), ()):
        project.edit("insert", 3)
        found, read = project.correct(*shared, *more)
        assert 0 < read < whole / 2
        assert found == project.correct("--no-cache")[0]
