"""`thea review` with answers that are more than yes or no."""

from __future__ import annotations

import json
import sys

import pytest

pytestmark = pytest.mark.torch

MAYBE = b"import os\r\n\r\n\r\ndef f():\r\n    value = 1"
FLAGS = ("--extend-select", "ruff/F841,ruff/F401", "--min-confidence", "0.99")


def corrections(tree):
    (run,) = json.loads(tree.thea("history", "--format", "json")[0])
    files = json.loads(tree.thea("history", run["run"], "--format", "json")[0])["files"]
    return [one for file in files for one in file["corrections"]]


@pytest.fixture
def editor(tmp_path):
    """An editor that turns the first text of a file into the second one."""

    def make(old, new):
        script = tmp_path / "editor.py"
        script.write_text(
            "import pathlib, sys; path = pathlib.Path(sys.argv[-1]);"
            f"path.write_bytes(path.read_bytes().replace({old!r}, {new!r}))"
        )
        return {"VISUAL": f"'{sys.executable}' '{script}'", "EDITOR": "/nowhere"}

    return make


def test_a_applies_all_that_is_left_of_this_rule_and_of_no_other(tree):
    tree.put(a=MAYBE, b=MAYBE, c=MAYBE)
    tree.correct(*FLAGS)
    out, _ = tree.thea("review", stdin=b"n\nn\ny\na\nq\n")
    assert "[4 of 6]" in out
    assert "[5 of 6]" in out
    assert "[6 of 6]" not in out, "it was answered"
    assert "3 applied, 2 turned down" in out
    done = MAYBE.replace(b"value = 1", b"pass")
    assert [tree.read(name) for name in "abc"] == [MAYBE, done.removeprefix(b"import os\r\n"), done]


def test_e_applies_what_the_user_makes_of_a_proposal_as_the_users_own(tree, editor):
    tree.put(a=MAYBE)
    tree.correct("--extend-select", "F841", "--ignore", "F401")
    out, _ = tree.thea("review", stdin=b"e\nq\n", **editor(b"", b""))
    assert "Nothing was edited" in out
    _, err = tree.thea("review", stdin=b"e\nq\n", VISUAL="", EDITOR="/nowhere/vi -w")
    assert "the editor /nowhere/vi -w could not be used" in err
    assert tree.read("a") == MAYBE
    out, _ = tree.thea("review", stdin=b"e\n", **editor(b"pass", b"return 1\n"))
    assert tree.read("a") == MAYBE.replace(b"value = 1", b"return 1")
    assert "1 applied, 0 turned down" in out
    rejected, own = sorted(corrections(tree), key=lambda one: one["rules"], reverse=True)
    assert (own["rules"], own["state"]) == (["review/edit"], "applied")
    assert (rejected["rules"], rejected["state"]) == (["ruff/F841"], "rejected")
    assert own["id"] in rejected["reason"]
    (said,) = json.loads(tree.thea("stats", "--format", "json")[0])["acceptance"]
    assert (said["code"], said["kept"], said["rejected"]) == ("ruff/F841", 0, 1)
    assert "There are no open suggestions" in tree.thea("review")[0]
    tree.thea("undo")
    assert tree.read("a") == MAYBE
