"""What people make of the conflicts that a merge left behind, likeliest first."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.syntax.rules.text.merge_conflict import MergeConflict
from thea_code_system.values.correction import Proposal
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile


def proposals(text: str, path: str = "a.py") -> list[Proposal]:
    return list(MergeConflict().find(SourceFile(path, text)))


def offers(text: str, path: str = "a.py") -> list[str]:
    return [Patch.rewrite(text, proposal.edits) for proposal in proposals(text, path)]


@pytest.mark.parametrize(
    ("label", "kept"),
    [("1a2b3c4d (Count to two)", "n = 2\n"), ("1a2b3c4d" * 5, "n = 1\n")],
)
def test_a_picked_commit_wins_and_a_merged_hash_does_not(label: str, kept: str) -> None:
    assert offers(f"<<<<<<< HEAD\nn = 1\n=======\nn = 2\n>>>>>>> {label}\n")[0] == kept


def test_the_side_with_the_names_that_the_file_knows_wins() -> None:
    text = (
        "def area(x):\n    return x * x\n\n\n"
        "<<<<<<< HEAD\ntotal = area(3)\n=======\ntotal = surface(3)\n>>>>>>> topic\n"
    )
    assert offers(text)[0].endswith("\n\ntotal = area(3)\n")


def test_one_side_is_taken_throughout() -> None:
    known = "def area(x):\n    return x * x\n\n\n"
    first = "<<<<<<< HEAD\na = surface(1)\n=======\na = area(1)\n>>>>>>> topic\n"
    second = "<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> topic\n"
    assert offers(f"{known}{first}{second}")[0] == f"{known}a = area(1)\nb = 3\n"


def test_a_changed_line_and_a_new_line_can_both_be_kept() -> None:
    text = (
        "<<<<<<< HEAD\nID = compile('[0-9]{15,21}')\nMENTION = compile('@!?')\n=======\n"
        "ID = compile('[0-9]{15,20}')\n>>>>>>> topic\nprint(ID, MENTION)\n"
    )
    both = "ID = compile('[0-9]{15,20}')\nMENTION = compile('@!?')\nprint(ID, MENTION)\n"
    assert both in offers(text)[:3]


def test_of_what_a_commit_brings_only_what_is_needed_can_be_kept() -> None:
    text = (
        "<<<<<<< HEAD\n=======\nfrom mixins import Appraisal\nfrom payroll import sanitize\n"
        ">>>>>>> 1a2b3c4d (Validate)\n\n\nclass Cycle(Appraisal):\n    pass\n"
    )
    assert "from mixins import Appraisal\n\n\nclass Cycle(Appraisal):\n    pass\n" in offers(text)


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< HEAD\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> a\n=======\nx = 3\n>>>>>>> b\n",
        "<<<<<<< HEAD\nx = 1\n=======\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> a\n>>>>>>> b\n",
    ],
)
def test_a_conflict_within_a_conflict_offers_each_of_its_sides(text: str) -> None:
    assert {"x = 1\n", "x = 2\n", "x = 3\n"} <= set(offers(text))


def test_a_marker_that_opens_nothing_goes_with_the_conflict_beside_it() -> None:
    text = "<<<<<<< HEAD\ny = 0\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> a\nprint(x, y)\n"
    assert "y = 0\nx = 1\nprint(x, y)\n" in offers(text)


def test_the_rest_of_a_conflict_can_be_deleted() -> None:
    text = "def f():\n    return 1\n=======\n    return 2\n>>>>>>> topic\n"
    assert offers(text)[0] == "def f():\n    return 1\n"


def test_carriage_returns_stay() -> None:
    text = "<<<<<<< HEAD\r\nx = 1\r\n=======\r\nx = 2\r\n>>>>>>> 1a2b3c4d (Two)\r\nprint(x)\r\n"
    assert offers(text)[0] == "x = 2\r\nprint(x)\r\n"


def test_scores_are_a_share_of_one_and_few_however_many_conflicts() -> None:
    text = "".join(
        f"<<<<<<< HEAD\na{n} = 1\n=======\na{n} = 2\nb{n} = 3\n>>>>>>> topic\n" for n in range(12)
    )
    made = proposals(text)
    assert len(made) <= 24
    assert sum(proposal.score for proposal in made) == pytest.approx(1.0)
    assert [p.score for p in made] == sorted((p.score for p in made), reverse=True)


def test_sides_that_differ_in_indentation_only_are_both_offered() -> None:
    conflict = "<<<<<<< HEAD\n    stop()\n=======\nstop()\n>>>>>>> topic\n"
    made = offers(f"if ready:\n    start()\n{conflict}")
    assert {"if ready:\n    start()\n    stop()\n", "if ready:\n    start()\nstop()\n"} <= set(made)
