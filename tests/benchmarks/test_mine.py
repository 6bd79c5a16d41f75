"""Mining finds what a commit repaired, and leaves out what was never broken."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import mine
import pytest

BROKEN = "def price(book):\n    return book['price'\n"
FIXED = "def price(book):\n    return book['price']\n"


class Repository:
    """A git repository whose files change commit by commit."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q")

    def git(self, *arguments):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def commit(self, **files):
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Change")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def mined(repository, out, name="someone/shelf", *more) -> list[dict]:
    sys.argv = ["mine.py", "--out", str(out), f"{name}={repository.folder}", *more]
    assert mine.main() == 0
    files = [out / f"{split}.jsonl" for split in ("dev", "test")]
    return [json.loads(row) for f in files if f.exists() for row in f.read_text().splitlines()]


@pytest.fixture(autouse=True)
def _arguments(monkeypatch):
    monkeypatch.setattr(sys, "argv", [])


def test_a_repair_is_found_with_its_edit(repository, tmp_path):
    repository.commit(shelf_dot_py=BROKEN)
    repository.commit(shelf_dot_py=FIXED)
    [case] = mined(repository, tmp_path / "out")
    assert (case["broken"], case["fixed"]) == (BROKEN, FIXED)
    assert (case["kind"], case["token_edits"], case["large"]) == ("bracket", 1, False)
    assert (case["path"], case["language"]) == ("shelf.py", "python")


def test_a_script_is_found_and_a_healthy_change_is_not(repository, tmp_path):
    repository.commit(a_dot_ts="const a = { one: 1 two: 2 };\n", b_dot_js="let b = 1;\n")
    repository.commit(a_dot_ts="const a = { one: 1, two: 2 };\n", b_dot_js="let b = 2;\n")
    [case] = mined(repository, tmp_path / "out")
    assert (case["language"], case["kind"]) == ("typescript", "comma")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("print 'a'\n", "print('a')\n", "old.py"),
        ("def f(a, (b, c)):\n    print(a, sep='')\n", "def f(a, b):\n    pass\n", "old.py"),
        ("type Pair[T] = tuple[T, T]\n", "Pair = tuple\n", "new.py"),
        ("import {{ module }}\n", "import os\n", "made.py"),
        (BROKEN, FIXED, "tests/testdata/bad.py"),
        (BROKEN, FIXED, "copies/scrapy/shelf.py"),
    ],
    ids=["python-2", "python-2-functions", "newer-syntax", "template", "test-data", "reserved"],
)
def test_what_is_no_repair_is_left_out(repository, tmp_path, before, after, path):
    name = path.replace("/", "__").replace(".", "_dot_")
    repository.commit(**{name: before})
    repository.commit(**{name: after})
    assert mined(repository, tmp_path / "out") == []


def test_the_same_edit_counts_once(repository, tmp_path):
    repository.commit(a_dot_py=BROKEN, b_dot_py=f"x = 1\n{BROKEN}")
    repository.commit(a_dot_py=FIXED, b_dot_py=f"x = 1\n{FIXED}")
    assert len(mined(repository, tmp_path / "out")) == 1


def test_one_commit_gives_three_cases_at_most(repository, tmp_path):
    texts = {f"f{i}_dot_py": f"value_{i} = ({i}, {i}\n" for i in range(6)}
    repository.commit(**texts)
    repository.commit(**{name: f"{text.strip()})\n" for name, text in texts.items()})
    assert len(mined(repository, tmp_path / "out")) == 3


def test_a_second_run_adds_nothing_and_the_tables_hold_no_code(repository, tmp_path):
    repository.commit(shelf_dot_py=BROKEN)
    repository.commit(shelf_dot_py=FIXED)
    tables = tmp_path / "tables"
    tables.mkdir()
    test_name = next(f"a/{i}" for i in range(99) if mine.Miner.split(f"a/{i}") == "test")
    for _ in range(2):
        rows = mined(repository, tmp_path / "out", test_name, "--tables", str(tables))
        assert len(rows) == 1
    with (tables / "mined_repositories.csv").open() as lines:
        [row] = csv.DictReader(lines)
    assert (row["repository"], row["cases"], row["split"]) == (test_name, "1", "test")
    assert "def price" not in (tables / "mined_cases.csv").read_text()


def test_a_reserved_repository_is_refused(repository, tmp_path, capsys):
    repository.commit(shelf_dot_py=BROKEN)
    repository.commit(shelf_dot_py=FIXED)
    assert mined(repository, tmp_path / "out", "someone/scrapy") == []
    assert "reserved" in capsys.readouterr().err
