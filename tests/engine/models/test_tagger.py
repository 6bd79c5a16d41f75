"""Edits become tags: what a person would say was done."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.models.tagger import Tagger
from thea_code_system.models.tags import EDITS, INSERTS, KEEP
from thea_code_system.models.words import WORDS
from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch

TEXTS = st.lists(
    st.sampled_from(
        ["if x:", "\n", "\n    ", "  ", "a = 1", "'", "(", "f(a, b)", "}", "# n", "\t"]
    ),
    max_size=20,
).map("".join)
REPLACEMENTS = st.sampled_from(
    ["", ":", "'", "#", '"""', " ", "\n", "\n    ", "    go()\n", "return", "value", ")", "x\ny\n"]
)


@st.composite
def edited(draw):
    """A text and disjoint edits of it, in order."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(start, end, draw(REPLACEMENTS)) for start, end in spans]


@pytest.mark.parametrize("language", ["python", "javascript"])
@given(case=edited())
@settings(max_examples=100, deadline=None)
def test_any_tag_stands_at_a_token_or_the_end_and_does_something(
    languages, tokens_of, language, case
):
    text, edits = case
    tokens = tokens_of(text, language)
    tagging = Tagger(text, tokens, languages.named(language))(edits)
    for tag in tagging.tags:
        assert 0 <= tag.index < len(tokens.items) + tag.insert
        assert KEEP < tag.label < len(INSERTS if tag.insert else EDITS)
    assert all(0 <= index < len(tokens.items) for index in tagging.gone)


@given(text=TEXTS)
@settings(max_examples=30, deadline=None)
def test_without_an_edit_there_is_no_tag(tags_of, text):
    assert tags_of(text) == []


def test_an_edit_that_changes_nothing_has_no_tag(tags_of):
    assert tags_of("a = 1\n", Edit(0, 5, "a = 1")) == []


@pytest.mark.parametrize(
    ("broken", "edit", "tag"),
    [
        ("if a\n    b()\n", Edit(4, 4, ":"), ("line 4", "insert :", ":")),
        ("f(a\n", Edit(3, 3, ")"), ("<end>", "insert )", ")")),
        ("f(a", Edit(3, 3, ")"), ("<end>", "insert )", ")")),
        ("a = 1 +\nb\n", Edit(5, 7, ""), ("+", "delete")),
        ("a == b\n", Edit(2, 4, "!="), ("==", "write !=", "!=")),
        ("retrun x\n", Edit(0, 6, "return"), ("retrun", "write return", "return")),
        ("valeu = 1\n", Edit(0, 5, "value"), ("valeu", "inner", "value")),
        ("f(total)\n", Edit(2, 7, "count"), ("total", "write a name", "count")),
        ("a = 5\n", Edit(4, 5, "7"), ("5", "write a number", "7")),
        ("a = self.\n", Edit(9, 9, "value"), ("<end>", "insert a name", "value")),
        ("a in not b\n", Edit(2, 8, "not in"), ("in", "swap")),
        ("x = 'abc\ny\n", Edit(8, 8, "'"), ("line 0", "insert '", None)),
        ("x = abc'\ny\n", Edit(4, 4, "'"), ("abc", "insert '", None)),
        ("x = 'a'b'\n", Edit(8, 9, ""), ("'", "delete")),
        ("this is prose\nb = 1\n", Edit(0, 0, "# "), ("this", "insert #", None)),
        ("# a = 1\nb = 1\n", Edit(0, 2, ""), ("# a = 1", "inner")),
        ("a = 1 b = 2\n", Edit(5, 6, "\n"), ("b", "insert a line 0")),
        ("if a: b\n", Edit(5, 6, "\n    "), ("b", "insert a line 1")),
        ("a = [1,\nb]\n", Edit(7, 8, " "), ("line 0", "delete")),
    ],
)
def test_a_small_edit_is_one_tag(tags_of, broken, edit, tag):
    assert tags_of(broken, edit) == [tuple(part for part in tag if part)]


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("b b\na = 1\n", Edit(0, 4, "")),
        ("a = 1\nb b\nc = 2\n", Edit(6, 10, "")),
        ("a = 1\nb b\n", Edit(6, 10, "")),
        ("a = 1\nb b", Edit(5, 9, "")),
        ("a = 1\nb b\nc = 2\n", Edit(0, 16, "a = 1\nc = 2\n")),
    ],
    ids=["first", "middle", "last", "last without newline", "as a part of more"],
)
def test_a_line_that_goes_is_one_tag_at_its_start_however_it_is_written(tags_of, text, edit):
    assert tags_of(text, edit) == [("line 0", "delete-line")]


def test_the_tokens_of_a_deleted_line_are_gone(languages, tokens_of):
    text = "a = 1\nb b\nc = 2\n"
    tokens = tokens_of(text)
    gone = Tagger(text, tokens, languages.named("python"))([Edit(6, 10, "")]).gone
    assert [tokens.items[index].text for index in sorted(gone)] == ["b", "b"]


@pytest.mark.parametrize(
    "edit",
    [Edit(5, 5, "\n    pass"), Edit(6, 6, "    pass\n"), Edit(0, 10, "if a:\n    pass\nb()\n")],
    ids=["after the line above", "before the line below", "as a part of more"],
)
def test_a_line_that_comes_is_tagged_before_the_next_line_however_it_is_written(tags_of, edit):
    said = [("line 0", "insert a line 1"), ("line 0", "insert pass", "pass")]
    assert tags_of("if a:\nb()\n", edit) == said


def test_a_block_that_moves_is_two_shifts(tags_of):
    text = "if a:\nb()\nc()\nd()\n"
    moved = [Edit(6, 6, "    "), Edit(10, 10, "    ")]
    assert tags_of(text, *moved) == [("line 0", "shift 1"), ("line 0", "shift -1")]


def test_a_block_that_moves_to_the_end_of_the_text_is_one_shift(tags_of):
    assert tags_of("if a:\nb()\n", Edit(6, 6, "    ")) == [("line 0", "shift 1")]


def test_a_step_that_is_no_whole_level_is_odd(tags_of):
    text = "if a:\n    b()\n   c()\nd()\n"
    said = [("line 3", "shift odd right"), ("line 0", "shift odd left")]
    assert tags_of(text, Edit(14, 17, "    ")) == said


def test_the_marks_of_a_merge_are_lines_that_go(tags_of):
    text = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> topic\nb\n"
    taken = tags_of(text, Edit(0, 13, ""), Edit(19, len(text) - 2, ""))
    assert taken == [("line 0", "delete-line")] * 4


def test_arguments_that_change_places_are_two_names_written(tags_of):
    swapped = [Edit(2, 7, "count"), Edit(9, 14, "total")]
    said = [("total", "write a name", "count"), ("count", "write a name", "total")]
    assert tags_of("f(total, count)\n", *swapped) == said
    assert tags_of("f(total, count)\n", Edit(2, 14, "count, total")) == said


def test_edits_far_apart_are_tagged_on_their_own(tags_of):
    text = "if a\n    b()\nc = f(1\n"
    said = tags_of(text, Edit(4, 4, ":"), Edit(20, 20, ")"))
    assert said == [("line 4", "insert :", ":"), ("<end>", "insert )", ")")]


def test_indentation_and_a_token_of_one_line_are_two_tags(tags_of):
    said = tags_of("if a:\nb(\n", Edit(6, 6, "    "), Edit(8, 8, ")"))
    assert said == [("<end>", "insert )", ")"), ("line 0", "shift 1")]


def test_a_brace_on_a_line_of_its_own(tags_of):
    text = "if (a) {\n  g();\nh();\n"
    said = tags_of(text, Edit(16, 16, "}\n"), language="javascript")
    assert said == [("line 0", "insert a line -1"), ("line 0", "insert }", "}")]


def test_no_text_at_all_can_be_written(tags_of):
    assert tags_of("", Edit(0, 0, "pass\n")) == [
        ("<end>", "insert a line 0"),
        ("<end>", "insert pass", "pass"),
    ]


def test_labels_and_words_are_told_apart():
    assert len(set(EDITS)) == len(EDITS)
    assert len(set(INSERTS)) == len(INSERTS)
    assert len(set(WORDS)) == len(WORDS)


def test_tags_do_not_depend_on_how_an_edit_is_cut(tags_of):
    text, small, large = "x = f(1\ny = 2\n", Edit(7, 7, ")"), Edit(0, 8, "x = f(1)\n")
    assert Patch.rewrite(text, [small]) == Patch.rewrite(text, [large])
    assert tags_of(text, small) == tags_of(text, large)
