"""Edits in sequence equal their composition on the original."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.correctors.syntax.patch import Patch
from thea_code_system.values.correction import Edit


def applied(text, edits):
    for edit in reversed(edits):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


@given(st.data())
def test_the_composition_of_all_edits_gives_the_final_text(data):
    text = data.draw(st.text("ab\n ", max_size=30))
    patch, current = Patch.of(text), text
    for _ in range(data.draw(st.integers(0, 4))):
        cuts = data.draw(st.lists(st.integers(0, len(current)), max_size=4, unique=True))
        cuts.sort()
        spans = list(zip(cuts[::2], cuts[1::2], strict=False))
        edits = [Edit(start, end, data.draw(st.text("xyb", max_size=3))) for start, end in spans]
        patch, current = patch.then(edits), applied(current, edits)
        assert patch.text == current
    edits = patch.edits()
    assert applied(text, edits) == current
    assert all(left.end < right.start for left, right in itertools.pairwise(edits))
