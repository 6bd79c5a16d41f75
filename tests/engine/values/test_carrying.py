"""Edits found in the index are carried to a working tree that may have moved on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.values.carrying import TextCarrier
from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch

OLD = "".join(f"line {number}\n" for number in range(20))


def edit_of(text, word, replacement):
    at = text.index(word)
    return Edit(at, at + len(word), replacement)


def test_an_edit_moves_with_its_lines():
    new = "first\n" + OLD.replace("line 15\n", "other\n")
    edit = edit_of(OLD, "line 10", "LINE 10")
    (carried,) = TextCarrier(OLD, new).carry([edit])
    assert Patch.rewrite(new, [carried]) == new.replace("line 10\n", "LINE 10\n")


def test_an_edit_on_or_beside_a_changed_line_is_not_carried():
    edit = edit_of(OLD, "line 10", "LINE 10")
    for near in ("line 9\n", "line 10\n", "line 11\n"):
        assert TextCarrier(OLD, OLD.replace(near, "other\n")).carry([edit]) is None
    assert TextCarrier(OLD, OLD.replace("line 12\n", "other\n")).carry([edit]) is not None


def test_edits_that_belong_together_are_carried_together_or_not_at_all():
    edits = [edit_of(OLD, "line 3", "x"), edit_of(OLD, "line 15", "y")]
    assert TextCarrier(OLD, OLD.replace("line 16\n", "")).carry(edits) is None


lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\r\n", "e\n"]), max_size=12)


@given(lines, lines, st.data())
def test_a_carried_edit_replaces_the_same_text(old_lines, new_lines, data):
    old, new = "".join(old_lines), "".join(new_lines)
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    carried = TextCarrier(old, new).carry([Edit(start, end, "!")])
    if carried is not None:
        assert new[carried[0].start : carried[0].end] == old[start:end]
