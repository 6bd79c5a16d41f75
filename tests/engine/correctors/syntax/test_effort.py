"""What a search for repairs may cost, told in what is the same on every machine."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("torch")

from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.engine import RepairEngine
from thea_code_system.correctors.syntax.scoring import LinearScorer
from thea_code_system.languages.javascript import JavaScriptLanguage
from thea_code_system.languages.python import PythonLanguage
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

SCORER = LinearScorer()
LONG = f"x = {' + '.join('1' * 600)} +"  # of which the last resort once tried every token
METHODS = "".join(f"    def f{n}(self, a: int) -> int: ...\n" for n in range(2_000))


def work(text, path="m.py"):
    """What the parser has to do for one search, in characters."""
    language = PythonLanguage() if path.endswith(".py") else JavaScriptLanguage()
    RepairEngine(RuleBook(), SCORER, 100, 600.0).repairs(SourceFile(path, text), language)
    return language.work


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lines.py", f"{LONG}\n" * 12),
        ("faults.js", "if ( ]\n}} else { =>\n" * 60),
        ("stub.py", f"class A:\n{METHODS}    def (\n{METHODS}"),
    ],
)
def test_a_candidate_that_is_dear_counts_for_more_than_one(path, text):
    assert work(text, path) < 2_000_000  # 10,000 for each of 100 candidates, twice


def test_the_same_text_costs_the_same_each_time():
    text = f"{METHODS}class A\n"
    assert work(text) == work(text)


async def test_a_search_ends_when_nobody_waits_for_it_any_more():
    lines = (
        f"def f{n}(a, (b:\n    x = [a, {{b\n    if x = 3\n        y(x[1)\n" for n in range(300)
    )
    context = ProjectContext("/", Settings(syntax_budget=10**9, syntax_seconds=3_600.0))
    corrector = SyntaxCorrector()
    long = corrector.propose([SourceFile("long.py", "\n".join(lines))], context)
    task = asyncio.ensure_future(long)
    await asyncio.sleep(1)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    short = corrector.propose([SourceFile("short.py", "if x\n    pass\n")], ProjectContext("/"))
    (found,) = await asyncio.wait_for(short, 60)  # it has to wait for the other one's end
    assert found
