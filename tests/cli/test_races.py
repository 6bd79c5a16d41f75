"""What somebody else does to a file during a run, and rules that fight: the file stays theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
THEIRS = UNUSED + b"# a thought of mine\r\n"
RACED = """
import os, sys
from pathlib import Path
from thea_cli.app import main
from thea_code_system.workspace.writing import GroupedWriter

sync = GroupedWriter._sync

def raced(staged):
    sync(staged)  # the new bytes lie beside the file: nothing is left but to look and rename
    if staged.name == "raced.py":
        exec(os.environ["DO"], {"path": Path(staged.folder.path, staged.name), "os": os})

GroupedWriter._sync = staticmethod(raced)
main()
"""
FIGHT = '''
"""Two correctors that never agree."""
from thea_code_system.correctors.base import RuleCorrector, Stage
from thea_code_system.values.correction import Edit, Proposal, Safety


class _Swap(RuleCorrector):
    languages = frozenset({"python"})
    stage = Stage.PATTERNS
    safety = Safety.SAFE
    prior = 0.99
    CLEAN = ()
    FIXES = {}
    old = new = ""

    def find(self, source):
        """Every place."""
        at = source.text.find(self.old)
        if at >= 0:
            edits = (Edit(at, at + len(self.old), self.new),)
            yield Proposal((self.name,), "swap", edits, self.safety, self.prior)


class Tea(_Swap):
    """Tea is better."""
    name = "tea/tea"
    old, new = "'coffee'", "'tea'"


class Coffee(_Swap):
    """Coffee is better."""
    name = "coffee/coffee"
    old, new = "'tea'", "'coffee'"
'''
ENTRIES = "[thea.correctors]\ntea = fighters:Tea\ncoffee = fighters:Coffee\n"


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    places = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    env = {**os.environ, **{name: str(tmp_path / name.lower()) for name in places}}

    def thea(*arguments, script=None, **more):
        start = ["-c", script] if script else ["-m", "thea_cli"]
        done = subprocess.run(
            [sys.executable, *start, *arguments], cwd=root, env={**env, **more},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    thea.root = root
    return thea


@pytest.mark.parametrize(
    ("deed", "left"),
    [
        ("path.write_bytes(path.read_bytes() + b'# a thought of mine\\r\\n')", THEIRS),
        (
            "new = path.with_suffix('.new'); new.write_bytes(b'theirs'); os.replace(new, path)",
            b"theirs",
        ),
        ("path.unlink()", None),
    ],
    ids=["written", "replaced", "removed"],
)
def test_what_changes_at_the_last_moment_is_skipped_and_never_overwritten(project, deed, left):
    for name in ("raced.py", "calm.py"):
        (project.root / name).write_bytes(UNUSED)
    asked = ("correct", "--select", "ruff", "--output-format", "json")
    done = project(*asked, script=RACED, DO=deed)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    states = {file["path"]: (file["status"], file["reason"]) for file in report["files"]}
    assert states["raced.py"] == ("skipped", "changed by somebody else during the run")
    assert states["calm.py"][0] == "corrected"
    raced = project.root / "raced.py"
    assert (raced.read_bytes() if raced.exists() else None) == left
    assert (project.root / "calm.py").read_bytes() == FIXED
    assert sorted(path.suffix for path in project.root.iterdir() if path.is_file()) == [
        ".py" for path in project.root.glob("*.py")
    ]
    assert "1 file" in project("undo").stdout
    assert (raced.read_bytes() if raced.exists() else None) == left
    assert (project.root / "calm.py").read_bytes() == UNUSED


def test_rules_that_fight_are_named_and_the_file_is_left_as_it_was(project, tmp_path):
    site = tmp_path / "site"
    info = site / "fighters-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fighters\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    (site / "fighters.py").write_text(FIGHT)
    before = b"drink = 'tea'\r\n"
    (project.root / "drinks.py").write_bytes(before)
    asked = ("correct", "--select", "tea,coffee", "--output-format", "json")
    done = project(*asked, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout)["files"]
    assert file["status"] == "skipped"
    assert file["reason"].startswith("rules that fight: ")
    assert {"coffee/coffee", "tea/tea"} <= set(file["reason"].partition(": ")[2].split(", "))
    assert "applied" not in {one["state"] for one in file["corrections"]}
    assert (project.root / "drinks.py").read_bytes() == before
    assert "1 skipped (1 rules that fight)" in done.stderr
