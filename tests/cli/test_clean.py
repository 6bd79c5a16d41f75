"""`thea clean` drops what is old, and never what the last run or an unfinished one needs."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
DAY = 86_400


def source(number):
    """A file that zlib cannot make smaller than 25 kB."""
    return UNUSED + b"# %s\r\n" % random.Random(number).randbytes(25_000).hex().encode()


class Past:
    """Runs of a hundred, fifty and ten days ago, each of which has corrected one file."""

    DAYS = (100, 50, 10)

    def __init__(self, tree, made):
        self.tree = tree
        if not made.exists():
            self.happen()
            shutil.copytree(tree.root.parent, made, symlinks=True)
        shutil.copytree(made, tree.root.parent, symlinks=True, dirs_exist_ok=True)
        runs = json.loads(tree.thea("history", "--format", "json")[0])
        self.runs = [run["run"] for run in reversed(runs)]

    def happen(self):
        for number, days in enumerate(self.DAYS):
            self.tree.put(**{f"f{number}": source(number)})
            self.tree.correct()
            self.sql("UPDATE run SET started = ? WHERE finished > ?", time.time() - days * DAY, 0)
            self.sql("UPDATE run SET finished = 0")

    def sql(self, statement, *values):
        with sqlite3.connect(self.tree.root / ".thea" / "ledger.sqlite") as database:
            rows = database.execute(statement, values).fetchall()
        database.close()
        return rows

    def kept(self):
        """The numbers of the files whose former content is still there."""
        return [
            number
            for number in range(len(self.DAYS))
            if self.sql(
                "SELECT 1 FROM preimage JOIN file ON before = digest WHERE path = ?",
                f"src/f{number}.py",
            )
        ]

    def size(self):
        return sum(file.stat().st_size for file in (self.tree.root / ".thea").glob("ledger*"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Where the past is kept once it has happened: it takes its time."""
    return tmp_path_factory.mktemp("past") / "tree"


@pytest.fixture
def past(tree, made):
    return Past(tree, made)


@pytest.mark.slow
def test_what_is_old_goes_and_undo_says_so(past):
    before = past.size()
    out, _ = past.tree.thea("clean", "--dry-run")
    assert "Would drop the former content of 1 file" in out
    assert past.kept() == [0, 1, 2]
    out, _ = past.tree.thea("clean")
    assert f"cannot take back all of {past.runs[0]} any more" in out
    assert "Freed " in out
    assert past.kept() == [1, 2]
    assert before - past.size() > 22_000
    _, err = past.tree.thea("undo", past.runs[0], code=1)
    assert "src/f0.py is left as it is: its former content is no longer kept" in err
    past.tree.thea("undo", past.runs[1])
    assert past.tree.read("f1") == source(1)
    assert len(json.loads(past.tree.thea("history", "--format", "json")[0])) == 3
    out, _ = past.tree.thea("clean", "--older-than", "52w")
    assert "which no run needs any more" in out, "what was taken back is not wanted again"
    assert past.kept() == [2]


@pytest.mark.slow
def test_the_newest_stay_up_to_a_size_and_the_last_run_and_unfinished_ones_always(past):
    past.tree.thea("clean", "--max-size", "60KB", "--older-than", "52w")
    assert past.kept() == [1, 2]
    past.sql("UPDATE run SET finished = NULL WHERE id = ?", past.runs[1])
    past.tree.thea("clean", "--max-size", "0KB", "--older-than", "0d")
    assert past.kept() == [1, 2]
    past.sql("UPDATE run SET finished = 0")
    past.tree.thea("clean", "--max-size", "0KB", "--older-than", "0d")
    assert past.kept() == [2]
    past.tree.thea("undo")
    assert past.tree.read("f2") == source(2)


@pytest.mark.slow
def test_once_a_day_a_run_that_writes_drops_what_is_beyond_the_settings(past):
    first, second, third = past.runs
    limits = {"THEA_KEEP_DAYS": "30", "THEA_KEEP_SIZE": "70 KB"}
    past.tree.correct(**limits)
    assert past.kept() == [0, 1, 2], "it has written nothing"
    past.sql("UPDATE run SET finished = NULL WHERE id = ?", first)
    past.sql("DELETE FROM meta WHERE key = 'prune after'")
    past.tree.put(new=UNUSED)
    past.tree.correct(**limits)
    assert past.kept() == [0, 2], "what was interrupted can be resumed, and taken back"
    past.sql("UPDATE run SET finished = 0 WHERE id = ?", first)
    past.tree.put(newer=UNUSED)
    past.tree.correct(**limits)
    assert past.kept() == [0, 2], "it was done today"
    _, err = past.tree.thea("undo", second, code=1)
    assert "src/f1.py is left as it is: its former content is no longer kept" in err
    past.tree.thea("undo", third)
    assert past.tree.read("f2") == source(2)
    shown, _ = past.tree.thea("config", "--format", "json", **limits)
    settings = json.loads(shown)["settings"]
    assert (settings["keep-days"]["value"], settings["keep-size"]["value"]) == (30, 70_000)
    out, _ = past.tree.thea("clean", **limits)
    assert "Drop" in out
    assert past.kept() == []


def test_a_project_may_not_shorten_what_can_be_taken_back(past):
    (past.tree.root / "thea.toml").write_text("keep-days = 0\n")
    out, err = past.tree.thea("clean", "--dry-run")
    assert "keep-days does not count" in err
    assert "the former content of 1 file" in out


def test_the_cache_goes_where_it_is_asked_for_and_the_next_run_makes_it_anew(past):
    cache = past.tree.root / ".thea" / "cache.sqlite"
    past.tree.thea("clean")
    assert cache.exists()
    assert "Dropped the cache" in past.tree.thea("clean", "--cache")[0]
    assert not cache.exists()
    past.tree.correct()
    assert cache.exists()


def test_amounts_that_mean_nothing_are_said_and_nothing_is_dropped(tree):
    _, err = tree.thea("clean", "--older-than", "30", code=2)
    assert 'such as "30d"' in err
    _, err = tree.thea("clean", "--max-size", "much", code=2)
    assert "a size is a number of bytes" in err
    assert "There is no run in" in tree.thea("clean")[0]
    assert not (tree.root / ".thea").exists()


def test_a_cache_elsewhere_goes_where_it_is_configured(past):
    elsewhere = past.tree.root.parent / "shared"
    env = {"THEA_CACHE_DIR": str(elsewhere)}
    past.tree.correct(**env)
    assert (elsewhere / "cache.sqlite").exists()
    past.tree.thea("clean", "--cache", **env)
    assert not any(elsewhere.iterdir())
