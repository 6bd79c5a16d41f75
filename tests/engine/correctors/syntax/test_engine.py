"""Whole repairs of files that do not parse."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.languages.registry import Languages
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

HEAD = "import os\n\n\ndef area(width, height):\n    return width * height\n\n\n"
LANGUAGES = Languages()


def apply(text, edits):
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


async def offers(text, path="pkg/example.py", **settings):
    corrector = SyntaxCorrector()
    context = ProjectContext("/", Settings(**settings))
    return corrector, (await corrector.propose([SourceFile(path, text)], context))[0]


@pytest.mark.parametrize(
    ("broken", "fixed"),
    [
        ("for i in range(3)\n    print(i)\n", "for i in range(3):\n    print(i)\n"),
        ("x = area(1, 2\ny = 3\n", "x = area(1, 2)\ny = 3\n"),
        ("x = [1, 2 3]\n", "x = [1, 2, 3]\n"),
        ("x = 'abc\ny = 2\n", "x = 'abc'\ny = 2\n"),
        (
            "def f(x):\n    if x = 1:\n        return 2\n",
            "def f(x):\n    if x == 1:\n        return 2\n",
        ),
        ("def f(x):\n    y = x\n      return y\n", "def f(x):\n    y = x\n    return y\n"),
        ("def f(x):\n    if x:\n        y = x\n      return y\n", None),
        ("x = area(1, 2))\n", "x = area(1, 2)\n"),
        (
            "for i in range(3)\n    print(i\n\nz = 1\n",
            "for i in range(3):\n    print(i)\n\nz = 1\n",
        ),
        (  # a decorator below the fault belongs to the function after it
            'def f(x):\n    print "x", x\n\n\n@cache\ndef g():\n    pass\n',
            'def f(x):\n    print("x", x)\n\n\n@cache\ndef g():\n    pass\n',
        ),
        (  # CPython tells the string first, although the bracket stands above it
            "def add(a, b:\n    return a + b\n\n\ndef key(x):\n    return x['entries]\n",
            "def add(a, b):\n    return a + b\n\n\ndef key(x):\n    return x['entries']\n",
        ),
        (
            "class A:\n    def f(self):\n\treturn 1\n",
            "class A:\n    def f(self):\n        return 1\n",
        ),
    ],
)
async def test_the_best_offer_is_what_a_person_would_write(broken, fixed):
    _, found = await offers(HEAD + broken)
    best = apply(HEAD + broken, found[0].edits)
    assert LANGUAGES.named("python").parses(best)
    if fixed is not None:
        assert best == HEAD + fixed


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        ("a.js", "function f(a) {\n  return g(a;\n}\n"),
        ("a.ts", "const x: number[] = [1, 2;\nexport { x };\n"),
        ("a.tsx", "export const A = () => {\n  return <p>{x}</p>;\n"),
    ],
)
async def test_javascript_and_typescript_are_repaired_too(path, broken):
    _, found = await offers(broken, path)
    assert LANGUAGES.for_path(path).parses(apply(broken, found[0].edits))


async def test_every_offer_parses_and_no_two_are_the_same():
    text = f"{HEAD}def f(a, b:\n    return (a + b\n"
    _, found = await offers(text)
    results = [apply(text, proposal.edits) for proposal in found]
    assert len(found) >= 5
    assert all(LANGUAGES.named("python").parses(result) for result in results)
    assert len(set(results)) == len(results)
    assert all(0 <= proposal.score <= 1 and proposal.broken for proposal in found)


async def test_the_same_text_gets_the_same_offers():
    text = f"{HEAD}x = area(1, [2)\nif x = 3\n    y = 'a\n"
    assert (await offers(text))[1] == (await offers(text))[1]


async def test_files_that_parse_get_no_offers():
    assert (await offers(HEAD))[1] == []


async def test_removing_code_is_unsafe_and_never_sure():
    text = f"{HEAD}some prose that was never meant to be code\n"
    _, found = await offers(text)
    removing = [proposal for proposal in found if "syntax/remove-code" in proposal.rules]
    assert removing
    assert all(proposal.safety is Safety.UNSAFE and proposal.score <= 0.3 for proposal in removing)


async def test_broken_files_among_fixtures_look_deliberate():
    _, found = await offers("if x\n    y()\n", "tests/fixtures/bad.py")
    assert all(proposal.safety < Safety.SAFE for proposal in found)


async def test_the_budget_bounds_the_search_and_the_clock_is_reported():
    corrector, _ = await offers(f"{HEAD}x = (\n", syntax_budget=50)
    assert not corrector.timed_out
    corrector, _ = await offers(f"{HEAD}x = (\n", syntax_seconds=0.0)
    assert corrector.timed_out == {"pkg/example.py"}


async def test_a_fault_that_was_copied_is_mended_in_all_its_copies():
    line = "    check(os.path.join(base, 'db.mtn'],\n          {})\n"
    broken = "def f(base):\n" + "".join(line.format(number) for number in range(14))
    _, found = await offers(broken)
    assert Patch.rewrite(broken, found[0].edits) == broken.replace("'db.mtn']", "'db.mtn')")
