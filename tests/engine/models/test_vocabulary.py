"""Words become a fixed number of pieces."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thea_code_system.models.vocabulary import MASK, PIECES, Vocabulary
from thea_code_system.models.words import WORDS


@given(text=st.text(max_size=120))
@example(text="")
@example(text="x" * 49)
@settings(max_examples=60, deadline=None)
def test_every_text_has_the_same_number_of_pieces_all_known(vocabulary, text):
    found = vocabulary.pieces(text)
    assert len(found) == PIECES
    assert all(0 <= piece < vocabulary.size for piece in found)
    assert found == vocabulary.pieces(text)


def test_the_words_that_the_model_writes_have_pieces_of_their_own(vocabulary):
    assert len({vocabulary.pieces(word) for word in WORDS}) == len(WORDS)


def test_a_mask_is_no_word(vocabulary):
    assert vocabulary.pieces(MASK) == (1, 0, 0, 0, 0, 0)


def test_of_a_long_text_the_beginning_and_the_end_count(vocabulary):
    start, middle, end = "'total value", "-" * 80, "items count'"
    one = vocabulary.pieces(f"{start}{middle}{end}")
    assert one == vocabulary.pieces(f"{start}{middle}--{end}")
    assert one != vocabulary.pieces(f'{start}{middle}{end[:-1]}"')


def test_it_reads_what_it_wrote(vocabulary):
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again.size == vocabulary.size
    assert again.pieces("total_value") == vocabulary.pieces("total_value")


def test_what_is_no_vocabulary_is_a_value_error():
    with pytest.raises(ValueError, match="no vocabulary"):
        Vocabulary.from_json("{}")
