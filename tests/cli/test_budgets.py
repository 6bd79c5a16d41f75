"""Budgets: a run that stops in time, finishes whole files and leaves the rest to the next one."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\nimport sys\n\nprint(sys.argv)\n"
FIXED = b"import sys\n\nprint(sys.argv)\n"
MANY = b"import os\nimport re\nimport json\n"
HEALTHY = b"print('fine')\n"


def corrected(tree, *arguments, code=0, cached=()):
    out, err = tree.correct("--output-format", "json", *arguments, *cached, code=code)
    found = json.loads(out)
    by_reason = {}
    for file in found["files"]:
        about = file["status"] if file["status"] != "skipped" else file["reason"]
        by_reason.setdefault(about, []).append(file["path"].removeprefix("src/")[:-3])
    return by_reason, found["statistics"], err


@pytest.fixture
def tree(tree):
    tree.put(a=HEALTHY, b=UNUSED, c=UNUSED, d=HEALTHY, e=UNUSED, f=UNUSED, g=HEALTHY)
    return tree


def test_as_many_files_are_changed_as_were_asked_for_and_the_next_run_goes_on(tree):
    files, statistics, err = corrected(tree, "--max-files", "2")
    assert files == {"clean": ["a"], "corrected": ["b", "c"]} | {
        "not reached: max-files": ["d", "e", "f", "g"]
    }
    assert [tree.read(name) == FIXED for name in "bcef"] == [True, True, False, False]
    assert "4 files were not reached within max-files: the next run takes them up." in err
    assert statistics["files"] == {"clean": 1, "corrected": 2, "skipped": 4}
    assert statistics["counters"]["files/corrected"] == 2
    assert statistics["counters"]["rule/ruff/F401/applied"] == 2
    files, *_ = corrected(tree, "--max-files", "2")
    assert files == {"clean": ["a", "b", "c", "d"], "corrected": ["e", "f"]} | {
        "not reached: max-files": ["g"]
    }
    files, _, err = corrected(tree, "--max-files", "2")
    assert files == {"clean": list("abcdefg")}
    assert "not reached" not in err


def test_what_is_not_reached_is_neither_remembered_nor_forgotten_by_the_cache(tree):
    corrected(tree, "--check", code=1)  # now everything is known
    files, statistics, _ = corrected(tree, "--max-files", "3")
    assert files == {"clean": ["a", "d", "g"], "corrected": ["b", "c", "e"]} | {
        "not reached: max-files": ["f"]
    }
    assert statistics["counters"]["files/corrected"] == 3
    files, *_ = corrected(tree)
    assert files["corrected"] == ["f"]


def test_lines_are_counted_as_a_diff_counts_them_and_the_last_file_is_finished(tree):
    tree.put(b=MANY)
    files, *_ = corrected(tree, "--max-changed-lines", "2")
    assert files["corrected"] == ["b"]
    assert tree.read("b") == b""
    files, *_ = corrected(tree, "--max-changed-lines", "2")
    assert files["corrected"] == ["c", "e"]


@pytest.mark.ray
@pytest.mark.slow
def test_the_same_files_are_changed_on_any_number_of_workers(tree):
    names = [f"m{number:03}" for number in range(80)]
    tree.put(**{name: UNUSED + b"# " + b"x" * int(name[1:]) * 9 for name in names})
    more = ("--check", "--no-cache", "--max-files", "40")
    expected, *_ = corrected(tree, *more, code=1)
    assert len(expected["corrected"]) == 40
    assert expected["corrected"] == ["b", "c", "e", "f", *names[:36]]
    again, *_ = corrected(tree, *more, "--workers", "2", code=1)
    assert again == expected


def test_a_run_out_of_time_says_what_it_did_not_reach(tree):
    files, _, err = corrected(tree, "--time-budget", "0.000001s")
    assert files == {"not reached: time-budget": list("abcdefg")}
    assert "7 files were not reached within time-budget" in err
    assert tree.read("b") == UNUSED
    files, *_ = corrected(tree, "--time-budget", "5m")
    assert files["corrected"] == list("bcef")


def test_staged_files_and_configured_budgets_count_too(tree):
    (tree.root / "user.toml").write_text('max-files = 1\ntime-budget = "90m"\n')
    tree.git("add", "src")
    files, *_ = corrected(tree, "--staged", "--config", "user.toml", code=1)
    assert files["corrected"] == ["b"]
    shown, _ = tree.thea("config", "--config", "user.toml", "--format", "json")
    assert json.loads(shown)["settings"]["time-budget"]["value"] == 5400.0


@pytest.mark.parametrize("wrong", [("--max-files", "-1"), ("--time-budget", "soon")])
def test_a_budget_that_is_none_is_refused(tree, wrong):
    _, err = tree.correct(*wrong, code=2)
    assert wrong[0][2:] in err
