"""Lines that a person may write otherwise become one edit of the file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.values.correction import Edit
from thea_code_system.values.editable import EditableLines
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

TEXT = "a = 1\r\nb = 2\r\nc = 3"


def lines(*edits, text=TEXT):
    return EditableLines(SourceFile.decode("f.py", text.encode()), edits)


def test_the_lines_are_those_that_the_edits_touch_as_they_would_become():
    assert lines(Edit(11, 12, "5")).proposed == "b = 5\r\n"
    assert lines(Edit(0, 7, ""), Edit(18, 19, "4")).proposed == "b = 2\r\nc = 4"
    assert lines(Edit(7, 7, "new\r\n")).proposed == "new\r\nb = 2\r\n"


def test_an_editor_may_change_newlines_without_that_being_an_edit():
    assert lines(Edit(11, 12, "5")).edit("b = 5\n") is None
    assert lines(Edit(18, 19, "4")).edit("c = 4\r\n") is None
    assert lines(Edit(18, 19, "4")).edit("c = 3\n") is None
    assert lines(Edit(11, 12, "5")).edit("b = 22\n") == Edit(12, 12, "2")


@given(st.text("ab\n", max_size=12), st.data(), st.text("abc\n", max_size=8))
def test_what_the_user_wrote_is_what_stands_there_afterwards(text, data, wanted):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    editable = lines(Edit(start, end, "x\n"), text=text)
    first, last = editable.span
    edit = editable.edit(wanted)
    if not editable.proposed.endswith("\n"):
        wanted = wanted.removesuffix("\n")
    if edit is not None:
        assert Patch.rewrite(text, [edit]) == text[:first] + wanted + text[last:]
    else:
        assert wanted in {text[first:last], editable.proposed}
