"""Brackets and columns are told apart by counting."""

from __future__ import annotations

import pytest

from thea_code_system.languages.registry import Languages
from thea_code_system.models.balance import Balance
from thea_code_system.models.tokens import LINE, CodeTokens

LANGUAGES = Languages()


def told(text, language="python"):
    items = CodeTokens.of(LANGUAGES.named(language).lexemes(text)).items
    states = Balance(items, python=language == "python").states
    return [
        ("<line>" if item.kind == LINE else item.text, Balance.STATES[state])
        for item, state in zip(items, states, strict=True)
        if state
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("f(a)", [("(", "opened"), (")", "closed")]),
        ("f(a]", [("(", "never closed"), ("]", "closes another")]),
        ("f(a))", [("(", "opened"), (")", "closed"), (")", "closes nothing")]),
        ("f([a)", [("(", "opened"), ("[", "never closed"), (")", "closes another")]),
        ("'(' + a", []),
    ],
)
def test_brackets_pair(text, wanted):
    assert [state for state in told(text) if state[0] != "<line>"] == wanted


def test_a_line_that_begins_a_statement_ends_open_brackets():
    found = told("x = f(a\ndef g():\n    return 1\n")
    assert found == [
        ("<line>", "goes on"), ("(", "never closed"), ("<line>", "goes on"), ("(", "opened"),
        (")", "closed"), ("<line>", "block"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("if a:\n    b\nc\n", ["goes on", "block", "back"]),
        ("if a:\nb\n", ["goes on", "no body"]),
        ("a\n    b\n", ["goes on", "deeper for nothing"]),
        ("if a:\n    b\n  c\n", ["goes on", "block", "odd back"]),
        ("if a:  # why\n    b\n", ["goes on", "block"]),
        ("f(\n    a,\n)\n", ["goes on", "in brackets", "in brackets"]),
    ],
)
def test_columns_are_compared_with_those_above(text, wanted):
    assert [state for name, state in told(text) if name == "<line>"] == wanted


def test_in_scripts_columns_say_nothing():
    assert [name for name, _ in told("if (a) {\n  b\n    c\n}\n", "javascript")] == [
        "(", ")", "{", "}",
    ]  # fmt: skip
