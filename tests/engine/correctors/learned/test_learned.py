"""What the family `learned` proposes, by models whose opinions are known."""

from __future__ import annotations

import shutil

import pytest

from thea_code_system.correctors.learned.alarms import AlarmFinder
from thea_code_system.correctors.learned.answers import Answers
from thea_code_system.correctors.learned.classes import TokenClasses
from thea_code_system.correctors.learned.corrector import LearnedCorrector
from thea_code_system.correctors.learned.options import Options
from thea_code_system.correctors.learned.scopes import PythonNames
from thea_code_system.errors import ToolError
from thea_code_system.languages.registry import Languages
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

pytestmark = pytest.mark.torch

AREA = "def area(width, height):\n    total = 2 * width\n    return total, height\n"


class Bench:
    """A corrector with a model that was made for one test."""

    def __init__(self, folder):
        self.corrector = LearnedCorrector(ModelShelf(folder))

    async def propose(self, text, path="a.py", searched=None, **settings):
        source = SourceFile.decode(path, text.encode())
        context = ProjectContext("/", Settings(**settings), searched=searched)
        (found,) = await self.corrector.propose([source], context)
        return found

    async def fixed(self, text, path="a.py", **settings):
        found = await self.propose(text, path, **settings)
        return [(one.rule.partition("/")[2], Patch.rewrite(text, one.edits)) for one in found]


@pytest.fixture
def bench(hand_made, tmp_path):
    return lambda *args, **more: Bench(hand_made(*args, **more).save(tmp_path / "model"))


async def test_a_misused_variable_is_proposed_with_its_evidence(bench):
    (found,) = await bench({"width": "height"}).propose(AREA)
    assert found.rules == ("learned/variable-misuse",)
    assert found.safety is Safety.UNSAFE
    assert found.message == "`height` is expected here, not `width`"
    assert Patch.rewrite(AREA, found.edits) == AREA.replace("2 * width", "2 * height")
    assert 0.8 < found.score < 1
    evidence = dict(found.evidence)
    assert evidence["expected"] == "height"
    assert evidence["runner-up"] == "width"
    assert float(evidence["probability"]) > 0.8 > float(evidence["its probability"])


async def test_a_name_is_replaced_only_by_one_that_is_visible_where_it_stands(bench):
    text = "def f(width):\n    return width\n\n\ndef g(height):\n    return height\n"
    assert await bench({"width": "height"}).propose(text) == ()


async def test_a_name_that_is_bound_nowhere_is_told_as_such(bench):
    text = "def f(height):\n    return 2 * width\n"
    fixed = await bench({"width": "height"}).fixed(text)
    assert fixed == [("undefined-name", text.replace("width", "height"))]


REPAIRS = {
    "wrong-operator": ("if width > 2:\n    print()\n", {">": ">="}, {}, "width >= 2"),
    "wrong-operator: boolean": ("x = first and second\n", {"and": "or"}, {}, "first or second"),
    "wrong-operator: in": ("x = first in items\n", {}, {"in": "not"}, "first not in items"),
    "wrong-operator: is": ("x = first is not second\n", {"not": ""}, {}, "first is second"),
    "wrong-literal": ("print(True)\n", {"True": "False"}, {}, "print(False)"),
    "wrong-literal: number": ("print(items[1])\n", {"1": "0"}, {}, "items[0]"),
    "negation": ("if ready:\n    print()\n", {}, {"ready": "not"}, "if not ready:"),
    "negation: needless": ("if not ready:\n    print()\n", {"not": ""}, {}, "if ready:"),
    "wrong-attribute": ("x = items.first\ny = items.second.third\n", {"third": "first"}, {},
                        "items.second.first"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPAIRS)
async def test_each_class_of_tokens_has_its_code(bench, name):
    text, edits, gaps, expected = REPAIRS[name]
    ((code, after),) = await bench(edits, gaps).fixed(text)
    assert code == name.partition(":")[0]
    assert expected in after


async def test_signs_parameters_and_keywords_of_calls_are_no_operators_or_variables(bench):
    text = "def f(width=1, *items):\n    return f(width=-1, *items)\n"
    wrong = {"width": "items", "-": "+", "*": "/"}
    assert await bench(wrong).propose(text) == ()


@pytest.mark.parametrize("path", ["a.js", "a.ts", "a.tsx"])
async def test_javascript_and_typescript_have_operators_and_negations_of_their_own(bench, path):
    text = "if (ready && first === second) {\n  print(width);\n}\n"
    fixed = await bench({"===": "!==", "&&": "||"}, {"ready": "!"}).fixed(text, path)
    assert set(fixed) == {
        ("negation", text.replace("ready", "!ready")),
        ("wrong-operator", text.replace("&&", "||")),
        ("wrong-operator", text.replace("===", "!==")),
    }


async def test_what_the_model_would_undo_at_once_is_no_alarm(bench):
    assert await bench({">": ">=", ">=": ">"}).propose("x = width > 2\n") == ()


async def test_what_would_not_parse_is_no_alarm(bench):
    assert await bench({}, {"ready": "not"}).propose("x = 1 + (ready)\n") != ()
    assert await bench({}, {"ready": "not"}).propose("for (ready) in []:\n    pass\n") == ()


def test_swapped_arguments_are_one_alarm_of_two_edits(hand_made, tmp_path):
    text = "def f(first, second):\n    return f(second, first)\n"
    model = ModelShelf(hand_made({"first": "second", "second": "first"}).save(tmp_path)).model()
    opinion = model.opinion(text, Languages().named("python"), None)
    names = PythonNames(text, opinion.tokens.items)
    options = Options(Answers(opinion, TokenClasses(python=True)), lambda: names)
    best, *others = AlarmFinder(options).alarms()
    assert best.option.code == "learned/swapped-arguments"
    assert Patch.rewrite(text, sorted(best.option.edits)) == text.replace(
        "f(second, first)", "f(first, second)"
    )
    assert all(one.chance < 0.3 for one in others), "either half alone is no better"


async def test_only_the_best_few_are_proposed_and_more_where_all_is_asked_for(bench):
    text = "".join(f"x{n} = first > {n}\n" for n in range(12))
    made = bench({">": ">="})
    assert len(await made.propose(text)) == 5
    assert len(await made.propose(text, "b.py", min_confidence=0.0)) > 5


async def test_improbable_alarms_are_proposed_only_where_all_is_asked_for(bench):
    made = bench({">": ">="}, certain=6.0)
    assert await made.propose("x = first > 2\n") == ()
    found = await made.propose("x = first > 2\n", "b.py", min_confidence=0.0)
    assert found[0].score < 0.1
    assert Patch.rewrite("x = first > 2\n", found[0].edits) == "x = first >= 2\n"


async def test_alarms_far_into_a_long_file_are_found_where_they_are(bench):
    lines = [f"x{n} = [n, {n}, {n}]\n" for n in range(300)]
    lines[211] = "x211 = first > 2\n"
    ((_, after),) = await bench({">": ">="}).fixed("".join(lines))
    assert after.splitlines()[211] == "x211 = first >= 2"


async def test_a_file_is_searched_once_and_its_alarms_stay_as_long_as_their_lines(bench):
    text = "a = 1\nb = 2\nx = first > 2\nc = 3\nd = 4\n"
    made = bench({">": ">="})
    (before,) = await made.propose(text)
    moved = f"import os\n{text}"
    (again,) = await made.propose(moved)
    assert Patch.rewrite(moved, again.edits) == moved.replace(">", ">=")
    assert (again.score, again.message) == (before.score, before.message)
    assert not await made.propose(text.replace(">", ">=") + "y = first > 3\n")


async def test_files_outside_of_the_budget_are_not_searched(bench):
    made = bench({">": ">="})
    assert await made.propose("x = first > 2\n", searched=frozenset({"b.py"})) == ()
    assert await made.propose("x = first > 2\n", "b.py", searched=frozenset({"b.py"}))


async def test_files_beyond_the_context_length_are_not_read(bench):
    assert await bench({">": ">="}).propose("x = first > 2\n", context_length=4) == ()


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "x"])
async def test_files_with_nothing_to_replace_have_no_alarms(bench, text):
    assert await bench({"width": "height"}).propose(text, min_confidence=0.0) == ()


def test_the_digests_of_weights_and_tokenizer_are_the_version(hand_made, tmp_path):
    one, other = (hand_made({"<": word}).save(tmp_path / word) for word in (">", ">="))
    shutil.copytree(one, tmp_path / "copy")
    version = ModelShelf(one).version
    assert version == ModelShelf(str(tmp_path / "copy")).version
    assert version != ModelShelf(other).version
    assert ModelShelf(str(tmp_path / "none")).version == ""


def test_a_model_is_loaded_once(hand_made, tmp_path):
    shelf = ModelShelf(hand_made({}).save(tmp_path))
    assert shelf.model() is shelf.model()


def missing(folder):
    (folder / "weights.safetensors").unlink()


def truncated(folder):
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def garbled(folder):
    (folder / "tokenizer.json").write_text("{", "utf-8")


def tampered(folder):
    weights = folder / "weights.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def unranked(folder):
    (folder / "ranking.json").write_text('{"score": 1}', "utf-8")


def misranked(folder):
    (folder / "ranking.json").write_text("[1]", "utf-8")


DAMAGES = {
    missing: "there is no weights.safetensors",
    truncated: "is cut short or damaged",
    garbled: "is no vocabulary",
    tampered: "its digest differs",
    unranked: "its ranking.json has no weight for 'odds'",
    misranked: "cannot be read: ranking.json: ",
    shutil.rmtree: "there is no such folder",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_an_error_that_names_its_folder(hand_made, tmp_path, damage):
    folder = tmp_path / "model"
    hand_made({}).save(folder)
    damage(folder)
    shelf = ModelShelf(str(folder))
    for _ in range(2):
        with pytest.raises(ToolError, match=r"the edit model .*model") as caught:
            shelf.model()
        assert DAMAGES[damage] in caught.value.message
