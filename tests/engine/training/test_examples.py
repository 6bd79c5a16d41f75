"""Examples: each label belongs to the row it is about."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.languages.registry import Languages
from thea_code_system.models.reader import COLUMNS, SIZES
from thea_code_system.models.tags import EDITS, INSERTS, KEEP
from thea_code_system.models.tokens import KINDS
from thea_code_system.models.vocabulary import MASK, PIECES, Vocabulary
from thea_code_system.models.words import WORDS
from thea_code_system.training.corpus import Piece, Shelf
from thea_code_system.training.examples import ExampleMaker
from thea_code_system.training.windows import IGNORED
from thea_code_system.values.correction import Edit

PIECE = Piece(
    "python",
    """class Stock:
    def __init__(self, items, limit=10):
        self.items = {name: 0 for name in items}
        self.limit = limit

    def add(self, name, count):
        if name not in self.items and count > 0:
            raise KeyError(name)
        total = self.items[name] + count
        self.items[name] = min(total, self.limit)
        return total >= self.limit
""",
    "shop/stock.py",
)
PYTHON = Languages().named("python")


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.learned([*WORDS, "items", "limit", "count", "total", "name"] * 3, 400)


@pytest.fixture(scope="module")
def maker(vocabulary):
    def make(seed=0, size=40):
        return ExampleMaker(vocabulary, size, seed)

    return make


def column(example, name):
    return [row[COLUMNS.index(name)] for row in example.rows]


@given(seed=st.integers(0, 2**32), size=st.integers(8, 200))
@settings(max_examples=40, deadline=None)
def test_labels_align_with_rows(maker, seed, size):
    one = maker(seed, size)
    for example in filter(None, (one.of_piece(PIECE) for _ in range(4))):
        assert 0 < len(example.rows) <= size
        assert len(example.rows) == len(example.edits) == len(example.inserts)
        assert all(label == IGNORED or 0 <= label < len(EDITS) for label in example.edits)
        assert all(label == IGNORED or 0 <= label < len(INSERTS) for label in example.inserts)
        for token, insert, found in example.pointers:
            name = (INSERTS if insert else EDITS)[(example.edits, example.inserts)[insert][token]]
            assert name.startswith("a " if insert else "write a ")
            assert token not in found
            assert all(0 <= place < len(example.rows) for place in found)
        for name, size_ in SIZES.items():
            assert all(0 <= value < size_ for value in column(example, name))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_places_pointed_at_hold_one_and_the_same_text(maker, vocabulary, seed):
    example = maker(seed).of_piece(PIECE)
    hidden = vocabulary.pieces(MASK)
    for _, _, found in example.pointers if example else ():
        texts = {example.rows[place][:PIECES] for place in found} - {hidden}
        assert len(texts) <= 1


def test_the_same_seed_makes_the_same_examples(maker):
    one, other = ([maker(5).of_piece(PIECE) for _ in range(5)] for _ in range(2))
    assert one == other


def test_a_real_pair_is_labelled_where_it_was_repaired(maker):
    text = "def f(items)\n    return items\n"
    example = maker().of_pair(text, [Edit(12, 12, ":")], PYTHON, PYTHON.first_fault(text))
    labels = {n: INSERTS[label] for n, label in enumerate(example.inserts) if label != KEEP}
    assert labels == {6: ":"}
    assert set(example.edits) == {KEEP}
    assert not example.pointers
    assert 2 in column(example, "mark")


def test_a_name_to_be_written_points_at_where_it_stands(maker):
    text = "def f(items):\n    limit = 1\n    return limit + count\n"
    start = text.index("count")
    example = maker().of_pair(text, [Edit(start, start + 5, "items")], PYTHON, None)
    ((place, insert, found),) = example.pointers
    assert (EDITS[example.edits[place]], insert, found) == ("write a name", 0, (4,))


def test_a_name_that_stands_nowhere_points_nowhere(maker):
    example = maker().of_pair("f(items)\n", [Edit(2, 7, "stock")], PYTHON, None)
    assert [found for _, _, found in example.pointers] == [()]


def test_nothing_is_asked_of_the_tokens_of_a_deleted_line(maker):
    text = "a = 1\nb b\nc = 2\n"
    example = maker().of_pair(text, [Edit(6, 10, "")], PYTHON, PYTHON.first_fault(text))
    assert [EDITS[label] if label != IGNORED else None for label in example.edits[4:7]] == [
        "delete-line",
        None,
        None,
    ]
    assert example.inserts[4:7] == (KEEP, IGNORED, IGNORED)


def test_a_window_of_a_long_text_holds_the_repair(maker):
    lines = "".join(f"name{number} = {number}\n" for number in range(200))
    text = f"{lines}f(items\n{lines}"
    edit = Edit(len(lines) + 7, len(lines) + 7, ")")
    example = maker(size=60).of_pair(text, [edit], PYTHON, PYTHON.first_fault(text))
    assert len(example.rows) == 60
    assert [INSERTS[label] for label in example.inserts if label != KEEP] == [")"]


def test_hidden_tokens_are_asked_for(maker, vocabulary):
    one, mask = maker(1), vocabulary.pieces(MASK)
    examples = [example for _ in range(60) if (example := one.of_piece(PIECE))]
    hidden = [
        (row, label)
        for example in examples
        for row, label in zip(example.rows, example.edits, strict=True)
        if row[:PIECES] == mask
    ]
    assert hidden
    assert {row[COLUMNS.index("kind")] for row, _ in hidden} == {KINDS.index("mask")}
    assert all(EDITS[label].startswith("write ") for _, label in hidden)


def test_a_piece_of_a_few_tokens_is_no_example(maker):
    assert maker().of_piece(Piece("python", "a = 1\n", "a.py")) is None


def test_examples_come_from_shelves_without_end(maker, tmp_path):
    path = tmp_path / "pieces.jsonl"
    assert Shelf.write(path, [PIECE, PIECE]) == 2
    shelf = Shelf(path)
    assert len(shelf) == 2
    assert shelf.any(random.Random(1)) == PIECE
    assert len(list(itertools.islice(maker().endless([(shelf, 1.0)]), 5))) == 5
