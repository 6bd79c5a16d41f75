"""`thea correct --watch` corrects what is saved, and goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.torch
UNUSED = b"import os\n\nprint(1)\n"
FIXED = b"\nprint(1)\n"


class Watcher:
    def __init__(self, tree, *arguments):
        self.tree = tree
        self.log = tree.root.parent / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "thea_cli", "correct", "--watch", *arguments],
                cwd=tree.root, env=tree.env, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def wait(self, true):
        limit = time.monotonic() + 60
        while not true() and time.monotonic() < limit:
            time.sleep(0.05)
        assert true(), self.log.read_text()

    def says(self, words):
        self.wait(lambda: words in self.log.read_text())


@pytest.fixture
def watcher(tree):
    tree.put(first=UNUSED)
    (tree.root / "thea.toml").write_text("exclude = ['src/left*']\n")
    one = Watcher(tree, "--select", "ruff", "src")
    one.says("Watching for changes")
    yield one
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(30) == 130
    assert "Traceback" not in one.log.read_text()


def test_what_is_saved_is_corrected_and_what_is_excluded_is_not(tree, watcher):
    assert tree.read("first") == FIXED
    tree.put(left_alone=UNUSED, second=UNUSED)
    watcher.wait(lambda: tree.read("second") == FIXED)
    tree.put(first=UNUSED)
    watcher.wait(lambda: tree.read("first") == FIXED)
    assert tree.read("left_alone") == UNUSED
    (tree.root / "src" / "first.py").unlink()
    tree.put(second=b"print(2)\n")
    watcher.says("1 file clean")
    assert watcher.process.poll() is None


def test_settings_count_as_soon_as_they_are_saved(tree, watcher):
    tree.put(left=UNUSED)
    settings = tree.root / "thea.toml"
    settings.write_text("exclud")
    watcher.says("thea.toml")
    assert watcher.process.poll() is None
    settings.write_text("")
    watcher.wait(lambda: tree.read("left") == FIXED)


@pytest.mark.parametrize("other", ["--staged", "-", "--commit-per=run", "-o=x"])
def test_what_cannot_be_watched_is_said(tree, other):
    _, err = tree.thea("correct", "--watch", other, code=2)
    assert "--watch looks at files and folders" in err
