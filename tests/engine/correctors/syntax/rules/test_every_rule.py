"""Every repair rule keeps the promises of its own examples."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.syntax.base import SyntaxRule
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.languages.registry import Languages
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

RULES = sorted({type(rule) for rule in RuleBook().rules}, key=lambda rule: rule.name)
CLEAN = [
    pytest.param(rule, text, id=f"{rule.name}-{i}")
    for rule in RULES
    for i, text in enumerate(rule.CLEAN)
]
FIXES = [
    pytest.param(rule, before, after, id=f"{rule.name}-{i}")
    for rule in RULES
    for i, (before, after) in enumerate(rule.FIXES.items())
]
LANGUAGES = Languages()


def _parses(path: str, text: str) -> bool:
    language = LANGUAGES.for_path(path)
    assert language is not None
    return language.parses(text)


@pytest.mark.parametrize(("rule", "text"), CLEAN)
def test_clean_text_parses_and_nothing_is_found_in_it(rule: type[SyntaxRule], text: str) -> None:
    path = rule.example_path()
    assert _parses(path, text)
    assert list(rule().find(SourceFile(path, text))) == []


@pytest.mark.parametrize(("rule", "before", "after"), FIXES)
def test_proposals_applied_in_turn_give_the_fixed_text(
    rule: type[SyntaxRule], before: str, after: str
) -> None:
    path = rule.example_path()
    assert not _parses(path, before)
    assert _parses(path, after)
    reached = [before]
    for text in reached:  # grows: the choice among alternatives is the engine's
        for proposal in rule().find(SourceFile(path, text)):
            result = Patch.rewrite(text, proposal.edits)
            if result not in reached and len(reached) < 200:
                reached.append(result)
    assert after in reached


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_is_documented_and_named_after_its_family(rule: type[SyntaxRule]) -> None:
    assert rule.__doc__
    assert rule.name.startswith("syntax/")
    assert 0.0 < rule.prior < 1.0
    assert rule.CLEAN
    assert rule.FIXES


def test_no_two_rules_share_a_code() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
