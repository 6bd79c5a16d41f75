"""What speaks for an alarm besides the edit model: each trait fires where it is meant to."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.learned.answers import Answers
from thea_code_system.correctors.learned.classes import TokenClasses
from thea_code_system.correctors.learned.corrector import LearnedCorrector
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.scopes import PythonNames, ScriptNames
from thea_code_system.correctors.learned.traits import Traits
from thea_code_system.languages.registry import Languages
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.training.alarms import AlarmFit
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

pytestmark = pytest.mark.torch

FORGOTTEN = """
def f(a, min_x, max_x):
    a.min_x = get(min_x, 1)
    a.max_x = get(min_x, 1)
"""


@pytest.fixture
def reader(hand_made, tmp_path):
    """Reads a text with a model that finds nothing wrong in it."""
    model = ModelShelf(hand_made({}).save(tmp_path / "model")).model()

    def read(text, name="python"):
        opinion = model.opinion(text, Languages().named(name), None)
        python = name == "python"
        items = opinion.tokens.items
        names = PythonNames(text, items) if python else ScriptNames(items)
        options = Options(Answers(opinion, TokenClasses(python=python)), lambda: names)
        return options, Traits(options)

    return read


def last(options, word):
    items = options.opinion.tokens.items
    return max(index for index, token in enumerate(items) if token.text == word)


BLOCK = """
def f(left, right):
    if left:
        use(left)
    if right:
        use(left)
"""
STRINGS = """
from codes import OPEN_ALL, SHUT_ALL
ACTIONS = (
    (OPEN_ALL, 'open all'),
    (SHUT_ALL, 'shut all'),
    (SHUT_ALL, 'open all'),
)
"""
PARAMETER = """
def g(width, height): ...
def f(width, height):
    g(width, width)
"""
CLASSES = """
class A: ...
class B(A):
    def f(self):
        super(A, self).f()
"""
ATTRIBUTES = """
class A:
    def f(self):
        self.size = 1
        print(self.siz)
"""
NAMES = {
    "copied": (FORGOTTEN, "min_x", "max_x"),
    "copied: in a block": (BLOCK, "left", "right"),
    "copied: told by a string": (STRINGS, "SHUT_ALL", "OPEN_ALL"),
    "keyword": ("def f(width, height):\n    return g(width=height)\n", "height", "width"),
    "parameter": (PARAMETER, "width", "height"),
    "target": ("def f(a_width, a_height):\n    width = a_height\n", "a_height", "a_width"),
    "function": ("def set_width(width, size):\n    print(size)\n", "size", "width"),
    "idle": ("def f(size):\n    total = size\n    return size\n", "size", "total"),
    "idle parameter": ("def f(first, second):\n    return first\n", "first", "second"),
    "lone": ("def f(first, second):\n    return first, second\n", "first", "second"),
    "own class": (CLASSES, "A", "B"),
    "twins": ("def f(a, b):\n    return a.x == a.x\n", "a", "b"),
    "never set": (ATTRIBUTES, "siz", "size"),
    "imported": ("import os\ndef f(a):\n    return a\n", "a", "os"),
    "builtin": ("def f(a):\n    return a\n", "a", "len"),
}
ODD = [name for name in NAMES if name.startswith(("copied", "idle", "keyword"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_expected_has_the_trait(reader, name):
    text, old, new = NAMES[name]
    options, traits = reader(text)
    found = options.instead(last(options, old), {new}, only=True)
    (option,) = [one for one in found if one.expected == new]
    assert traits.of(option).get(name.partition(":")[0], 0) > 0


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_suspected_whatever_the_model_thinks(reader, name):
    text, old, new = NAMES[name]
    options, traits = reader(text)
    assert new in traits.suspects()[last(options, old)]


OPERATORS = {
    "clash": ("if x is None and x.y: pass\n", "and", "or"),
    "clash: negated": ("if not x and x.y: pass\n", "and", "or"),
    "clash: or": ("if x or x.y: pass\n", "or", "and"),
    "clash: unequal": ("if x != 1 or x != 2: pass\n", "or", "and"),
    "clash: equal": ("if x == 1 and x == 2: pass\n", "and", "or"),
    "untested": ("if not x:\n    print(x.y)\n", "not", "nothing"),
    "untested: none": ("if x is not None:\n    x = []\n", "not", "nothing"),
}
SOUND = {
    "clash": "if x is None or x.y: pass\n",
    "clash: and": "if x and x.y: pass\n",
    "untested": "if not x:\n    x = 1\n",
}


@pytest.mark.parametrize("name", OPERATORS)
def test_a_condition_that_cannot_be_meant_has_the_trait(reader, name):
    text, old, new = OPERATORS[name]
    options, traits = reader(text)
    (option,) = [one for one in options.instead(last(options, old)) if one.expected == new]
    assert traits.of(option)[name.partition(":")[0]] == 1


@pytest.mark.parametrize("name", SOUND)
def test_a_usual_condition_has_not(reader, name):
    options, traits = reader(SOUND[name])
    word = next(w for w in ("not", "and", "or") if f" {w} " in SOUND[name])
    for option in options.instead(last(options, word)):
        assert traits.of(option).get(name.partition(":")[0], 0) <= 0


def test_lines_that_are_adapted_throughout_suspect_nothing(reader):
    _, traits = reader("a.min_x = get(min_x, n)\na.max_x = get(max_x, n)\n")
    assert not traits.suspects()


def test_scripts_have_traits_too(reader):
    text = "let maxX = 1;\na.minX = get(minX, 1);\na.maxX = get(minX, 1);\n"
    options, traits = reader(text, "javascript")
    assert "maxX" in traits.suspects()[last(options, "minX")]


async def test_weights_put_the_forgotten_copy_first_whatever_the_model_thinks(hand_made, tmp_path):
    folder = hand_made({">": ">="}).save(tmp_path / "model")
    text = f"x = first > 2\n{FORGOTTEN}"
    weights = '{"copied": 30.0, "bias": 8.0, "odds": 1.0}'
    (tmp_path / "model" / "alarms.json").write_text(weights, "utf-8")
    corrector = LearnedCorrector(ModelShelf(folder))
    context = ProjectContext("/", Settings(min_confidence=0.0))
    ((first, *_),) = await corrector.propose([SourceFile("a.py", text)], context)
    assert Patch.rewrite(text, first.edits) == text.replace(
        "max_x = get(min_x", "max_x = get(max_x"
    )
    assert first.score > 0.8
    assert weights in corrector.version()


def test_a_fit_finds_the_weights_that_put_what_is_right_first():
    import torch

    from thea_code_system.correctors.learned.ranking import AlarmRanker
    from thea_code_system.training.alarms import AlarmCase

    size, copied = len(AlarmRanker.ALARM), AlarmRanker.ALARM.index("copied")
    rows = torch.zeros(3, size)
    rows[1, copied] = 1.0
    right, none = torch.tensor([False, True, False]), torch.tensor([1.0, 0.0, 0.0, 0.0])
    wrong = AlarmCase(rows, none, right)
    sound = AlarmCase(torch.zeros(3, size), none, torch.zeros(3, dtype=torch.bool))
    fit = AlarmFit()
    weights = fit.fit([wrong, sound])
    assert fit.judge(weights, wrong)[1] > 0.8
    assert max(fit.judge(weights, sound)) < 0.1
    assert not AlarmFit(without=("copied",)).fit([wrong, sound]).get("copied")
