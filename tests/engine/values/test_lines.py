"""Which edits keep to the lines that somebody changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.values.correction import Edit
from thea_code_system.values.lines import LineRanges
from thea_code_system.values.patch import Patch

TEXT = "one\ntwo\nthree\nfour\nfive\n"
LINES = LineRanges(((2, 3), (5, 5)))


def edit(old, new, text=TEXT):
    at = text.index(old)
    return Edit(at, at + len(old), new)


@pytest.mark.parametrize(
    "inside",
    [
        edit("two", "2"),
        edit("two\nthree\n", ""),
        edit("one\ntwo", "one\n2"),  # what it repeats of line 1 does not count
        Edit(TEXT.index("four"), TEXT.index("four"), "between three and four\n"),
        Edit(TEXT.index("two"), TEXT.index("two"), "between one and two\n"),
        Edit(len(TEXT), len(TEXT), "at the end\n"),
    ],
)
def test_an_edit_of_changed_lines_is_inside(inside):
    assert LINES.hold(TEXT, inside)
    assert LineRanges.whole().hold(TEXT, inside)
    assert not LineRanges().hold(TEXT, inside)


@pytest.mark.parametrize(
    "outside",
    [
        edit("one", "1"),
        edit("three\nfour", "x"),
        edit("three\n", "3"),
        edit("four", "4"),
        edit("three\nfour\nfive", "x"),
        Edit(0, 0, "before everything\n"),
        Edit(TEXT.index("our"), TEXT.index("our"), "in four"),
    ],
)
def test_an_edit_that_reaches_another_line_is_not(outside):
    assert not LINES.hold(TEXT, outside)


def test_an_edit_that_stands_on_some_of_them_meets_them():
    assert LINES.meet(TEXT, edit("three\nfour", "x"))
    assert not LINES.meet(TEXT, edit("four", "x"))


lines = st.lists(st.sampled_from(["a", "b", "", "a\rb", "é"]), min_size=1, max_size=8)


@given(lines, st.data())
def test_lines_that_are_not_held_stay_as_they_are(parts, data):
    text = "\n".join(parts)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    one = Edit(start, end, data.draw(st.sampled_from(["", "x", "x\n", "\ny", "a\nb"])))
    first = data.draw(st.integers(1, len(parts)))
    last = data.draw(st.integers(first, len(parts)))
    if LineRanges(((first, last),)).hold(text, one):
        after = Patch.rewrite(text, [one]).split("\n")
        assert after[: first - 1] == parts[: first - 1]
        rest = parts[last:]
        assert rest in ([], [""]) or after[-len(rest) :] == rest
