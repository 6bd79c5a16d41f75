"""A text becomes one token a lexeme and one for the start of each line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thea_code_system.models.tokens import KINDS, LINE

SNIPPETS = st.lists(
    st.sampled_from(
        [
            "if x:",
            "\n",
            "    ",
            "\t",
            "a = 1",
            "'",
            '"""',
            "# note",
            "(",
            ")",
            "}",
            "\\\n",
            "\r\n",
            " ",
        ]
    ),
    max_size=30,
).map("".join)
TEXTS = SNIPPETS | st.text(max_size=40)


@pytest.mark.parametrize("language", ["python", "javascript", "typescript"])
@given(text=TEXTS)
@example(text="")
@example(text=" \n\n ")
@settings(max_examples=60, deadline=None)
def test_tokens_cover_a_text_in_order_but_for_white_space(tokens_of, language, text):
    position = 0
    for token in tokens_of(text, language).items:
        assert token.start >= position
        assert not text[position : token.start].strip(" \t\f\r\n\\\v\ufeff\xa0"), (
            "only space between"
        )
        assert token.text == ("" if token.kind == LINE else text[token.start : token.end])
        assert token.kind in KINDS
        position = token.end
    assert not text[position:].strip(" \t\f\r\n\\\v\ufeff\xa0")


@given(text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_line_starts_with_its_own_token_and_holds_another(tokens_of, text):
    items = tokens_of(text).items
    assert not items or (items[0].kind == LINE and items[-1].kind != LINE)
    assert not any(a.kind == b.kind == LINE for a, b in pairwise(items))


def test_a_line_token_tells_its_column_and_the_blank_lines_above(tokens_of):
    lines = [t for t in tokens_of("def f():\n\n\n    go()\n\tgo()\n").items if t.kind == LINE]
    assert [(line.column, line.gap) for line in lines] == [(0, 0), (4, 2), (8, 0)]


@pytest.mark.parametrize("unit", [2, 3, 4, 8])
def test_the_unit_is_the_step_that_is_most_common(tokens_of, unit):
    white = " " * unit
    assert tokens_of(f"if a:\n{white}if b:\n{white * 2}go()\n").unit == unit


def test_without_any_indentation_the_unit_is_four(tokens_of):
    assert tokens_of("a\nb\n").unit == 4
    assert tokens_of("").unit == 4


@given(text=SNIPPETS, share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_an_offset_belongs_to_the_token_it_is_in_or_the_next(tokens_of, text, share):
    tokens, offset = tokens_of(text), int(share * len(text))
    index = tokens.at(offset)
    if not tokens.items:
        assert index == 0
        return
    assert tokens.items[index].end > offset or index == len(tokens.items) - 1
    assert index == 0 or tokens.items[index - 1].end <= offset
