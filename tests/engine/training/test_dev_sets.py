"""What the model is measured by stays out of what it learns from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.training.dev_sets import DevSets

ROOT = Path(__file__).resolve().parents[3]
FIXED = """\
import json
from pathlib import Path


class Shelf:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.books = {}

    def load(self):
        for path in self.folder.glob("*.json"):
            record = json.loads(path.read_text())
            self.books[record["title"]] = record

    def cheapest(self, most):
        found = [book for book in self.books.values() if book["price"] <= most]
        return sorted(found, key=lambda book: book["price"])

    def total(self):
        return sum(book["price"] for book in self.books.values())
"""
BROKEN = FIXED.replace('glob("*.json"):', 'glob("*.json")')
OTHER = """\
def solve(board, row=0):
    if row == len(board):
        yield [list(line) for line in board]
    for column in range(len(board)):
        if is_safe(board, row, column):
            board[row][column] = True
            yield from solve(board, row + 1)
            board[row][column] = False
"""


@pytest.fixture
def dev_sets():
    return DevSets([DevSets.signature(BROKEN, FIXED)])


@pytest.mark.parametrize("text", [BROKEN, FIXED, FIXED.replace("    ", "\t"), f"\n{FIXED}\n\n"])
def test_both_sides_of_a_case_are_held_whatever_their_white_space(dev_sets, text):
    assert dev_sets.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        FIXED.replace("def total", "def worth"),
        FIXED.replace("<= most", "< most").replace("import json", "import json, sys"),
        f"{FIXED}\n\n{OTHER}",
    ],
)
def test_another_version_of_a_case_is_held(dev_sets, text):
    assert dev_sets.holds(text)


@pytest.mark.parametrize("text", ["", "x = 1\n", OTHER, f"{OTHER}\nfound = sorted(books)\n"])
def test_other_code_is_not_held(dev_sets, text):
    assert not dev_sets.holds(text)


def test_a_short_case_is_known_as_a_whole_only():
    dev_sets = DevSets([DevSets.signature("return numbers[0\n", "return numbers[0]\n")])
    assert dev_sets.holds("return numbers[0]")
    assert not dev_sets.holds("def first(numbers):\n    return numbers[0]\n")


def test_the_committed_dev_sets_are_large_and_hold_no_code():
    assert len(DevSets.committed()) == 1227 + 569 + 832 + 164 + 164
    file = ROOT / "thea_code_system" / "training" / "data" / "dev_sets.sha256"
    assert file.stat().st_size < 500_000
    rows = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert all(set(row) <= set("0123456789abcdef ") for row in rows)


def test_freezing_cases_writes_the_hashes_that_hold_them(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps({"id": "1", "broken": BROKEN, "fixed": FIXED}) + "\n")
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "freeze_dev_sets.py", cases],
        capture_output=True,
        text=True,
        check=True,
    )
    about, signature = done.stdout.splitlines()
    assert about.startswith("# cases.jsonl: 1 cases, sha256 ")
    assert DevSets([signature]).holds(BROKEN)
