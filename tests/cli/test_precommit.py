"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit on a real git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ".pre-commit-hooks.yaml"
BROKEN = "def total(prices)\n    return sum(prices)\n"
MENDED = "def total(prices):\n    return sum(prices)\n"

pytestmark = pytest.mark.torch


@dataclass(frozen=True)
class Repository:
    """A git repository of a user, in whose environment Thea and pre-commit are on PATH."""

    root: Path
    environment: dict[str, str]

    def run(self, *command):
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def git(self, *arguments):
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit_all(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--message", "Begin")
        return self.git("rev-parse", "HEAD")

    def uses(self, hooks, name):
        """Write a configuration that takes one hook from another repository."""
        revision = hooks.git("rev-parse", "HEAD")
        self.write(
            ".pre-commit-config.yaml",
            f"repos:\n- repo: {hooks.root}\n  rev: {revision}\n  hooks:\n  - id: {name}\n",
        )


@pytest.fixture
def environment(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "THEA_", "XDG_", "PRE_COMMIT", "VIRTUAL_ENV"))
    }
    person = {"NAME": "A user", "EMAIL": "user@example.com"}
    return (
        kept
        | {f"GIT_{role}_{key}": person[key] for role in ("AUTHOR", "COMMITTER") for key in person}
        | {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        }
    )


@pytest.fixture
def project(tmp_path, environment):
    root = tmp_path / "project"
    root.mkdir()
    project = Repository(root, environment)
    project.git("init", "--quiet")
    project.write("shop/clean.py", MENDED)
    return project


@pytest.fixture
def hooks(tmp_path, environment):
    """What a `-system` hook needs of this repository: its hook file."""
    root = tmp_path / "thea"
    root.mkdir()
    hooks = Repository(root, environment)
    hooks.git("init", "--quiet")
    shutil.copy(ROOT / HOOKS, root)
    hooks.commit_all()
    return hooks


def test_a_commit_is_stopped_once_and_passes_with_the_corrected_file(project, hooks):
    broken = project.write("shop/till.py", BROKEN)
    project.uses(hooks, "thea-correct-system")
    project.run("pre-commit", "install")
    project.git("add", "--all")

    first = project.run("git", "commit", "--message", "Add the till")
    assert first.returncode == 1, first.stdout
    assert "files were modified by this hook" in first.stdout
    assert broken.read_text(encoding="utf-8") == MENDED

    project.git("add", "--all")
    second = project.run("git", "commit", "--message", "Add the till")
    assert second.returncode == 0, second.stdout
    assert project.git("show", "HEAD:shop/till.py") == MENDED.strip()
    assert project.git("status", "--short") == ""


def test_the_check_hook_fails_and_changes_nothing(project, hooks):
    broken = project.write("shop/till.py", BROKEN)
    project.uses(hooks, "thea-check-system")
    project.commit_all()

    done = project.run("pre-commit", "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "syntax/missing-colon" in done.stdout
    assert broken.read_text(encoding="utf-8") == BROKEN


def test_files_that_the_project_excludes_are_left_alone_though_pre_commit_names_them(
    project, hooks
):
    broken = project.write("generated/till.py", BROKEN)
    project.write("thea.toml", 'extend-exclude = ["generated"]\n')
    project.uses(hooks, "thea-correct-system")
    project.commit_all()

    done = project.run("pre-commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout
    assert broken.read_text(encoding="utf-8") == BROKEN


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_pre_commit_installs_thea_by_itself(project, tmp_path, environment):
    root = tmp_path / "thea"
    names = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "thea_cli",
            "thea_code_system",
            "*.toml",
            HOOKS,
            "LICENSE",
            "*.md",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    pinned = environment | {"PIP_CONSTRAINT": str(ROOT / "configs" / "constraints.txt")}
    pinned["PATH"] = os.environ["PATH"].replace(f"{Path(sys.executable).parent}{os.pathsep}", "")
    hooks = Repository(root, environment)
    hooks.git("init", "--quiet")
    hooks.commit_all()

    broken = project.write("shop/till.py", BROKEN)
    project.uses(hooks, "thea-correct")
    project.commit_all()
    project = Repository(project.root, pinned)
    done = project.run(sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert done.returncode == 1, done.stdout
    assert broken.read_text(encoding="utf-8") == MENDED, done.stdout
    assert project.run(sys.executable, "-m", "pre_commit", "run", "--all-files").returncode == 0
