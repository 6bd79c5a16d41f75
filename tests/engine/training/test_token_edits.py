"""Texts are compared by their tokens, whether they parse or not."""

from __future__ import annotations

from thea_code_system.training.token_edits import FARTHEST, TokenEdits

PYTHON = TokenEdits("python")
SCRIPT = TokenEdits("typescript")


def test_distance_ignores_comments_and_counts_indentation():
    before = "if a:\nb()  # note\n"
    assert PYTHON.distance(before, "if a:\n    b()\n") == 1
    assert PYTHON.distance(before, "if a:\n\n# other\nb()\n") == 0


def test_a_tab_indents_to_the_next_multiple_of_eight():
    assert PYTHON.distance("if a:\n\tb()\n", "if a:\n        b()\n") == 0


def test_in_a_script_lines_and_comments_do_not_count():
    assert SCRIPT.distance("f(a, // one\n  b)", "f(a, b) /* two\n lines */") == 0
    assert SCRIPT.distance("f(a b)", "f(a, b)") == 1


def test_floor_division_is_no_comment():
    assert PYTHON.tokens("a // b") == ["<indent 0>", "a", "//", "b", "<newline>"]


def test_the_changes_name_what_was_replaced_by_what():
    before, after = PYTHON.tokens("x = f(a\n"), PYTHON.tokens("x = f(b)\n")
    assert PYTHON.changes(before, after) == [(["a"], ["b", ")"])]


def test_texts_that_have_little_in_common_are_as_far_apart_as_can_be():
    many = "\n".join(f"a{n} = {n}" for n in range(2000))
    assert PYTHON.distance(many, many.replace("a", "b").replace("=", "==")) == FARTHEST
