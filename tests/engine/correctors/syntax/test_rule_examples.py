"""Every rule's examples hold: they are its documentation."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.syntax.base import SyntaxRule
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.languages.registry import Languages
from thea_code_system.values.correction import Edit
from thea_code_system.values.source import SourceFile

RULES = RuleBook().rules
FIXES = [(rule, before, after) for rule in RULES for before, after in rule.FIXES.items()]
CLEAN = [(rule, text) for rule in RULES for text in rule.CLEAN]


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


@pytest.mark.parametrize(("rule", "before", "after"), FIXES)
def test_a_rule_reaches_what_its_example_shows(rule: SyntaxRule, before: str, after: str):
    path = rule.example_path()
    language = Languages().for_path(path)
    assert not language.parses(before), "an example must be broken"
    assert language.parses(after), "an example must end whole"
    reached, todo = set(), [before]
    for text in todo:
        for proposal in rule.find(SourceFile(path, text)):
            result = apply(text, proposal.edits)
            if result not in reached and len(todo) < 200:
                reached.add(result)
                todo.append(result)
    assert after in reached


@pytest.mark.parametrize(("rule", "text"), CLEAN)
def test_a_rule_leaves_clean_text_alone(rule: SyntaxRule, text: str):
    assert list(rule.find(SourceFile(rule.example_path(), text))) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_documented(rule: SyntaxRule):
    assert rule.name.startswith("syntax/")
    assert rule.__class__.__doc__
    assert rule.CLEAN
    assert rule.FIXES
    assert 0 < rule.prior < 1
