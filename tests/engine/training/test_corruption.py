"""Code is broken in known ways, and each break knows how to be undone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thea_code_system.languages.registry import Languages
from thea_code_system.models.tokens import CodeTokens
from thea_code_system.training.corruption import Corruptor
from thea_code_system.values.patch import Patch

PYTHON = '''"""Stock of a shop."""

class Stock:
    # what is on the shelves
    # and how much of it there may be
    def __init__(self, items, limit=10):
        self.items = {name: 0 for name in items}
        self.limit = limit

    def add(self, name, count, note=None):
        """Put things on a shelf."""
        if name not in self.items and count > 0:
            raise KeyError(f"no shelf for {name}")
        total = self.items[name] + count
        if total >= self.limit or not count:
            return False  # and keep what there is
        # the rest is lost, as it always was
        self.items[name] = min(total, self.limit)
        print('added', count, [name, note])
        return True

    def empty(self):
        return all(count == 0 for count in self.items.values())
'''
SCRIPT = """const limit = 10;

// what is on the shelves
class Stock {
  add(name, count) {
    if (!this.items[name] && count > 0) {
      throw new Error(`no shelf for ${name}`);
    }
    const total = this.items[name] + count;
    return total === limit || total <= 3 ? [name, 'full'] : { name, count };
  }

  names() {
    return Object.keys(this.items).map((name) => name.trim());
  }
}
"""
TABS = (
    "def f(a, b):\n\tif a == b:\n\t\treturn True\n\tfor x in a:\n\t\tprint(x, b)\n\treturn False\n"
)
TEXTS = {"python": PYTHON, "javascript": SCRIPT, "typescript": SCRIPT}
SEEDS = st.integers(0, 2**32)
LANGUAGES = Languages()


def corruptor(text, seed, language="python"):
    tokens = CodeTokens.of(LANGUAGES.named(language).lexemes(text))
    return Corruptor(text, tokens, random.Random(seed), python=language == "python")


def drawn(text, language, kind, times=800):
    """What one corruptor draws many times, one at a time."""
    one = corruptor(text, 0, language)
    made = (getattr(one, kind)(1) for _ in range(times))
    return [item for item in made if item is not None]


@pytest.fixture(scope="module")
def broken():
    return drawn(PYTHON, "python", "syntax")


@pytest.fixture(scope="module")
def wrong():
    return drawn(PYTHON, "python", "meaning")


@pytest.mark.parametrize("language", TEXTS)
@given(seed=SEEDS, count=st.integers(1, 6), place=st.none() | st.integers(0, 150))
@settings(max_examples=60, deadline=None)
def test_the_repair_of_broken_code_restores_it(language, seed, count, place):
    text = TEXTS[language]
    made = corruptor(text, seed, language).syntax(count, place)
    if made is not None:
        assert Patch.rewrite(made.text, made.repair) == text


@pytest.mark.parametrize("language", TEXTS)
@given(seed=SEEDS, count=st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_the_repair_of_small_bugs_restores_the_code(language, seed, count):
    text = TEXTS[language]
    made = corruptor(text, seed, language).meaning(count)
    if made is not None:
        assert Patch.rewrite(made.text, made.repair) == text
        assert made.text != text


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "if x:",
                "\n",
                "    ",
                "\t",
                "a = 1",
                "'s'",
                "# a b",
                "(",
                ")",
                "f(a, b)",
                "not a",
                "...",
            ]
        ),
        max_size=25,
    ),
    seed=SEEDS,
    python=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_even_strange_texts_are_restored(pieces, seed, python):
    text = "".join(pieces)
    one = corruptor(text, seed, "python" if python else "javascript")
    for made in (one.syntax(3), one.meaning(3)):
        assert made is None or Patch.rewrite(made.text, made.repair) == text


@given(seed=SEEDS, count=st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_several_faults_do_not_touch(seed, count):
    made = corruptor(PYTHON, seed).syntax(count)
    assert 1 <= len(made.kind.split("+")) <= count
    assert list(made.repair) == sorted(made.repair)
    assert all(a.end <= b.start for a, b in zip(made.repair, made.repair[1:], strict=False))


def test_a_text_without_tokens_cannot_be_broken():
    assert corruptor("", 1).syntax(3) is None
    assert corruptor("\n\n", 1).meaning(3) is None


def test_the_same_seed_breaks_alike():
    one, other = (corruptor(PYTHON, 7).syntax(3) for _ in range(2))
    assert one == other


def test_near_a_token_the_rest_stays_whole():
    text = PYTHON + "".join(f"x{number} = {number}\n" for number in range(200))
    one = corruptor(text, 0)
    for _ in range(30):
        made = one.syntax(1, 5)
        assert made is None or made.text.endswith(text[len(text) // 2 :])


def test_most_broken_code_does_not_parse(broken):
    python = LANGUAGES.named("python")
    assert sum(python.parses(made.text) for made in broken) < 0.3 * len(broken)


def test_most_code_with_small_bugs_parses(wrong):
    python = LANGUAGES.named("python")
    assert sum(python.parses(made.text) for made in wrong) > 0.9 * len(wrong)


def test_all_ways_of_breaking_are_drawn(broken, wrong):
    assert {made.kind for made in broken} == {
        "drop a bracket", "drop a comma", "drop a colon", "drop a quote", "drop a token",
        "stray token", "wrong token", "swap tokens", "shift a line", "shift a block", "join lines",
        "split a line", "cut a line", "merge conflict", "lose a body", "double a line start",
        "slip of the pen", "comment out", "prefixed lines", "old lines", "fence or prose",
        "smart quotes", "unseen character", "wide or alike", "foreign word", "foreign comment",
        "foreign block", "old python",
    }  # fmt: skip
    assert {made.kind for made in wrong} == {
        "other name", "other operator", "negation", "swap arguments", "other literal",
        "other attribute", "drop a name part",
    }  # fmt: skip


def test_a_merge_leaves_marks_of_both_sides(broken):
    merges = [made for made in broken if made.kind == "merge conflict"]
    assert any(
        all(mark in made.text for mark in ("<<<<<<< ", "=======\n", ">>>>>>> ")) for made in merges
    )


def test_other_names_come_from_the_same_function(wrong):
    names = {
        made.text[edit.start : edit.end]
        for made in wrong
        if made.kind == "other name"
        for edit in made.repair
    }
    assert names
    assert names <= {"items", "limit", "name", "count", "note", "total", "KeyError", "min", "all"}


def test_python_2_wrote_statements_where_functions_stand(broken):
    old = [made.text for made in broken if made.kind == "old python"]
    assert any("print 'added'" in text for text in old)
    assert any('raise KeyError, f"no shelf' in text for text in old)


def test_a_header_of_a_condition_gets_another_name():
    text = "def f(first, second):\n    total = first\n    if second:\n        return total\n"
    assert any(made.text.count("second:") == 0 for made in drawn(text, "python", "meaning"))


def test_a_parameter_keeps_its_name():
    text = "def f(first, second=None):\n    for third in first:\n        second = third\n"
    names = [made for made in drawn(text, "python", "meaning") if made.kind == "other name"]
    assert names
    for made in names:
        assert made.text.startswith("def f(first, second=None):\n    for third in ")


def test_every_shift_of_tabs_changes_a_column():
    shifts = [one for one in drawn(TABS, "python", "syntax") if one.kind.startswith("shift")]
    assert shifts
    assert all(made.text != TABS for made in shifts)


def test_a_shift_of_tabs_stays_in_tabs():
    made = [one for one in drawn(TABS, "python", "syntax", 200) if one.kind == "shift a block"]
    assert made
    assert not any("    " in one.text for one in made)
