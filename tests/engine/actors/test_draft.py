"""A draft composes what several passes write, in the coordinates of the original file."""

from __future__ import annotations

import pytest

from thea_code_system.actors.draft import Draft
from thea_code_system.confidence.gate import Candidate, Decision
from thea_code_system.values.correction import Edit, Proposal, Safety, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

pytest.importorskip("torch")


def decision(rule, *edits, confidence=0.9, safety=Safety.SAFE, state=State.APPLIED):
    proposal = Proposal((rule,), rule, edits, safety, confidence)
    return Decision(Candidate("a.py", proposal, "f"), confidence, confidence, state, "why")


def draft(text):
    return Draft(SourceFile.decode("a.py", text.encode()))


def rewritten(outcome, text):
    edits = [e for c in outcome.corrections if c.state is State.APPLIED for e in c.edits]
    return Patch.rewrite(text, edits)


def test_edits_of_a_later_pass_are_told_in_original_coordinates():
    text = "import os\nx = 1\n"
    made = draft(text)
    assert made.accept([decision("ruff/F401", Edit(0, 10, ""))], 1)
    assert made.accept([decision("ruff/E701", Edit(4, 5, "2"))], 2)
    outcome = made.outcome()
    assert isinstance(outcome, Corrected)
    assert [c.edits for c in outcome.corrections] == [(Edit(0, 10, ""),), (Edit(14, 15, "2"),)]
    assert rewritten(outcome, text) == "x = 2\n"
    assert outcome.after == SourceFile.digest_of(b"x = 2\n")


def test_an_edit_that_touches_earlier_ones_is_joined_with_them():
    made = draft("abcdef")
    made.accept([decision("syntax/a", Edit(1, 3, "XYZ"), Edit(5, 5, "!"), confidence=0.95)], 1)
    made.accept([decision("ruff/b", Edit(3, 4, "q"), confidence=0.85, safety=Safety.UNSAFE)], 2)
    (joined,) = made.outcome().corrections
    assert joined.rules == ("syntax/a", "ruff/b")
    assert joined.confidence == 0.85
    assert joined.safety is Safety.UNSAFE
    assert joined.edits == (Edit(1, 3, "XYq"), Edit(5, 5, "!"))
    assert rewritten(made.outcome(), "abcdef") == "aXYqde!f"


def test_several_edits_of_one_pass_are_all_in_the_text_of_its_start():
    made = draft("one two three")
    first = decision("ruff/a", Edit(0, 3, "eleven"))
    second = decision("ruff/b", Edit(4, 7, ""), Edit(8, 13, "thirteen"))
    made.accept([first, second], 1)
    assert made.source.text == "eleven  thirteen"
    assert rewritten(made.outcome(), "one two three") == "eleven  thirteen"


def test_a_text_that_comes_back_is_refused():
    made = draft("a")
    assert made.accept([decision("ruff/x", Edit(0, 1, "b"))], 1)
    assert not made.accept([decision("ruff/y", Edit(0, 1, "a"))], 2)


def test_open_candidates_are_those_of_the_last_pass_and_kept_ones_stay():
    made = draft("abc")
    made.note([decision("syntax/alt", Edit(0, 1, "z"), state=State.CONFLICTED)], 1, keep=True)
    made.note([decision("ruff/old", Edit(0, 1, "y"), state=State.SUGGESTED)], 1)
    made.note([decision("ruff/new", Edit(2, 3, "w"), state=State.SUGGESTED)], 2)
    outcome = made.outcome()
    assert isinstance(outcome, Clean)
    assert [(c.rule, c.state) for c in outcome.corrections] == [
        ("syntax/alt", State.CONFLICTED),
        ("ruff/new", State.SUGGESTED),
    ]


def test_a_skipped_file_keeps_its_bytes_and_tells_what_was_reverted():
    made = draft("abc")
    made.accept([decision("ruff/x", Edit(0, 1, "q"))], 1)
    made.skip(SkipReason.UNSTABLE, "ruff/x, ruff/y")
    outcome = made.outcome()
    assert isinstance(outcome, Skipped)
    assert outcome.reason == "rules that fight: ruff/x, ruff/y"
    assert [c.state for c in outcome.corrections] == [State.REVERTED]


def test_a_broken_file_fails_with_its_suggestions():
    made = draft("if x\n")
    suggestion = decision("syntax/missing-colon", Edit(4, 4, ":"), state=State.SUGGESTED)
    made.note([suggestion], 1, keep=True)
    made.fail("does not parse: line 1", 1, broken=True)
    outcome = made.outcome()
    assert isinstance(outcome, Failed)
    assert outcome.broken
    assert len(outcome.corrections) == 1
