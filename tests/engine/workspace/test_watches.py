"""A tree that the kernel watches holds exactly as long as it would by its stamps."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.values.workspace import Manifest, Stamp
from thea_code_system.workspace.walking import Walker, WalkOptions
from thea_code_system.workspace.watches import TreeWatcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
OPTIONS = WalkOptions((".py",), exclude=(".git",))
FILES = 600
NUMBERS = st.integers(0, FILES - 1)


@pytest.fixture
def tree(tmp_path):
    """A project in a folder of its own, which may be moved away."""
    root = tmp_path / "home" / "project"
    for number in range(FILES):
        path = root / f"package{number % 7}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"x = {number}\n")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def settled(tree):
    """The manifest of a tree that was not written within the clock's tick."""
    time.sleep(0.03)
    manifest = Walker(str(tree), OPTIONS).survey([str(tree)]).manifest
    assert manifest is not None
    return manifest


@pytest.fixture
def watched(tree):
    """A manifest and its watch."""
    yield from watching(settled(tree))


def watching(manifest):
    watch = TreeWatcher().watch(manifest)
    assert watch is not None
    yield manifest, watch
    os.close(watch.descriptor)


def mapped(path):
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as pages:
        pages[0:1] = b"y"


def replaced(tree):
    """Another tree in the place of this one, moved there with the folder above."""
    above = tree.parent
    other = above.with_name("other")
    (other / tree.name).mkdir(parents=True)
    above.rename(above.with_name("gone"))
    other.rename(above)


CHANGES = {
    "write": lambda tree: (tree / "package1/module1.py").write_text("x = 0\n"),
    "append": lambda tree: (tree / "package1/module1.py").open("a").write("#"),
    "memory": lambda tree: mapped(tree / "package1/module1.py"),
    "truncate": lambda tree: os.truncate(tree / "package1/module1.py", 0),
    "replace": lambda tree: (tree / "package1/module1.py").replace(tree / "package2/module2.py"),
    "times": lambda tree: os.utime(tree / "package1/module1.py", (1, 1)),
    "mode": lambda tree: (tree / "package1/module1.py").chmod(0o600),
    "new": lambda tree: (tree / "package3/new.py").touch(),
    "folder": lambda tree: (tree / "package3/new").mkdir(),
    "gone": lambda tree: (tree / "package3/module3.py").unlink(),
    "moved": lambda tree: (tree / "package3").rename(tree / "package8"),
    "ignored": lambda tree: (tree / ".gitignore").write_text("package1/"),
    "excluded": lambda tree: (tree / ".git/info/exclude").write_text("package1/"),
    "root": lambda tree: tree.rename(tree.with_name("elsewhere")),
    "replaced": replaced,
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_missed(tree, watched, change):
    manifest, watch = watched
    assert watch.holds()
    CHANGES[change](tree)
    assert not manifest.holds()
    assert not watch.holds()


def test_what_was_read_has_not_changed(tree, watched):
    for path in tree.rglob("*.py"):
        path.read_bytes()
    (tree / ".git/index.lock").touch()  # as git does all the time
    _, watch = watched
    assert watch.is_silent()
    assert watch.holds()


def test_a_file_is_written_by_another_of_its_names(tree):
    elsewhere = tree.parent / "twin.py"
    os.link(tree / "package1/module1.py", elsewhere)
    for _, watch in watching(settled(tree)):
        elsewhere.write_text("x = 0\n")
        assert not watch.holds()


def test_a_tree_that_has_changed_before_it_was_watched_is_not(tree):
    manifest = settled(tree)
    (tree / "package1/module1.py").write_text("x = 0\n")
    assert TreeWatcher().watch(manifest) is None


STEPS = {
    "write": lambda path: path.write_text("x"),
    "chmod": lambda path: path.chmod(0o600),
    "unlink": lambda path: path.unlink(),
    "rename": lambda path: path.rename(path.with_name("renamed")),
    "utime": lambda path: os.utime(path, ns=(1, 1)),
    "read": lambda path: path.read_bytes(),
    "create": None,
}


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from([*STEPS]), NUMBERS), max_size=4))
def test_it_never_holds_where_the_stamps_do_not(tmp_path_factory, steps):
    root = tmp_path_factory.mktemp("random") / "project"
    root.mkdir()
    paths = [root / f"{number}.py" for number in range(FILES)]
    for path in paths:
        path.touch()
    stamps = {str(path): Stamp.of(path.stat()) for path in (root, *paths)}
    manifest = Manifest.of(stamps, time.time_ns() + 10**9)
    for known, watch in watching(manifest):
        for step, number in steps:
            path = root / f"{number}.py"
            if step == "create":
                (root / f"new{number}").touch()
            elif path.exists():
                STEPS[step](path)
        assert known.holds() or not watch.holds()
        if all(step == "read" for step, _ in steps):
            assert watch.holds()
