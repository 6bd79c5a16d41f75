"""`thea correct --staged` in repositories of every kind: the index is read, never changed."""

from __future__ import annotations

import json
import subprocess

import pytest

pytestmark = pytest.mark.torch

BEFORE = b"import os\n\n\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"
AFTER = BEFORE.replace(b"import os\n", b"")


@pytest.fixture
def tree(tree):
    tree.put(a=b"print(1)\n", b=b"print(2)\n", c=BEFORE)
    tree.git("add", ".")
    tree.git("commit", "-qm", "first")
    return tree


@pytest.fixture
def staged(tree):
    """Runs, and shows that the index still names the same blobs."""

    def run(*arguments, code=1):
        before = tree.git("ls-files", "-s"), tree.git("diff", "--cached")
        out, err = tree.correct("--staged", *arguments, code=code)
        assert (tree.git("ls-files", "-s"), tree.git("diff", "--cached")) == before
        tree.git("fsck", "--strict")
        return out, err

    return run


def test_what_is_not_staged_stays_as_it_is(tree, staged):
    tree.put(a=BEFORE, b=BEFORE)
    tree.git("add", "src/a.py")
    tree.put(a=BEFORE.replace(b"return 2", b"return f'3'"))
    staged()
    assert tree.read("a") == AFTER.replace(b"return 2", b"return f'3'")
    assert tree.read("b") == BEFORE


def test_where_the_working_tree_differs_nothing_is_written_and_the_place_is_named(tree, staged):
    tree.put(a=BEFORE)
    tree.git("add", "src/a.py")
    mine = b"# mine\n" + BEFORE.replace(b"import os", b"import os as system")
    tree.put(a=mine)
    out, err = staged("--show-suggestions", code=0)
    assert tree.read("a") == mine
    assert "the working tree differs from the index here" in out
    assert "1 correction was not made" in err
    assert "thea review" not in err, "its edits mean nothing in the working tree"
    assert "no open suggestions" in tree.thea("review")[0]


def test_suggestions_are_answered_in_the_working_tree(tree, staged):
    maybe = b"def f():\n    value = 1\n"  # the assignment is an unsafe fix
    tree.put(a=maybe)
    tree.git("add", "src/a.py")
    tree.put(a=b"# mine\n\n\n" + maybe)
    _, err = staged(code=0)
    assert "1 suggestion" in err
    tree.thea("review", stdin=b"y\n")
    assert tree.read("a") == b"# mine\n\n\n" + b"def f():\n    pass\n"


def test_a_renamed_file_is_corrected_under_its_new_name(tree, staged):
    tree.git("mv", "src/c.py", "src/moved.py")
    staged()
    assert tree.read("moved") == AFTER
    assert not (tree.root / "src/c.py").exists()


def test_deleted_files_are_passed_over(tree, staged):
    tree.git("rm", "-q", "src/c.py")
    tree.put(a=BEFORE)
    tree.git("add", "src/a.py")
    staged()
    assert tree.read("a") == AFTER
    assert not (tree.root / "src/c.py").exists()


def test_a_staged_file_that_is_gone_from_the_working_tree_is_named_and_not_made_anew(tree, staged):
    tree.put(a=BEFORE)
    tree.git("add", "src/a.py")
    (tree.root / "src/a.py").unlink()
    out, err = staged("--output-format", "json", code=0)
    (file,) = json.loads(out)["files"]
    assert (file["path"], file["status"]) == ("src/a.py", "skipped")
    assert "1 staged, but no longer in the working tree" in err
    assert not (tree.root / "src/a.py").exists()


def test_a_file_that_is_no_text_in_the_working_tree_is_left_alone(tree, staged):
    tree.put(a=BEFORE)
    tree.git("add", "src/a.py")
    tree.put(a=b"\0\xff")
    _, err = staged(code=0)
    assert "1 not text" in err
    assert tree.read("a") == b"\0\xff"


def test_a_submodule_is_a_project_of_its_own(tree, staged, tmp_path):
    inner = tmp_path / "inner"
    subprocess.run(["git", "init", "-q", inner], check=True)
    (inner / "m.py").write_bytes(BEFORE)
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    for command in (("add", "."), (*identity, "commit", "-qm", "inner")):
        subprocess.run(["git", "-C", inner, *command], check=True)
    allowed = ("-c", "protocol.file.allow=always")
    tree.git(*allowed, "submodule", "--quiet", "add", str(inner), "sub")
    module = tree.root / "sub/m.py"
    module.write_bytes(BEFORE + b"import re\n")
    subprocess.run(["git", "-C", tree.root / "sub", "add", "."], check=True)
    tree.put(a=BEFORE)
    tree.git("add", "src/a.py")
    staged()
    assert tree.read("a") == AFTER
    assert module.read_bytes() == BEFORE + b"import re\n"
    tree.thea("correct", "--select", "ruff/F401", "--staged", "sub", code=1)
    assert module.read_bytes() == AFTER
    tree.git("ls-files", "-s", "sub")


def test_links_and_conflicts_are_passed_over(tree, staged):
    (tree.root / "src/link.py").symlink_to("c.py")
    tree.git("add", "src/link.py")
    for branch, text in (("one", BEFORE), ("two", BEFORE.replace(b"1", b"3"))):
        tree.git("checkout", "-q", "-b", branch, "HEAD" if branch == "one" else "one~")
        tree.put(a=text)
        tree.git("commit", "-qam", branch)
    with pytest.raises(subprocess.CalledProcessError):
        tree.git("merge", "one")
    before = tree.read("a")
    staged(code=0)
    assert tree.read("a") == before
    assert tree.read("c") == BEFORE


@pytest.mark.parametrize("choice", [("--staged",), ("--since", "HEAD")])
def test_paths_on_the_command_line_limit_what_git_names(tree, choice):
    (tree.root / "src/inner").mkdir()
    for path in ("src/inner/m.py", "src/innermost.py"):
        (tree.root / path).write_bytes(BEFORE)
    tree.git("add", ".")
    tree.correct(*choice, "src/inner", code=int(choice == ("--staged",)))
    assert (tree.root / "src/inner/m.py").read_bytes() == AFTER
    assert (tree.root / "src/innermost.py").read_bytes() == BEFORE


def test_without_a_path_everything_staged_counts_from_any_folder(tree):
    tree.put(a=BEFORE)
    tree.git("add", ".")
    (tree.root / "elsewhere").mkdir()
    tree.root = tree.root / "elsewhere"
    tree.correct("--staged", code=1)
    tree.root = tree.root.parent
    assert tree.read("a") == AFTER
