"""Every repair rule keeps the promises of its own examples."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

from thea_code_system.correctors.syntax import rules as package
from thea_code_system.correctors.syntax.base import SyntaxRule
from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import SourceFile


def _rules() -> Iterator[type[SyntaxRule]]:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            own = inspect.isclass(value) and value.__module__ == module.name
            if own and issubclass(value, SyntaxRule) and not inspect.isabstract(value):
                yield value


RULES = sorted(set(_rules()), key=lambda rule: rule.name)
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
            result = text
            for edit in sorted(proposal.edits, reverse=True):
                result = f"{result[: edit.start]}{edit.replacement}{result[edit.end :]}"
            if result not in reached and len(reached) < 200:
                reached.append(result)
    assert after in reached


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_is_documented_and_named_after_its_family(rule: type[SyntaxRule]) -> None:
    assert rule.__doc__
    assert rule.name.startswith("syntax/")
    assert 0.0 < rule.prior <= 1.0
    assert rule.FIXES


def test_no_two_rules_share_a_code() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
