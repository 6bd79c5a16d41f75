"""`thea correct --changed-lines`: what others wrote is left as it is."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

pytestmark = pytest.mark.torch

OLD = b"import os\nimport re\n\n\ndef old():\n    return 1\n"
NEW = OLD + b'\n\ndef new():\n    return f"x"\n'


@pytest.fixture
def tree(tree):
    tree.put(a=OLD)
    tree.git("add", ".")
    tree.git("commit", "-qm", "old")
    return tree


def states(tree, *arguments, code=0):
    out, _ = tree.correct("--check", "--output-format", "json", *arguments, code=code)
    (file,) = [one for one in json.loads(out)["files"] if one["corrections"]]
    return {one["rules"][0]: (one["state"], one["reason"]) for one in file["corrections"]}


def test_it_needs_to_know_what_the_lines_were(tree):
    _, err = tree.correct("--changed-lines", code=2)
    assert "--changed-lines needs to know what the lines were before" in err
    assert "--staged, or --since REV" in err


def test_lines_that_were_there_before_are_left_alone_and_not_mentioned(tree):
    tree.put(a=NEW)
    _, err = tree.correct("--since", "HEAD", "--changed-lines")
    assert tree.read("a") == NEW.replace(b'f"x"', b'"x"')
    assert "suggestion" not in err
    tree.put(a=NEW)
    reason = "lies outside of the changed lines"
    found = states(tree, "--since", "HEAD", "--changed-lines", code=1)
    assert found["ruff/F541"] == ("applied", "")
    assert found["ruff/F401"] == ("suppressed", reason)


@pytest.mark.slow
def test_what_was_found_under_one_scope_is_not_replayed_under_another(tree):
    tree.put(a=NEW)
    tree.correct("--since", "HEAD", "--changed-lines")
    tree.correct("--since", "HEAD", "--changed-lines")
    assert b"import os" in tree.read("a")
    tree.git("commit", "-qam", "mine")
    tree.put(a=tree.read("a").replace(b"import os\n", b"import os  # mine\n"))
    tree.correct("--since", "HEAD~", "--changed-lines", "--check", code=1)
    tree.correct("--since", "HEAD", "--changed-lines")
    assert tree.read("a").startswith(b"import re\n")
    tree.correct()
    assert b"import" not in tree.read("a")


def test_of_staged_files_the_staged_lines_count(tree):
    tree.put(a=NEW)
    tree.git("add", ".")
    tree.put(a=NEW.replace(b"import os\n", b"import os, sys\n"))
    tree.correct("--staged", "--changed-lines", code=1)
    now = tree.read("a")
    assert b'return "x"' in now
    assert now.startswith(b"import os, sys\nimport re\n")


def test_a_new_file_is_changed_all_over(tree):
    tree.put(b=OLD)
    tree.correct("--since", "HEAD", "--changed-lines")
    assert b"import" not in tree.read("b")
    assert tree.read("a") == OLD


def test_of_deletions_renames_and_submodules_only_what_was_written_is_looked_at(tree, tmp_path):
    inner = tmp_path / "inner"
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    inner.mkdir()
    (inner / "m.py").write_bytes(OLD)
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "inner")):
        subprocess.run(["git", "-C", inner, *command], check=True)
    allowed = ("-c", "protocol.file.allow=always")
    tree.git(*allowed, "submodule", "--quiet", "add", str(inner), "sub")
    tree.put(gone=OLD, shorter=NEW, touched=OLD)
    tree.git("add", ".")
    tree.git("commit", "-qm", "all")
    tree.git("mv", "src/a.py", "src/moved.py")
    tree.put(moved=NEW, shorter=NEW.replace(b"    return 1\n", b"    ...\n"))
    (tree.root / "src/gone.py").unlink()
    (tree.root / "sub/m.py").write_bytes(OLD + b"import json\n")
    os.utime(tree.root / "src/touched.py", (1, 1))
    out, err = tree.correct("--since", "HEAD", "--output-format", "json", "--check", code=1)
    seen = [one["path"] for one in json.loads(out)["files"]]
    assert seen == ["src/moved.py", "src/shorter.py"], err
    tree.correct("--since", "HEAD", "--changed-lines")
    assert tree.read("shorter") == NEW.replace(b"    return 1\n", b"    ...\n")
    assert (tree.root / "sub/m.py").read_bytes() == OLD + b"import json\n"
    assert not (tree.root / "src/gone.py").exists()


def test_a_renamed_file_is_not_new(tree):
    tree.git("mv", "src/a.py", "src/b.py")
    tree.put(b=NEW)
    tree.git("add", ".")
    tree.correct("--staged", "--changed-lines", code=1)
    assert tree.read("b") == NEW.replace(b'f"x"', b'"x"')


def test_an_import_that_a_correction_needs_may_stand_elsewhere(tree):
    before = b'"""Text."""\nimport json\n\nprint(json)\n'
    tree.put(a=before)
    tree.git("commit", "-qam", "json")
    tree.put(a=before + b"exit(1)\n")
    more = ("--select", "ruff/PLR1722", "--unsafe-fixes")
    tree.thea("correct", *more, "--since", "HEAD", "--changed-lines")
    assert tree.read("a") == b'"""Text."""\nimport json\nimport sys\n\nprint(json)\nsys.exit(1)\n'


def test_an_edit_that_reaches_an_old_line_is_a_suggestion(tree):
    before = b"try:\n    print(1)\nexcept OSError:\n    raise\n"
    tree.put(a=before)
    tree.git("commit", "-qam", "try")
    tree.put(a=before.replace(b"raise", b"pass"))
    more = ("--select", "ruff/SIM105", "--unsafe-fixes", "--since", "HEAD", "--changed-lines")
    out, _ = tree.thea("correct", "--check", "--output-format", "json", *more)
    (found,) = json.loads(out)["files"][0]["corrections"]
    assert (found["state"], found["reason"]) == ("suggested", "reaches beyond the changed lines")


def test_a_repair_outside_is_suggested_and_the_file_stays_as_it_is(tree):
    broken = b"def f(:\n    return 1\n\n\n" + b"x = 1\n" * 5
    tree.put(a=broken)
    tree.git("commit", "-qam", "broken")
    mine = broken + b"y = 2\n"
    tree.put(a=mine)
    more = ("correct", "--select", "syntax", "--since", "HEAD", "--min-confidence", "0")
    out, _ = tree.thea(*more, "--changed-lines", "--output-format", "json", code=1)
    assert tree.read("a") == mine
    (file,) = json.loads(out)["files"]
    assert file["status"] == "failed"
    assert {one["state"] for one in file["corrections"]} <= {"suggested", "conflicted"}
    assert "lies outside of the changed lines" in {one["reason"] for one in file["corrections"]}
    tree.thea(*more)
    assert tree.read("a") != mine


def test_a_repair_in_the_changed_lines_is_made(tree):
    tree.put(a=OLD.replace(b"def old():", b"def old()"))
    tree.thea("correct", "--select", "syntax", "--since", "HEAD", "--changed-lines")
    assert tree.read("a") == OLD
