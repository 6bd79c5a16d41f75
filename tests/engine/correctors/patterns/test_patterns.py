"""The family `patterns`: rewrites by ast-grep rules of the user."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.errors import ToolError
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.source import SourceFile

SWAP = """
id: swap
language: {language}
rule: {{pattern: "foo($A, $B)"}}
fix: bar($B, $A)
message: foo is called bar now
"""
TRUSTED = """
id: sure
language: Python
rule: {pattern: old($A)}
fix: new($A)
metadata: {thea: {safety: safe, confidence: 0.97}}
"""


@pytest.fixture
def toolbox():
    box = Toolbox()
    yield box
    box.close()


@pytest.fixture
def propose(toolbox):
    async def ask(path, text, *rules, newline="\n"):
        named = tuple((f"rule{n}.yml", rule) for n, rule in enumerate(rules))
        settings = Settings(select=("patterns",), patterns=named)
        context = ProjectContext("/nowhere", settings)
        [corrector] = CorrectorRegistry(context, toolbox).active()
        [proposals] = await corrector.propose([SourceFile(path, text, newline=newline)], context)
        return proposals

    return ask


def apply(text, proposal):
    [edit] = proposal.edits
    return text[: edit.start] + edit.replacement + text[edit.end :]


async def rewrite(propose, path, text, *rules, newline="\n"):
    """Apply the first match again and again, as the engine does with nested ones."""
    while found := await propose(path, text, *rules, newline=newline):
        text = apply(text, found[0])
    return text


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("m.py", "Python"),
        ("m.ts", "TypeScript"),
        ("m.js", "JavaScript"),
        ("m.go", "Go"),
        ("m.rs", "Rust"),
    ],
)
async def test_arguments_are_swapped_in_any_language(propose, path, language):
    before, after = "foo(a, b)", "bar(b, a)"
    shell = {"m.go": "package p\nfunc f() {{ {} }}\n", "m.rs": "fn f() {{ {}; }}\n"}.get(
        path, "{}\n"
    )
    rule = SWAP.format(language=language)
    assert await rewrite(propose, path, shell.format(before), rule) == shell.format(after)


async def test_nested_and_over_several_lines(propose):
    text = 'x = "é😀"; foo(1, foo(\n    two,\n    g(3, 4),\n))\n'
    after = await rewrite(propose, "m.py", text, SWAP.format(language="Python"))
    assert after == 'x = "é😀"; bar(bar(g(3, 4), two), 1)\n'


async def test_a_match_over_several_lines_keeps_the_files_newlines(propose):
    text = "foo([\r\n  1,\r\n], 2)\r\n"
    [found] = await propose("m.py", text, SWAP.format(language="Python"), newline="\r\n")
    assert apply(text, found) == "bar(2, [\r\n  1,\r\n])\r\n"


async def test_a_rule_says_itself_how_far_it_is_to_be_trusted(propose):
    [found] = await propose("m.py", "old(1)\n", TRUSTED)
    assert (found.rule, found.safety, found.score) == ("patterns/sure", Safety.SAFE, 0.97)
    [found] = await propose("m.py", "foo(1, 2)\n", SWAP.format(language="Python"))
    assert (found.rule, found.safety, found.score) == ("patterns/swap", Safety.UNSAFE, 0.9)
    assert found.message == "foo is called bar now"


async def test_a_rule_without_a_fix_proposes_nothing(propose):
    assert (
        await propose("m.py", "foo(1)\n", "id: a\nlanguage: Python\nrule: {pattern: foo($A)}\n")
        == []
    )


async def test_a_rule_that_is_no_rule_is_reported_with_its_reason(propose):
    with pytest.raises(ToolError, match="ast-grep"):
        await propose("m.py", "foo(1)\n", "id: [\n")


async def test_a_severity_of_error_is_no_failure(propose):
    rule = f"{SWAP.format(language='Python')}severity: error\n"
    assert len(await propose("m.py", "foo(1, 2)\n", rule)) == 1


async def test_the_targets_own_ast_grep_project_is_not_read(toolbox, propose):
    rule = SWAP.format(language="Python")
    context = ProjectContext(
        "/nowhere", Settings(select=("patterns",), patterns=(("r.yml", rule),))
    )
    [corrector] = CorrectorRegistry(context, toolbox).active()
    hostile = "customLanguages: {x: {libraryPath: ./evil.so, extensions: [py]}}\nruleDirs: [/]\n"
    sources = [SourceFile("sgconfig.yml", hostile), SourceFile("m.py", "foo(1, 2)\n")]
    assert [len(found) for found in await corrector.propose(sources, context)] == [0, 1]


async def test_without_rules_nothing_is_run(toolbox):
    context = ProjectContext("/nowhere", Settings(select=("patterns",)))
    assert CorrectorRegistry(context, toolbox).active() == []
