"""`thea undo` where a file is not any more what Thea made of it."""

from __future__ import annotations

import json
import os

import pytest

pytestmark = pytest.mark.torch

HEAD, REST = b"import os\r\n", b"\r\n\r\ndef f(value):\r\n    return value == 1\r\n"
TAIL = b"\r\n\r\ndef g(value):\r\n    return f'nothing'"
SOURCE = HEAD + REST + TAIL
FIXED = REST + TAIL.replace(b"f'nothing'", b"'nothing'")


def correct(tree):
    tree.put(a=SOURCE)
    tree.thea("correct", "--select", "F401,F541")
    assert tree.read("a") == FIXED


def test_what_the_user_changed_since_stays_and_the_rest_is_taken_back(tree):
    correct(tree)
    tree.put(a=FIXED.replace(b"value == 1", b"value == 2\r\n# more"))
    out, _ = tree.thea("undo", "--dry-run", "--rule", "F401")
    assert out.splitlines()[:6] == [
        "would restore src/a.py", "--- a/src/a.py", "+++ b/src/a.py", "@@ -1,3 +1,4 @@",
        "+import os", " ",
    ]  # fmt: skip
    assert b"import os" not in tree.read("a")
    tree.thea("undo")
    assert tree.read("a") == SOURCE.replace(b"value == 1", b"value == 2\r\n# more")


def test_what_cannot_be_merged_is_named_and_left_and_the_rest_is_taken_back(tree):
    correct(tree)
    mine = FIXED.replace(b"def g(value)", b"def g(it)")
    tree.put(a=mine)
    _, err = tree.thea("undo", code=1)
    assert "src/a.py, ruff/F541" in err
    assert "is left as it is: it has changed since" in err
    assert tree.read("a") == HEAD + mine
    (run,) = json.loads(tree.thea("history", "--format", "json")[0])
    assert run["changed"] == ["src/a.py"]
    out, err = tree.thea("undo", code=1)
    assert f"Nothing of run {run['run']} was taken back" in out
    tree.put(a=HEAD + FIXED)
    tree.thea("undo")
    assert tree.read("a") == SOURCE
    assert "is left to take back" in tree.thea("undo", run["run"])[0]


def test_what_was_taken_back_by_rule_is_not_applied_again(tree):
    correct(tree)
    _, err = tree.thea("undo", "--rule", "spelling", code=2)
    assert "applied nothing that matches rule spelling" in err
    assert "not applied again" in tree.thea("undo", "--rule", "ruff/F4")[0]
    assert tree.read("a") == HEAD + FIXED
    tree.thea("correct", "--select", "F401,F541")
    assert tree.read("a") == HEAD + FIXED


def test_undo_follows_no_link_out_of_the_project(tree):
    """Somebody may have put one there since the run, for a file or for a folder above it."""
    correct(tree)
    outside = tree.root.parent / "outside"
    outside.mkdir()
    (outside / "a.py").write_bytes(FIXED)
    source, folder = tree.root / "src" / "a.py", tree.root / "src"
    source.unlink()
    source.symlink_to(outside / "a.py")
    _, err = tree.thea("undo", code=1)
    assert "src/a.py is left as it is: lies outside of the given paths" in err
    source.unlink()
    folder.rmdir()
    folder.symlink_to(outside)
    _, err = tree.thea("undo", code=1)
    assert "src/a.py is left as it is: lies outside of the given paths" in err
    assert [(file.name, file.read_bytes()) for file in outside.iterdir()] == [("a.py", FIXED)]
    folder.unlink()
    folder.mkdir()
    os.mkfifo(source)
    _, err = tree.thea("undo", code=1)
    assert "src/a.py is left as it is: it no longer exists" in err
