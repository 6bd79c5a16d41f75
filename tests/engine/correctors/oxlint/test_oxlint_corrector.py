"""The family `oxlint`: single corrections from the code actions of its language server."""

from __future__ import annotations

import json

import pytest

from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.source import SourceFile

NAN = "if (x == NaN) {}\n"


@pytest.fixture
def toolbox():
    box = Toolbox(seconds=30)
    yield box
    box.close()


@pytest.fixture
def propose(toolbox):
    async def ask(*files, select=("oxlint",), configs=None, **settings):
        context = ProjectContext("/nowhere", Settings(select=select, **settings), configs or {})
        [corrector] = CorrectorRegistry(context, toolbox).active()
        sources = [SourceFile(path, text) for path, text in files]
        return await corrector.propose(sources, context)

    return ask


def apply(text, proposal):
    for edit in sorted(proposal.edits, reverse=True):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


async def test_fixes_are_safe_and_suggestions_are_not(propose):
    text = f"debugger;\n{NAN}"
    [[first, second]] = await propose(("a.js", text))
    assert (first.rule, first.safety) == ("oxlint/no-debugger", Safety.UNSAFE)
    assert (second.rule, second.safety, second.score) == ("oxlint/use-isnan", Safety.SAFE, 0.97)
    assert apply(text, second) == "debugger;\nif (isNaN(x)) {}\n"


@pytest.mark.parametrize("before", ['"é😀"; ', "/* \u2028 */\r\n", "/* 😀 */\r", "x;\n\x0c"])
async def test_edits_stand_where_oxlint_means_them(propose, before):
    text = f"export const y = 1;{before}if (y == NaN) {{}}\n"
    [proposals] = await propose(("a.mjs", text))
    [fix] = [one for one in proposals if one.rule == "oxlint/use-isnan"]
    assert apply(text, fix) == text.replace("y == NaN", "isNaN(y)")


async def test_comments_that_silence_a_rule_are_not_proposed(propose):
    [proposals] = await propose(("a.js", "export default { a: 1, a: 2 };\n"))
    assert proposals == []


async def test_each_file_has_its_own_proposals_in_order(propose):
    names = [f"d{n}/a.{'tsx' if n % 2 else 'js'}" for n in range(40)]
    found = await propose(*((name, NAN * (n % 3)) for n, name in enumerate(names)))
    assert [len(proposals) for proposals in found] == [n % 3 for n in range(40)]


async def test_a_file_that_says_very_much_does_not_stop_the_conversation(propose):
    [proposals] = await propose(("a.js", NAN * 1500))
    assert len(proposals) == 1500


async def test_a_file_that_does_not_parse_has_no_proposals(propose):
    assert await propose(("a.js", "if (x == NaN {}\n"), ("b.js", NAN)) == [[], await one(propose)]


async def one(propose):
    [proposals] = await propose(("b.js", NAN))
    return proposals


async def test_the_nearest_configuration_of_the_target_decides(propose):
    config = '{"rules": {"use-isnan": "off", "no-var": "error",}, // why not\n "categories": {}}'
    configs = {"a/.oxlintrc.json": config}
    text = f"var y = 1; export {{ y }};\n{NAN}"
    near, far = await propose(("a/m.js", text), ("b/m.js", text), configs=configs)
    assert [found.rule for found in near] == ["oxlint/no-var"]
    assert [found.rule for found in far] == ["oxlint/use-isnan"]
    [alone] = await propose(("a/m.js", text), configs=configs, isolated=True)
    assert [found.rule for found in alone] == ["oxlint/use-isnan"]


async def test_a_target_cannot_bring_its_own_code(propose, toolbox, tmp_path):
    (tmp_path / "evil.js").write_text("require('fs').writeFileSync(process.env.HOME + '/x', '')")
    plugin = {"jsPlugins": [str(tmp_path / "evil.js")]}
    config = {**plugin, "overrides": [{"files": ["*.js"], **plugin}]}
    [proposals] = await propose(("a.js", NAN), configs={".oxlintrc.json": json.dumps(config)})
    assert [found.rule for found in proposals] == ["oxlint/use-isnan"]
    assert toolbox.warnings == []


async def test_matters_of_style_are_left_alone_unless_they_are_asked_for(propose):
    text = "export const a = /\\:/; export { a as b };\n"
    assert await propose(("a.js", text)) == [[]]
    text += "export const c = [...[1]].find(s => /^a/u.test(s) && !!s ? {...(s || {})} : 1);\n"
    assert await propose(("a.js", text)) == [[]]
    [[found]] = await propose(("a.js", text), select=("oxlint", "oxlint/no-useless-escape"))
    assert (found.rule, found.safety) == ("oxlint/no-useless-escape", Safety.SAFE)


async def test_fixes_of_test_data_are_suggestions(propose):
    [[found]] = await propose(("tests/fixtures/a.js", NAN))
    assert found.safety is Safety.UNSAFE


async def test_a_broken_configuration_makes_everything_a_suggestion(propose, toolbox):
    [[found]] = await propose(("a.js", NAN), configs={".oxlintrc.json": '{"nonsense": 1}'})
    assert found.safety is Safety.UNSAFE
    assert len(toolbox.warnings) == 1


@pytest.mark.parametrize(
    ("select", "rules"),
    [
        (("oxlint/no-var",), {"no-var"}),
        (("oxlint/no-",), {"no-var", "no-debugger"}),
        (("oxlint", "oxlint/no-var"), {"no-var", "no-debugger", "use-isnan"}),
        (("oxlint/ALL",), {"no-var", "no-debugger", "use-isnan"}),
    ],
)
async def test_rules_are_selected_by_code_and_prefix(propose, select, rules):
    text = f"var y = 1; export {{ y }};\ndebugger;\n{NAN}"
    [proposals] = await propose(("a.js", text), select=select)
    assert rules <= {found.rule.removeprefix("oxlint/") for found in proposals}
    if "oxlint/ALL" not in select and "oxlint/no-" not in select:
        assert rules == {found.rule.removeprefix("oxlint/") for found in proposals}


async def test_what_is_called_safe_is_what_oxlint_fixes_itself(propose, toolbox, tmp_path):
    """Applying every safe proposal gives what ``oxlint --fix`` gives."""
    text = (
        'export const r = /\\a"/; const w = !!Boolean(r);\n'
        "if (w == NaN) { debugger; }\n"
        "import { a as a } from 'a'; export const b: Number = a!!.c;\n"
        "loop: while (w) { a(); }\nexport const c = [...[1, 2]];\n"
    )
    [proposals] = await propose(("a.ts", text), configs={".oxlintrc.json": "{}"})
    mine = text
    for found in sorted(proposals, key=lambda one: one.edits, reverse=True):
        if found.safety is Safety.SAFE:
            mine = apply(mine, found)
    (tmp_path / "a.ts").write_text(text)
    await ToolRunner("oxlint", (1, 50)).run(["--fix", "a.ts"], cwd=tmp_path)
    assert (tmp_path / "a.ts").read_text() == mine
    assert mine != text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("for-direction", "for (let i = 0; i < 9; i--) { f(i); }\n"),
        ("no-compare-neg-zero", "f(x === -0);\n"),
        ("no-debugger", "debugger;\n"),
        ("no-unsafe-negation", "f(!a in b);\n"),
        ("use-isnan", "f(x === NaN);\n"),
        ("valid-typeof", "f(typeof x === undefined);\n"),
        ("missing-throw", "function f() { new Error('no'); }\nf();\n"),
    ],
)
async def test_bugs_are_found_without_any_configuration(propose, rule, text):
    [[found]] = await propose(("a.js", text))
    assert found.rule == f"oxlint/{rule}"
