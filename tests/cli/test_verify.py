"""`thea correct --verify`: what breaks a test or brings in a type error is found and left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(os.name != "posix", reason="copies of the tree are proved on POSIX"),
]

UNITTEST = f"{sys.executable} -m unittest -q"
HANDLERS = {3: "csv", 11: "xml", 17: "yaml"}  # modules whose unused import does something
TESTS = """\
import importlib
import unittest

from app.registry import NAMES

MODULES = [importlib.import_module(f"app.m{n}") for n in range(20)]


class Handlers(unittest.TestCase):
    def test_csv(self):
        self.assertIn("csv", NAMES)

    def test_xml(self):
        self.assertIn("xml", NAMES)

    def test_yaml(self):
        self.assertIn("yaml", NAMES)

    def test_answer(self):
        self.assertEqual(MODULES[0].f0(), "answer 0 0")
"""


class Project:
    """A folder with sources and tests, and `thea` with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.env = {
            **os.environ,
            "HOME": str(folder / "home"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "TMPDIR": str(folder / "tmp"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def put(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def commit(self) -> None:
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
        for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all")):
            subprocess.run([*git, *arguments], cwd=self.root, env=self.env, check=True)

    def thea(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "thea_cli", *arguments],
            cwd=self.root,
            env=self.env,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def corrections(self, *arguments: str) -> list[dict[str, object]]:
        out = self.thea("correct", "--output-format", "json", "-q", *arguments)
        return [one for file in json.loads(out)["files"] for one in file["corrections"]]


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def two_hundred() -> dict[str, str]:
    """Twenty modules with two hundred harmless-looking faults, three of which are none."""
    files = {"app/__init__.py": "", "app/registry.py": "NAMES = set()\n", "test_app.py": TESTS}
    files["app/handlers/__init__.py"] = ""
    for name in HANDLERS.values():
        files[f"app/handlers/{name}_handler.py"] = (
            f'from app.registry import NAMES\n\nNAMES.add("{name}")\n'
        )
    for number in range(20):
        text = ""
        if number in HANDLERS:
            text = f"import app.handlers.{HANDLERS[number]}_handler\n\n\n"
        functions = range(9 if number in HANDLERS else 10)
        files[f"app/m{number}.py"] = text + "\n\n".join(
            f'def f{f}():\n    return f"answer {number} {f}"\n' for f in functions
        )
    return files


@pytest.mark.slow
def test_exactly_the_three_of_two_hundred_that_break_tests_are_left_out(project):
    project.put(two_hundred())
    project.commit()
    log = project.temporary / "runs"
    command = f"echo x >> {log}; {UNITTEST}"

    out = project.thea("correct", "--unsafe-fixes", "--test-command", command)

    assert "197 corrections" in out
    for name in HANDLERS.values():
        assert f"test_{name} (test_app.Handlers" in out
    for number, name in HANDLERS.items():
        assert f"import app.handlers.{name}_handler" in project.read(f"app/m{number}.py")
    assert len(log.read_text().splitlines()) <= 40
    log.unlink()
    assert not list(project.temporary.iterdir())  # no copy is left

    again = project.thea("correct", "--unsafe-fixes")  # without a proof, what is guilty stays out
    assert "Corrected" not in again
    assert "rejected" in project.thea("stats", "--format", "json")


def test_tests_that_fail_already_blame_nobody_and_new_failures_do(project):
    project.put({
        "m.py": 'import sys\n\n\ndef f():\n    return f"x"\n\n\ndef g():\n    return f"y"\n',
        "test_m.py": "import inspect\nimport unittest\n\nimport m\n\n\n"
        "class T(unittest.TestCase):\n"
        "    def test_old(self):\n        self.fail()\n\n"
        "    def test_source(self):\n        self.assertIn('f\"x\"', inspect.getsource(m.f))\n",
    })  # fmt: skip
    out = project.thea("correct", "--test-command", UNITTEST)

    assert "test_source" in out
    assert "test_old" not in out
    assert 'return f"x"' in project.read("m.py")
    assert 'return "y"' in project.read("m.py")


def test_a_command_that_fails_by_itself_and_names_nothing_ends_the_run(project):
    source = 'def f():\n    return f"x"\n'
    project.put({"m.py": source})
    out = project.thea("correct", "--test-command", "exit 3", code=2)
    assert "status 3" in out
    assert project.read("m.py") == source
    assert "cannot be run" in project.thea("correct", "--test-command", "no-such-program", code=2)
    assert not list(project.temporary.iterdir())


def test_tests_run_on_a_copy_and_leave_nothing_in_the_tree(project):
    project.put({"m.py": 'def f():\n    return f"x"\n', ".gitignore": "*.log\n", "a.log": "kept"})
    project.commit()
    before = {path.name for path in project.root.iterdir()}

    project.thea("correct", "--test-command", "echo x > dropped; test ! -e a.log; git status")
    assert {path.name for path in project.root.iterdir()} - {".thea"} == before


def test_a_repair_is_the_ground_that_others_are_proved_on(project):
    project.put({
        "m.py": "def f(:\n    return 1\n",
        "n.py": 'import m\n\n\ndef g():\n    return f"{m.f()}", f"y"\n',
        "test_n.py": "import unittest\n\nimport n\n\n\n"
        "class T(unittest.TestCase):\n    def test_g(self):\n        n.g()\n",
    })  # fmt: skip
    project.thea("correct", "--test-command", UNITTEST, "--min-confidence", "0.3")
    assert project.read("m.py") == "def f():\n    return 1\n"
    assert '"y"' in project.read("n.py")


def test_out_of_budget_what_is_not_proven_stays_a_suggestion(project):
    project.put({"m.py": 'def f():\n    return f"x"\n'})
    command = "if grep -q 'f\"x\"' m.py; then exit 0; fi; sleep 30"
    out = project.thea("correct", "--test-command", command, "--verify-budget", "1s")
    assert "not proven" in out
    assert 'f"x"' in project.read("m.py")


def test_a_check_tells_what_a_proven_run_would_write(project):
    project.put(two_hundred())
    found = project.corrections(
        "--check", "--exit-zero", "--unsafe-fixes", "--test-command", UNITTEST
    )
    assert sorted(one["state"] for one in found) == ["applied"] * 197 + ["rejected"] * 3
    assert "f0():\n    return f" in project.read("app/m0.py")


def test_a_new_type_error_is_left_out(project):
    project.put({
        "mypy.ini": "[mypy]\nstrict = True\n",
        "m.py": "def f(x: list[int] = []) -> int:\n    return len(x) + 'a'\n",
    })  # fmt: skip
    chosen = ("correct", "--select", "ruff/B006", "--unsafe-fixes")
    out = project.thea(*chosen, "--verify", "types", "--trust")
    assert "mypy: m.py: Incompatible default" in out
    assert project.read("m.py").startswith("def f(x: list[int] = [])")
    assert "--trust" in project.thea(*chosen, "--verify", "types", code=2)


def test_what_is_asked_must_be_possible(project):
    project.put({"m.py": "x = 1\n", "thea.toml": 'test-command = "touch ran"\nverify = "tests"\n'})
    out = project.thea("correct")
    assert "test-command does not count" in out
    assert not (project.root / "ran").exists()
    assert "--test-command" in project.thea("correct", "--verify", "tests", code=2)
    assert "verify" in project.thea("correct", "--verify", "proof", code=2)
    assert "10m" in project.thea("correct", "--verify-budget", "soon", code=2)


def test_below_lint_nothing_is_asked_of_linters(project):
    project.put({"m.py": "x = 1\nprint(f'a')\n"})
    project.thea("correct", "--verify", "parse")
    assert project.read("m.py") == "x = 1\nprint('a')\n"


def test_a_type_checker_with_its_plugins_needs_trust(project):
    sprung = project.temporary / "sprung"
    project.put({
        "mypy.ini": "[mypy]\nplugins = trap.py\n",
        "trap.py": f"open({str(sprung)!r}, 'w')\n\n\ndef plugin(version):\n    return None\n",
        "m.py": "print(f'a')\n",
    })  # fmt: skip
    project.thea("correct", "--check", "--exit-zero", "--test-command", "true")
    project.thea("correct", "--check", "--verify", "types", code=2)
    assert not sprung.exists()
    project.thea("correct", "--check", "--exit-zero", "--verify", "types", "--trust", code=2)
    assert sprung.exists()


def test_a_correction_that_makes_a_test_vanish_is_left_out_though_all_others_pass(project):
    project.put({
        "shared.py": "def test_shared():\n    pass\n",
        "test_m.py": "from shared import test_shared\n\n\ndef test_m():\n    print(f'x')\n",
    })  # fmt: skip
    pytest_here = f"PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {sys.executable} -m pytest -q"
    out = project.thea("correct", "--unsafe-fixes", "--test-command", pytest_here)
    assert "ruff/F401 breaks test_m.py::test_shared (no longer run)" in out
    assert project.read("test_m.py").startswith("from shared import test_shared\n")
    assert "print('x')" in project.read("test_m.py")
