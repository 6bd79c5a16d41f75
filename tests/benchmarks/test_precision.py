"""Decisions do not hang on whether the edit model computes in float32 or in bfloat16."""

from __future__ import annotations

import json

import pytest

from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import SourceFile

pytest.importorskip("torch")
from precision import Agreement, Outcome, Pair, Precisions, main

pytestmark = pytest.mark.usefixtures("one_thread")
FILES = 30


@pytest.fixture(scope="module")
def broken():
    """The first example of each rule, small as they are, in its first language."""
    languages, found = Languages(), []
    for rule in RuleBook().rules:
        language = languages.named(min(rule.languages))
        text = next(iter(rule.FIXES))
        if not language.parses(text):
            found.append(SourceFile(f"{len(found)}{language.suffixes[0]}", text))
    return found[:FILES]


async def test_what_is_applied_to_small_broken_files_is_the_same_in_both(broken):
    assert len(broken) == FILES
    trial = Precisions()
    agreement = Agreement([await trial.pair(source) for source in broken])
    found = agreement.to_json()
    assert found["disagree"] == []
    assert found["applied"] > 5


def test_decisions_agree_where_nothing_is_applied_or_the_same():
    sure, other = Outcome(("x",), 0.9, True), Outcome(("y",), 0.9, True)
    low = Outcome(("x",), 0.79)
    assert Pair("a", sure, sure).agrees
    assert not Pair("a", sure, other).agrees
    assert not Pair("a", sure, low).agrees
    assert Pair("a", low, Outcome(("y",), 0.6)).agrees
    assert Pair("a", sure, low).difference == pytest.approx(0.11)


async def test_the_script_tells_shares_and_leaves_out_what_parses(hand_made, tmp_path, capsys):
    rows = [
        {"id": "a", "broken": "def area(width, height)\n    return width\n"},
        {"id": "b", "broken": "x = 1\n"},
    ]
    every = {"language": "python", "kind": "k", "fixed": ""}
    cases = tmp_path / "cases.jsonl"
    cases.write_text("".join(f"{json.dumps(row | every)}\n" for row in rows))
    model = hand_made({}, {"<line>": ":"}).save(tmp_path / "model")
    assert await main([str(cases), "--model", model, "--json", str(tmp_path / "out.json")]) == 0
    assert "decisions agree        1.0" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())["cases"] == 1
