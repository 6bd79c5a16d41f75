"""Whatever is written in whatever passes, the composed edits make the same text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch

TEXTS = st.text("abc\n", max_size=30)


@st.composite
def edits_of(draw, text):
    """Disjoint edits of a text."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if edits and (start < edits[-1].end or start == edits[-1].start):
            continue
        edits.append(Edit(start, end, draw(st.text("XYZ", max_size=3))))
    return edits


@st.composite
def histories(draw):
    """An original text and the passes written onto it, each seeing the last one's text."""
    original = draw(TEXTS)
    text, passes = original, []
    for _ in range(draw(st.integers(1, 4))):
        edits = draw(edits_of(text))
        text = Patch.rewrite(text, edits)
        passes.append(edits)
    return original, passes, text


@given(histories())
def test_composed_edits_write_what_the_passes_wrote(history):
    original, passes, final = history
    patch = Patch()
    for group, edits in enumerate(passes):
        patch = patch.write(original, edits, group)
    assert patch.apply(original) == final
    starts = [piece.edit.start for piece in patch.pieces]
    assert starts == sorted(starts)
    for one, other in zip(patch.pieces, patch.pieces[1:], strict=False):
        assert one.edit.end <= other.edit.start


@given(histories(), st.data())
def test_lifted_edits_mean_the_same_on_the_original(history, data):
    original, passes, final = history
    patch = Patch()
    for group, edits in enumerate(passes):
        patch = patch.write(original, edits, group)
    more = data.draw(edits_of(final))
    assert patch.write(original, more, 99).apply(original) == Patch.rewrite(final, more)


def test_edits_away_from_pieces_move_to_the_present_text():
    patch = Patch().write("one two three", [Edit(0, 3, "eleven")], 1)
    assert patch.present_edits([Edit(8, 13, "3")]) == (Edit(11, 16, "3"),)
    assert patch.present_edits([Edit(1, 2, "x")]) is None
