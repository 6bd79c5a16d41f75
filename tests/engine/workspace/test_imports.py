"""Which names a file takes from which modules."""

from __future__ import annotations

import pytest

from thea_code_system.workspace.imports import ImportScanner

MODULES = frozenset({"a", "b", "c", "x", "pkg", "mod", "util"})


def scan(text, package="p.q"):
    return ImportScanner().scan(text, package, MODULES)


@pytest.mark.parametrize(
    ("text", "module", "name"),
    [
        ("from a.b import c", "a.b", "c"),
        ("from a.b import c as d, x", "a.b", "x"),
        ("from a import *", "a", "*"),
        ("from . import x", "p.q", "x"),
        ("from .m import x", "p.q.m", "x"),
        ("from ..m import x", "p.m", "x"),
        ("from a import (b, # why\n    c,\n)", "a", "c"),
        ("from a \\\n  import c", "a", "c"),
        ("from a import b, \\\n    c", "a", "c"),
        ("    try: from a import c", "a", "c"),
        ("x = 1; from a import c", "a", "c"),
        (">>> from a import c", "a", "c"),
        ("import a.b.c", "a.b", "c"),
        ("import a.b as x\nx.name()", "a.b", "name"),
        ("import a.b\na.b.name()", "a.b", "name"),
        ("from a import b\nb.name", "a.b", "name"),
        ("from . import x as util\nprint(util.name)", "p.q.x", "name"),
        ("patch('pkg.mod.name')", "pkg.mod", "name"),
        ("def broken(:\n  from a import c\n", "a", "c"),
    ],
)
def test_a_use_is_found(text, module, name):
    assert name in scan(text)[module]


@pytest.mark.parametrize(
    "text", ["reimport = 1", "# nothing to see", "important(x)", "x = a_import"]
)
def test_what_is_no_import_is_none(text):
    assert scan(text) == {}


def test_attributes_of_other_names_are_not_taken_for_those_of_a_module():
    assert scan("from a import b\nmy_b.name\nself.b.name\n") == {"a": ("b",)}
