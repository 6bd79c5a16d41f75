"""What a later commit holds was kept: `thea stats` and `thea learn --calibrate` count it."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.torch

UNUSED = b'"""About."""\n\nimport os\nimport sys\n\nprint(sys.argv)\n'


@pytest.fixture
def tree(tree):
    tree.git("config", "user.name", "Ada")
    tree.git("config", "user.email", "ada@example.org")
    tree.put(a=UNUSED, b=UNUSED)
    commit(tree, "first")
    return tree


def commit(tree, message="mine"):
    tree.git("add", "src")
    tree.git("commit", "-q", "--allow-empty", "-m", message)


def acceptance(tree):
    return json.loads(tree.thea("stats", "--format", "json")[0])["acceptance"]


@pytest.mark.slow
def test_what_the_user_commits_is_kept_raises_the_posterior_and_is_written(tree):
    tree.correct()
    assert acceptance(tree) == [], "what is not committed says nothing"
    out, _ = tree.thea("stats", "--calibration")
    assert "Nothing has been judged here yet" in out
    assert "a later commit holds" in out
    commit(tree)
    (said,) = acceptance(tree)
    assert (said["code"], said["kept"], said["refused"]) == ("ruff/F401", 2, 0)
    (ruff,) = json.loads(tree.thea("stats", "--calibration", "--format", "json")[0])["families"]
    assert ruff["sources"] == {"commit": 2}
    assert ruff["whole"]["posterior"] > ruff["whole"]["predicted"]
    commit(tree, "another")
    assert acceptance(tree) == [said], "it is counted once"
    tree.thea("learn", "--calibrate")
    text = (tree.root / "thea-calibration.toml").read_text()
    assert "# 2 of 2 kept, 0.84 predicted" in text


@pytest.mark.slow
def test_what_was_changed_before_it_was_committed_says_nothing(tree):
    tree.correct()
    tree.put(a=UNUSED, b=UNUSED.replace(b"import os\n", b"import io\n"))
    commit(tree)
    assert acceptance(tree) == []
    _, err = tree.correct("--check", code=1)
    assert "Would correct 2 files" in err, "it is no refusal either"


@pytest.mark.slow
def test_what_is_undone_afterwards_is_refused(tree):
    tree.correct()
    commit(tree)
    assert acceptance(tree)[0]["kept"] == 2
    tree.thea("undo", "--file", "src/a.py")
    (said,) = acceptance(tree)
    assert (said["kept"], said["refused"]) == (1, 1)
    tree.thea("undo")
    (said,) = acceptance(tree)
    assert (said["kept"], said["refused"]) == (0, 1), "undo of a run takes back what it said"


def test_commits_of_thea_are_no_evidence_and_the_next_one_is(tree):
    tree.correct("--commit-per", "rule", "--blame-ignore-revs")
    assert acceptance(tree) == []
    assert tree.git("log", "-1", "--format=%s").startswith("Leave the commits of Thea")
    commit(tree)
    tree.thea("learn", "--calibrate")
    assert "# 2 of 2 kept" in (tree.root / "thea-calibration.toml").read_text()
