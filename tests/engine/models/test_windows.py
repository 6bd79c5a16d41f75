"""Where whole texts are cut into windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.languages.registry import Languages
from thea_code_system.models.tokens import LINE, CodeToken, CodeTokens
from thea_code_system.models.windows import WINDOW, Windows

LINES = st.lists(st.tuples(st.integers(0, 300), st.sampled_from([0, 4, 8])), max_size=40)


def made(lines):
    """The tokens of lines of so many words, at such columns."""
    items = []
    for words, column in lines:
        items.append(CodeToken(LINE, 0, 0, "", column=column))
        items += [CodeToken("name", 0, 0, "x")] * words
    return CodeTokens(tuple(items), 4)


@given(LINES)
def test_windows_cover_a_text_overlap_and_are_full_where_they_can_be(lines):
    tokens = made(lines)
    rows = len(tokens.items) + 1
    windows = Windows(tokens, rows)
    assert windows.spans[0][0] == 0
    assert windows.spans[-1][1] == rows
    assert {last - first for first, last in windows.spans} == {min(rows, WINDOW)}
    for (first, last), (after, _) in zip(windows.spans, windows.spans[1:], strict=False):
        assert first < after <= last - 32
    for index, number in enumerate(windows.owners):
        first, last = windows.spans[number]
        assert first <= index < last


@pytest.mark.parametrize("blank", ["", "x = 1\n" * 3, "\n# why\n"])
def test_a_window_begins_where_a_function_does_and_stays_there_when_others_change(blank):
    body = "    total = first + second\n" * 9
    text = "".join(f"def f{n}(first, second):\n{body}\n\n" for n in range(40))
    middle = text.index("def f20(")
    begins = []
    for changed in (text, text[:middle] + blank + text[middle:]):
        tokens = CodeTokens.of(Languages().named("python").lexemes(changed))
        spans = Windows(tokens, len(tokens.items) + 1).spans
        begins.append([tokens.items[first + 2].text for first, _ in spans[:-1]])
    assert all(name.startswith("f") for name in begins[0])
    assert len({*begins[0]} ^ {*begins[1]}) < len(begins[0]) / 3
