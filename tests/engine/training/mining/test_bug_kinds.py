"""One edit between two versions of a file has a kind, or it is no bug that we know."""

from __future__ import annotations

import pytest

from thea_code_system.training.mining.bug_kinds import BugKinds
from thea_code_system.training.mining.edits import EditFinder

TEXT = """\
import os


class Shelf:
    def __init__(self, folder, limit=10):
        self.folder = folder
        self.limit = limit
        self.books = []

    def add(self, book, price):
        path = os.path.join(self.folder, book)
        if price < self.limit and path not in self.books:
            self.books.append(path)
            self.total += price * 2
        for other in self.books:
            if not other.startswith(book):
                yield self.copy(other, path)
        return self.find(key=price, strict=True)
"""


def kind(old, new, text=TEXT):
    assert text.count(old) == 1, old
    after = text.replace(old, new)
    edit = EditFinder().find(text, after)
    return edit and BugKinds().kind(edit, text, after)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("append(path)", "append(book)", "variable-misuse"),
        ("price < self", "price <= self", "comparison"),
        ("limit and path", "limit or path", "boolean"),
        ("price * 2", "price + 2", "arithmetic"),
        ("total += price", "total -= price", "arithmetic"),
        ("total += price", "total = price", "assignment"),
        ("path not in self", "path in self", "negation"),
        ("if not other", "if other", "negation"),
        ("if price <", "if not price <", "negation"),
        ("join(self.folder, book)", "join(book, self.folder)", "swapped-arguments"),
        ("copy(other, path)", "copy(path, other)", "swapped-arguments"),
        ("key=price, strict=True", "key=True, strict=price", "swapped-arguments"),
        ("price * 2", "price * 3", "wrong-literal"),
        ("strict=True", "strict=None", "wrong-literal"),
        ("other.startswith", "other.endswith", "wrong-attribute"),
        ("find(key=", "find(price=", "wrong-keyword"),
    ],
)
def test_each_kind_is_known_by_its_edit(old, new, expected):
    assert kind(old, new) == expected


def test_a_name_that_nothing_binds_was_undefined():
    text = TEXT.replace("append(path)", "append(pth)")
    assert kind("append(pth)", "append(path)", text) == "undefined-name"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("append(path)", "append(missing)"),  # a name that is nowhere else in the file
        ("def add", "def put"),
        ("import os\n", "import sys\n"),
        ("        self.books = []", "        self.books = ()"),
        ("append(path)", "append(self.path)"),
        ("copy(other, path)", "copy(path, other, book)"),
        ("price * 2", "price * 20000"),
        ("if price < self.limit", "if (price) < self.limit"),
        ("        for other", "        # all others\n        for other"),
        ("self.copy(other, path)", "self.copy(other,  path)"),
    ],
)
def test_other_edits_have_no_kind(old, new):
    assert kind(old, new) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 'a == b'\n", "x = 'a != b'\n"),
        ("'''\na == b\n'''\n", "'''\na != b\n'''\n"),
        ("x = 1  # a == b\n", "x = 1  # a != b\n"),
        ("LIMIT = 5\n", "LIMIT = 6\n"),
        ("if x == None:\n    x()\n", "if x is None:\n    x()\n"),
        ("for i in xrange(9):\n    range(i)\n", "for i in range(9):\n    range(i)\n"),
        ("for i in range(9):\n    pass\n", "for i not in range(9):\n    pass\n"),
    ],
    ids=["string", "docstring", "comment", "setting", "style", "port", "broken"],
)
def test_prose_settings_style_and_ports_are_no_bugs(before, after):
    assert kind(before, after, before) is None


def test_columns_are_bytes_so_that_other_alphabets_do_not_mislead():
    before = "def f(ähre, öse):\n    return g('ß', ähre) if öse else g('ß', öse and ähre)\n"
    assert kind("'ß', ähre)", "'ß', öse)", before) == "variable-misuse"
