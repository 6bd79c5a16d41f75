"""Mining finds what a commit repaired, and leaves out what was never broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from thea_code_system.training.dev_sets import DevSets
from thea_code_system.training.mining.miner import PairMiner
from thea_code_system.training.mining.novelty import MiningLimits
from thea_code_system.training.mining.pair import MinedPair

BROKEN = "def price(book):\n    return book['price'\n"
FIXED = "def price(book):\n    return book['price']\n"
WRONG = """\
def cheapest(books, most):
    found = [book for book in books if book["price"] >= most]
    if not found:
        return None
    return min(found, key=lambda book: book["price"])
"""
RIGHT = WRONG.replace(">= most", "<= most")


async def mined(repository, *, before=(), **options):
    miner = PairMiner(**options)
    for pair in before:
        miner.remember(pair)
    found = [pair async for pair in miner.mine(Path(repository.folder), "someone/shelf")]
    miner.close()
    return found


async def test_a_repair_of_a_syntax_error_is_found_with_its_facts(repository):
    name = repository.change("Close the bracket", "shelf.py", BROKEN, FIXED)
    [pair] = await mined(repository)
    assert (pair.family, pair.language, pair.kind) == ("syntax", "python", "bracket")
    assert (pair.broken, pair.fixed) == (BROKEN, FIXED)
    assert (pair.origin.commit, pair.origin.path) == (name, "shelf.py")
    assert pair.origin.message == "Close the bracket"
    assert pair.details["token_edits"] == 1
    assert pair.details["fault"] == "'[' was never closed"


async def test_a_script_is_found_and_a_healthy_change_is_not(repository):
    repository.commit("One", {"a.ts": "const a = { one: 1 two: 2 };\n", "b.js": "let b = 1;\n"})
    repository.commit("Two", {"a.ts": "const a = { one: 1, two: 2 };\n", "b.js": "let b = 2;\n"})
    [pair] = await mined(repository)
    assert (pair.language, pair.kind) == ("typescript", "comma")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("print 'a'\n", "print('a')\n", "old.py"),
        ("def f(a, (b, c)):\n    print(a, sep='')\n", "def f(a, b):\n    pass\n", "old.py"),
        ("type Pair[T] = tuple[T, T]\n", "Pair = tuple\n", "new.py"),
        ("import {{ module }}\n", "import os\n", "made.py"),
        (BROKEN, FIXED, "tests/testdata/bad.py"),
        (BROKEN, FIXED, "copies/reserved/shelf.py"),
        (BROKEN, "def price(book):\n    return (book\n", "shelf.py"),
    ],
    ids=["python-2", "functions", "newer", "template", "test-data", "reserved", "broken-still"],
)
async def test_what_is_no_repair_is_left_out(repository, before, after, path):
    repository.change("Change", path, before, after)
    assert await mined(repository, reserved=re.compile("reserved")) == []


async def test_a_bug_that_a_commit_says_it_fixes_is_found(repository):
    repository.change("Fix wrong comparison (#12)", "shelf.py", WRONG, RIGHT)
    [pair] = await mined(repository, generous=False)
    assert (pair.family, pair.kind) == ("bug", "comparison")
    assert (pair.details["old"], pair.details["new"], pair.details["line"]) == (">=", "<=", 2)
    assert pair.id.startswith("bug-")


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("Rename a few things", "shelf.py"),
        ("Revert: fix the price", "shelf.py"),
        ("Fix pep8 errors", "shelf.py"),
        ("Fix the price", "tests/test_shelf.py"),
        ("Fix the price", "settings.py"),
    ],
)
async def test_tidying_and_what_lies_aside_are_no_bugs(repository, message, path):
    repository.change(message, path, WRONG, RIGHT)
    assert await mined(repository) == []


async def test_a_message_that_says_nothing_counts_only_if_one_is_generous(repository):
    repository.change("Next step", "shelf.py", WRONG, RIGHT)
    assert await mined(repository, generous=False) == []
    assert [pair.kind for pair in await mined(repository)] == ["comparison"]


async def test_a_renaming_across_files_is_no_bug(repository):
    old, new = "def f(a, b):\n    return g(a)\n", "def f(a, b):\n    return g(b)\n"
    repository.commit("Add", {"one.py": old, "two.py": f"import os\n\n\n{old}"})
    repository.commit("Fix the name", {"one.py": new, "two.py": f"import os\n\n\n{new}"})
    assert await mined(repository) == []


async def test_a_repair_that_was_taken_back_is_no_pair_of_both_directions(repository):
    repository.change("Fix the price", "shelf.py", WRONG, RIGHT)
    repository.commit("It was wrong after all: fix it", {"shelf.py": WRONG})
    [pair] = await mined(repository)
    assert pair.broken == RIGHT


async def test_the_same_edit_counts_once_and_one_commit_gives_a_few_only(repository):
    texts = {f"f{i}.py": f"value_{i} = ({i}, {i}\n" for i in range(6)}
    copies = {"a.py": BROKEN, "b.py": f"x = 1\n{BROKEN}"}
    repository.commit("Add", texts)
    repository.commit("Close", {name: f"{text.strip()})\n" for name, text in texts.items()})
    repository.commit("Add", copies)
    repository.commit("Close", {name: text.replace(BROKEN, FIXED) for name, text in copies.items()})
    found = await mined(repository, limits=MiningLimits(per_commit=3))
    assert len(found) == 4
    assert len(await mined(repository, limits=MiningLimits(syntax=2))) == 2


async def test_what_an_earlier_run_found_is_not_found_again(repository):
    repository.change("Close", "shelf.py", BROKEN, FIXED)
    [pair] = await mined(repository)
    again = MinedPair.of_row(json.loads(json.dumps(pair.row())))
    assert (again.origin, again.broken, again.id) == (pair.origin, pair.broken, pair.id)
    assert await mined(repository, before=[again]) == []


async def test_the_dev_sets_are_refused(repository):
    body = "\n".join(f"    def of_{name}(self, {name}): return {name}" for name in "abcdefgh")
    text = f"class Shelf:\n{body}\n\n\n{WRONG}"
    repository.change("Fix the price", "shelf.py", text, text.replace(WRONG, RIGHT))
    assert len(await mined(repository)) == 1
    near = f"{text}\n\nclass Other:\n    pass\n"
    assert await mined(repository, dev_sets=DevSets([DevSets.signature(near, near)])) == []


async def test_two_runs_find_the_same_in_the_same_order(repository):
    for number in range(4):
        repository.change("Close", f"f{number}.py", f"v{number} = [1\n", f"v{number} = [1]\n")
    assert await mined(repository) == await mined(repository)
