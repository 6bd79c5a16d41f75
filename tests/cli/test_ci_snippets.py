"""The CI steps that we offer do what they say: their own lines run here, on real repositories."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "def total(prices)\n    return sum(prices)\n"
HEALTHY = "def total(prices):\n    return sum(prices)\n"
INSTALLS = "pip install"

pytestmark = pytest.mark.torch


def loaded(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def composite_lines():
    action = loaded("action.yml")
    defaults = {
        f"${{{{ inputs.{name} }}}}": item["default"] for name, item in action["inputs"].items()
    }
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash", "a composite step must name its shell"
        given = {"THEA_SOURCE": str(ROOT)} | {
            name: defaults[value]
            for name, value in step["env"].items()
            if not value.endswith("action_path }}")
        }
        yield step["run"], given


def github_lines():
    job = loaded("configs/ci/github.yml")["jobs"]["thea"]
    yield from ((step["run"], job["env"]) for step in job["steps"] if "run" in step)


def gitlab_lines():
    job = loaded("configs/ci/gitlab.yml")["thea"]
    yield from ((line, job["variables"]) for line in job["script"])


SNIPPETS = {"action": composite_lines, "github": github_lines, "gitlab": gitlab_lines}


class Job:
    """Runs a snippet's lines in a repository, as a CI does: in order, until one fails."""

    def __init__(self, folder, python):
        self.root = folder / "project"
        self.root.mkdir()
        self.summary = folder / "summary.md"
        self.output = ""
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("THEA_")
        } | {
            "HOME": str(folder),
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "CI": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def holds(self, text):
        (self.root / "till.py").write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "--quiet"], cwd=self.root, check=True)

    def runs(self, lines):
        for line, given in lines:
            done = subprocess.run(
                ["bash", "-eo", "pipefail", "-c", line],
                cwd=self.root,
                env=self.environment | given,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            self.output += done.stdout
            if done.returncode:
                return done.returncode
        return 0


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path, Path(sys.executable))


def without_installation(lines):
    return [(line, given) for line, given in lines if INSTALLS not in line]


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_healthy_repository_passes(job, name):
    job.holds(HEALTHY)
    assert job.runs(without_installation(SNIPPETS[name]())) == 0, job.output


@pytest.mark.parametrize("name", SNIPPETS)
def test_one_fault_fails_the_job_and_is_shown_where_it_is(job, name):
    job.holds(BROKEN)
    assert job.runs(without_installation(SNIPPETS[name]())) == 1, job.output
    assert (job.root / "till.py").read_text(encoding="utf-8") == BROKEN
    assert ("till.py", 1) in set(places(job, name)), job.output


def places(job, name):
    """Yield file and line of what the snippet tells its CI: annotations, or GitLab's report."""
    if name != "gitlab":
        shown = re.findall(r"^::\w+ .*?file=([^,:]+),line=(\d+)", job.output, re.MULTILINE)
        yield from ((file, int(line)) for file, line in shown)
        return
    report = loaded("configs/ci/gitlab.yml")["thea"]["artifacts"]["reports"]["codequality"]
    for issue in json.loads((job.root / report).read_text(encoding="utf-8")):
        yield issue["location"]["path"], issue["location"]["lines"]["begin"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SNIPPETS)
def test_the_installation_step_brings_the_thea_that_the_next_step_runs(tmp_path, name):
    """Requirements come from this environment, Thea itself from pip in an empty one."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (site / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    job = Job(tmp_path, python)
    job.holds(BROKEN)
    lines = [(line, given | {"THEA_SOURCE": str(ROOT)}) for line, given in SNIPPETS[name]()]
    assert job.runs(lines) == 1, job.output
    assert (python.parent / "thea").exists()
