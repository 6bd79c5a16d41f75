"""`--test-command` together with commits, budgets, scopes, checks, fights, kills and verdicts."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from pathlib import Path

import pytest
import tomli

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(os.name != "posix", reason="copies of the tree are proved on POSIX"),
]

UNITTEST = f"{sys.executable} -m unittest -q src.test_all"
GUILTY = b"import src.plugin\n"  # the import is what registers it
HARMLESS = b"print(f'%s')\n"
FIXED = b"print('%s')\n"
TESTS = b"""\
import unittest

import src.a
from src import registry


class Plugins(unittest.TestCase):
    def test_plugin(self):
        self.assertEqual(registry.NAMES, ["plugin"])
"""


@pytest.fixture
def tree(tree):
    """`a` is broken by its correction, `b` to `e` are not."""
    tree.git("config", "user.name", "Ada")
    tree.git("config", "user.email", "ada@example.org")
    tree.put(a=GUILTY, test_all=TESTS, registry=b"NAMES = []\n")
    tree.put(plugin=b"from src import registry\n\nregistry.NAMES.append('plugin')\n")
    tree.put(**{name: HARMLESS % name.encode() for name in "bcde"})
    tree.git("add", "src")
    tree.git("commit", "-qm", "first")
    return tree


def prove(tree, *arguments, command=UNITTEST, **more):
    return tree.correct("--unsafe-fixes", "--test-command", command, *arguments, **more)


def fixed(tree):
    return [name for name in "abcde" if tree.read(name) == FIXED % name.encode()]


@pytest.mark.slow
@pytest.mark.parametrize("budget", [("--max-files", "2"), ("--max-changed-lines", "3")])
def test_what_tests_turn_down_is_neither_counted_nor_committed_nor_tried_again(tree, budget):
    _, err = prove(tree, *budget, "--commit-per", "file")
    assert "left out: src/a.py: ruff/F401 breaks test_plugin" in err
    assert fixed(tree) == ["b", "c"]
    assert tree.git("log", "--reverse", "--format=%s").splitlines() == [
        "first", "Correct ruff/F541 in src/b.py", "Correct ruff/F541 in src/c.py",
    ]  # fmt: skip
    assert tree.git("status", "--porcelain") == ""
    counters = json.loads(tree.thea("stats", "--format", "json")[0])["rules"]
    assert counters == {"ruff/F401": {"rejected": 1}, "ruff/F541": {"applied": 2}}
    tree.correct("--unsafe-fixes")
    assert fixed(tree) == ["b", "c", "d", "e"]
    assert tree.read("a") == GUILTY


@pytest.mark.parametrize(
    "asked",
    [("--staged", "--changed-lines"), ("--since", "HEAD", "--changed-lines"), ("--diff",)],
    ids=" ".join,
)
def test_tests_prove_what_was_asked_for_and_nothing_else(tree, asked):
    tree.put(a=GUILTY + HARMLESS % b"mine", c=HARMLESS % b"c" + HARMLESS % b"mine")
    tree.git("add", "src")
    before = tree.git("ls-files", "-s"), tree.read("a"), tree.read("c")
    out, err = prove(tree, *asked, code=int("--since" not in asked))
    if "--diff" in asked:
        assert (tree.git("ls-files", "-s"), tree.read("a"), tree.read("c")) == before
        assert "+print('mine')" in out
        assert "-import src.plugin" not in out
        assert "left out: src/a.py: ruff/F401" in err
        return
    assert "Proved on copies of the tree: 2 x tests." in err
    assert tree.git("ls-files", "-s") == before[0]
    assert tree.read("a") == GUILTY + FIXED % b"mine"
    assert tree.read("c") == HARMLESS % b"c" + FIXED % b"mine"
    assert fixed(tree) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_killed_while_it_proves_a_run_is_resumed_proven_committed_and_taken_back(tree, tmp_path):
    mark = tmp_path / "killed"
    thea = "$(ps -o ppid= -p $PPID)"  # whose child started the shell
    dying = f"if test ! -e {mark}; then echo $$ > {mark}; kill -9 {thea}; sleep 600; fi; {UNITTEST}"
    before = {name: tree.read(name) for name in "abcde"}
    prove(tree, "--commit-per", "run", "--max-files", "3", command=dying, code=-9)
    assert {name: tree.read(name) for name in "abcde"} == before
    assert ends(int(mark.read_text())), "the tests of a run that is gone are gone, too"
    _, err = tree.thea("resume")
    assert "left out: src/a.py: ruff/F401" in err
    assert fixed(tree) == ["b", "c", "d"]
    assert tree.git("log", "-1", "--format=%s").strip() == "Correct ruff/F541 in 3 files"
    tree.thea("undo")
    assert {name: tree.read(name) for name in "abcde"} == before


def ends(process, seconds=5.0):
    """Whether a process is gone in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Path(f"/proc/{process}").exists():
            return True
        time.sleep(0.05)
    return False


FIGHT = """\
id: {0}-to-{1}
language: python
rule: {{pattern: {0}($A)}}
fix: {1}($A)
metadata: {{thea: {{safety: safe}}}}
---
"""


@pytest.mark.parametrize("names", [("int", "str"), ("int", "str", "float")], ids=" ".join)
def test_rules_that_fight_are_named_and_what_else_is_found_is_proved(tree, names):
    turns = list(zip(names, (*names[1:], names[0]), strict=True))
    (tree.root / "rules.yml").write_text("".join(FIGHT.format(*turn) for turn in turns))
    (tree.root / "thea.toml").write_text('patterns = ["rules.yml"]\n')
    fought = {"b": b"int(1)\n", "c": b"int(f'2')\n"}
    tree.put(**fought)
    out, err = prove(tree, "--select", "patterns", "--output-format", "json")
    files = {one["path"]: one for one in json.loads(out)["files"]}
    for name, data in fought.items():
        file = files[f"src/{name}.py"]
        assert file["status"] == "skipped"
        told = file["reason"].removeprefix("rules that fight: ").split(", ")
        assert {f"patterns/{one}-to-{other}" for one, other in turns} <= set(told)
        assert "applied" not in {one["state"] for one in file["corrections"]}
        assert tree.read(name) == data
    assert fixed(tree) == ["d", "e"]
    assert "2 rules that fight" in err


@pytest.mark.slow
def test_verdicts_of_tests_and_of_the_user_reach_the_posterior_and_the_calibration(tree):
    tree.put(b=b"import os\n", c=b"import os\n")
    prove(tree)
    tree.thea("undo", "--correction", applied(tree, "src/b.py"))
    (shown,) = json.loads(tree.thea("stats", "--format", "json")[0])["acceptance"]
    assert shown["code"] == "ruff/F401"
    assert (shown["kept"], shown["refused"], shown["rejected"]) == (0, 1, 2)
    assert shown["share"] < 0.8
    assert "ruff/F401" in tree.thea("stats")[0]
    out, _ = tree.thea("learn", "--calibrate")
    assert "commit it" in out
    file = tomli.loads((tree.root / "thea-calibration.toml").read_text())
    assert file["confidence"]["ruff/F401"] == pytest.approx(shown["share"], abs=0.006)


def applied(tree, path):
    """The id of a correction that was applied to a file."""
    with sqlite3.connect(tree.root / ".thea" / "ledger.sqlite") as ledger:
        query = "SELECT id FROM correction WHERE path = ? AND state = 'applied'"
        return ledger.execute(query, (path,)).fetchone()[0]
