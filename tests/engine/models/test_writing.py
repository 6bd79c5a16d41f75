"""What the model would do to a text, as edits."""

from __future__ import annotations

import pytest

from thea_code_system.models.tags import EDITS, INSERTS, Tag
from thea_code_system.values.patch import Patch

pytestmark = pytest.mark.torch


@pytest.fixture
def written(hand_made, languages):
    """Say what the texts are after doing what a tag says at the n-th token."""
    from thea_code_system.models.editor import EditModel
    from thea_code_system.models.writing import Writer

    made = hand_made({"total": "value"})
    model = EditModel(made.network, made.vocabulary)

    def write(text, index, label, *, insert=False):
        opinion = model.opinion(text, languages.named("python"), None)
        tag = Tag(index, insert, (INSERTS if insert else EDITS).index(label))
        return [Patch.rewrite(text, edits) for edits in Writer(opinion, "\n").edits(tag)]

    return write


def test_a_word_is_written_over_a_token(written):
    assert written("if x = 1:\n    pass\n", 3, "write ==") == ["if x == 1:\n    pass\n"]


def test_a_word_keeps_apart_from_its_neighbours(written):
    assert written("x=1if y else 2\n", 4, "write or") == ["x=1 or y else 2\n"]


def test_a_name_is_taken_from_those_that_stand_nearby(written):
    made = written("value = 1\nprint(total)\n", 7, "write a name")
    assert made[0] == "value = 1\nprint(value)\n"


def test_a_token_goes_with_one_of_the_spaces_around_it(written):
    assert written("x = = 1\n", 3, "delete") == ["x = 1\n"]


def test_a_line_goes_whole(written):
    assert written("a = 1\nb = 2\nc = 3\n", 4, "delete-line") == ["a = 1\nc = 3\n"]


def test_two_tokens_change_places(written):
    assert written("x += not y\n", 3, "swap") == ["x += y not\n"]


def test_a_line_is_moved_alone_and_with_the_block_that_it_begins(written):
    text = "for x in y:\nif x:\n    a = 1\nb = 2\n"
    made = written(text, 6, "shift 1")
    assert made[0] == "for x in y:\n    if x:\n    a = 1\nb = 2\n"
    assert made[1] == "for x in y:\n    if x:\n        a = 1\nb = 2\n"


def test_nothing_moves_beyond_the_margin(written):
    assert written("a = 1\n", 0, "shift -1") == []


def test_what_is_missing_at_the_end_of_a_line_is_written_there(written):
    text = "if x\n    pass\n"
    assert written(text, 3, ":", insert=True) == ["if x:\n    pass\n"]


def test_a_missing_word_is_set_off_by_spaces(written):
    assert written("for x y:\n    pass\n", 3, "in", insert=True) == ["for x in y:\n    pass\n"]


def test_a_line_is_begun_at_the_indentation_asked_for(written):
    assert written("if x: y z\n", 5, "a line 0", insert=True) == ["if x: y\nz\n"]


def test_lines_that_stand_on_one_are_told_by_a_deleted_start(written):
    assert written("x = (1 +\n2)\n", 6, "delete") == ["x = (1 + 2)\n"]


def test_wishes_come_best_first_and_only_those_that_are_not_faint(hand_made, languages):
    from thea_code_system.models.editor import EditModel
    from thea_code_system.models.writing import Writer

    made = hand_made({"not": ""}, gaps={"value": ","})
    model = EditModel(made.network, made.vocabulary)
    opinion = model.opinion("print(total value not)\n", languages.named("python"), None)
    wishes = list(Writer(opinion, "\n").wishes())
    odds = [chance for _, chance in wishes]
    assert odds == sorted(odds, reverse=True)
    said = {(INSERTS if tag.insert else EDITS)[tag.label] for tag, _ in wishes[:2]}
    assert said == {",", "delete"}
