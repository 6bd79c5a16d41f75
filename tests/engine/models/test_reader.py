"""Tokens become rows of numbers, each column within its table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.languages.base import Fault
from thea_code_system.models.reader import COLUMNS, CONTEXTS, MESSAGES, SAID, SIZES, Reader
from thea_code_system.models.vocabulary import PIECES

TEXTS = st.lists(
    st.sampled_from(["if x:", "\n", "    ", "  ", "a = 1", "'", "(", ")]}", "def f(", "# n", "\t"]),
    max_size=40,
).map("".join)


@pytest.fixture(scope="module")
def reader(vocabulary):
    return Reader(vocabulary)


def column(reading, name):
    return [row[COLUMNS.index(name)] for row in reading.rows]


@given(text=TEXTS, broken=st.booleans())
@settings(max_examples=60, deadline=None)
def test_each_token_has_a_row_within_the_tables_and_the_end_has_one(
    reader, tokens_of, vocabulary, languages, text, broken
):
    fault = languages.named("python").first_fault(text) if broken else None
    reading = reader.read(tokens_of(text), fault, "python")
    assert len(reading.rows) == len(reading.tokens.items) + 1
    for row in reading.rows:
        assert len(row) == len(COLUMNS)
        assert all(0 <= piece < vocabulary.size for piece in row[:PIECES])
        for name, size in SIZES.items():
            assert 0 <= row[COLUMNS.index(name)] < size, name
        assert 0 <= row[COLUMNS.index("context")] < CONTEXTS
    assert 0 <= reading.focus < len(reading.rows)


@given(text=TEXTS, size=st.integers(1, 50), share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_window_holds_its_focus_and_is_as_large_as_it_may_be(
    reader, tokens_of, text, size, share
):
    reading = reader.read(tokens_of(text), None, "python")
    focus = int(share * (len(reading.rows) - 1))
    first, last = reading.window(size, focus)
    assert 0 <= first <= focus < last <= len(reading.rows)
    assert last - first == min(size, len(reading.rows))


def test_the_fault_is_marked_with_its_line_and_the_token_before(reader, tokens_of):
    text = "a = 1\nb = = 2\nc = 3\n"
    reading = reader.read(tokens_of(text), Fault(10, 2, "invalid syntax"), "python")
    marked = [
        (token.text, mark)
        for token, mark in zip(reading.tokens.items, column(reading, "mark"), strict=False)
        if mark
    ]
    assert marked == [("", 1), ("b", 1), ("=", 3), ("=", 2), ("2", 1)]
    assert reading.tokens.items[reading.focus].start == 10


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("'(' was never closed", "never closed"),
        ("unterminated triple-quoted string literal", "unterminated triple"),
        ("unexpected '})'", "unexpected '}"),
        ("invalid syntax. Perhaps you forgot a comma?", "forgot a comma"),
    ],
)
def test_a_complaint_is_told_by_its_most_telling_words(reader, tokens_of, said, known):
    reading = reader.read(tokens_of("a\n"), Fault(0, 1, said), "python")
    assert set(column(reading, "message")) == {SAID.index(known) + 1}


def test_a_complaint_never_heard_and_no_complaint_are_told_apart(reader, tokens_of):
    strange = reader.read(tokens_of("a\n"), Fault(0, 1, "?"), "python")
    assert set(column(strange, "message")) == {MESSAGES - 1}
    assert set(column(reader.read(tokens_of("a\n"), None, "python"), "message")) == {0}


def test_brackets_have_the_depth_of_what_is_around_them(reader, tokens_of):
    reading = reader.read(tokens_of("f(a[0])\n"), None, "python")
    assert column(reading, "depth") == [1, 1, 1, 2, 2, 3, 2, 1, 1]
