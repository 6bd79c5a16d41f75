"""Which names are visible where, and which files a budget reaches."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.learned.budget import SearchBudget
from thea_code_system.correctors.learned.scopes import PythonNames, ScriptNames
from thea_code_system.languages.registry import Languages
from thea_code_system.models.tokens import CodeTokens
from thea_code_system.values.workspace import Entry, Stamp

TEXT = """
import os.path as paths, sys
from a import b as c

top = 1

@decorate
class Shop(Base):
    size = 3
    def sell(self, fruit, *args, price: int = top, **kwargs) -> str:
        "é"
        try:
            with open(fruit) as file:
                total = [item for item in file if (last := item)]
        except OSError as error:
            raise
        match total:
            case [head, *tail]:
                return lambda x, /: x + HERE
        for number in range(3): global state; state = 1
        return {key: value for key, value in THERE.items()}

def other(q):
    return NEAR
"""


def read(text, name="python"):
    tokens = CodeTokens.of(Languages().named(name).lexemes(text)).items
    return PythonNames(text, tokens) if name == "python" else ScriptNames(tokens), tokens


def at(tokens, text):
    return next(token for token in tokens if token.text == text)


INSIDE = "self fruit args price kwargs file total last error head tail number"


def test_a_function_sees_its_own_names_those_around_it_and_the_built_in_ones():
    names, tokens = read(TEXT)
    seen = names.visible(at(tokens, "HERE"))
    assert seen >= set(f"{INSIDE} x paths sys c top Shop other state len".split())
    assert not seen & {"size", "q", "key", "value", "os", "b", "a", "item"}, "not those of others"
    assert names.visible(at(tokens, "THERE")) >= {"key", "value", "self"}
    assert not names.visible(at(tokens, "NEAR")) & {*INSIDE.split(), "x"}
    assert "size" in names.visible(at(tokens, "size"))


def test_only_names_that_are_read_are_variables():
    names, tokens = read(TEXT)
    read_ones = {token.text for token in tokens if names.is_read(token)}
    assert read_ones >= {"decorate", "Base", "top", "HERE", "file", "x", "OSError"}
    assert not read_ones & {"Shop", "self", "error", "sys", "tail"}


def test_what_no_scope_binds_is_unbound_unless_a_star_import_may_have():
    names, tokens = read(TEXT)
    assert names.is_unbound(at(tokens, "HERE"))
    assert not names.is_unbound(at(tokens, "total"))
    assert not names.is_unbound(at(tokens, "range"))
    names, tokens = read(f"from everything import *\n{TEXT}")
    assert not names.is_unbound(at(tokens, "HERE"))


def test_attributes_are_replaced_by_attributes():
    names, _ = read("a.first(b).second = c\n")
    assert names.attributes == {"first", "second"}
    script, tokens = read("a.first(b).second = c?.third;\n", "javascript")
    assert script.attributes == {"first", "second", "third"}
    assert script.visible(tokens[1]) == {"a", "b", "c"}


def entry(path, size):
    return Entry(path, Stamp(size, 0, 0, 0))


def test_a_budget_goes_to_the_latest_commits_first_then_by_path():
    pytest.importorskip("torch")
    entries = [entry(path, 600) for path in ("a.py", "b.py", "c.py", "d.py")]
    assert SearchBudget(220).reach(entries, ["d.py", "gone.py", "c.py"]) == {"d.py", "c.py"}
    assert SearchBudget(320).reach(entries, ["d.py"]) == {"d.py", "a.py", "b.py"}
    assert SearchBudget(50).reach(entries, []) == frozenset()
