"""The rungs `parse` and `lint`: what a change may do, and what it may not."""

from __future__ import annotations

import pytest

from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile
from thea_code_system.verification.base import Change
from thea_code_system.verification.lint import LintVerifier
from thea_code_system.verification.parse import ParseVerifier


@pytest.fixture
def toolbox():
    box = Toolbox()
    yield box
    box.close()


def change(before, after, path="p/m.py", *, broken=False):
    return Change(SourceFile(path, before), SourceFile(path, after), broken)


async def test_what_no_longer_parses_is_rejected(toolbox):
    verdicts = await ParseVerifier(toolbox).verify(
        [
            change("x = 1\n", "x = \n"),
            change("x = 1\n", "x = 2\n"),
            change("f(1);\n", "f(1;\n", "a.ts"),
            change("f(1);\n", "f(2);\n", "a.tsx"),
            change("{}", "{", "a.json"),
        ]
    )
    assert [verdict.ok for verdict in verdicts] == [False, True, False, True, True]
    assert "parse" in verdicts[0].reason


async def test_a_file_that_oxlint_says_nothing_about_is_judged_by_our_own_parser(toolbox):
    good, bad = "// @flow\nlet a = 1;\n", "// @flow\nclass A { readonly a = 1; }\n"
    typed = "// @flow\nlet a: ?number = (b: any);\n"  # Flow's own, which neither parser knows
    verdicts = await ParseVerifier(toolbox).verify(
        [
            change(good, bad, "a.jsx"),
            change(good, good.replace("let", "const"), "b.jsx"),
            change(typed, typed.replace("let", "const"), "c.js"),
        ]
    )
    assert [verdict.ok for verdict in verdicts] == [False, True, True]


async def test_syntax_that_only_a_newer_python_knows_still_parses(toolbox):
    after = "try:\n    pass\nexcept OSError, ValueError:\n    pass\n"
    [verdict] = await ParseVerifier(toolbox).verify([change("x = 1\n", after)])
    assert verdict.ok


async def test_a_new_error_is_rejected_and_named(toolbox):
    [verdict] = await LintVerifier(toolbox).verify([change("import os\nos.sep\n", "os.sep\n")])
    assert not verdict.ok
    assert "F821" in verdict.reason


async def test_errors_that_were_there_before_may_stay_and_move(toolbox):
    [verdict] = await LintVerifier(toolbox).verify(
        [change("import os\nnope\n'%s %s' % (1,)\n", "nope\n'%s %s' % (1,)\n")]
    )
    assert verdict.ok


async def test_one_more_of_the_same_error_is_rejected(toolbox):
    [verdict] = await LintVerifier(toolbox).verify([change("nope\n", "nope\nnope\n")])
    assert not verdict.ok


async def test_what_becomes_unused_is_left_for_the_next_pass(toolbox):
    before = "import os\n\n\ndef f():\n    x = os\n"
    [verdict] = await LintVerifier(toolbox).verify(
        [change(before, "import os\n\n\ndef f():\n    pass\n")]
    )
    assert verdict.ok


async def test_a_repair_is_not_held_against_its_new_findings(toolbox):
    [verdict] = await LintVerifier(toolbox).verify([change("f(\n", "f()\n", broken=True)])
    assert verdict.ok


async def test_several_changes_of_one_file_are_judged_apart(toolbox):
    before = "import os\nos.sep\n"
    changes = [change(before, "os.sep\n"), change(before, "import os\n"), change(before, before)]
    verdicts = await LintVerifier(toolbox).verify(changes)
    assert [verdict.ok for verdict in verdicts] == [False, True, True]


async def test_a_new_error_in_typescript_is_rejected(toolbox):
    verdicts = await LintVerifier(toolbox).verify(
        [
            change("export const x = 1;\n", "export const x = 1 ?? 2;\n", "a.ts"),
            change("export const x = NaN == NaN;\n", "export const y = NaN == NaN;\n", "a.ts"),
        ]
    )
    assert [verdict.ok for verdict in verdicts] == [False, True]
