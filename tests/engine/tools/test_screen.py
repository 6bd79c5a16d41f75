"""Screening: which files deserve a closer look."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.tools.screen import Objection, SyntaxScreen
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile

FILES = [
    SourceFile("good.py", "x = 1\n"),
    SourceFile("bad.py", "def f(:\n"),
    SourceFile("newer.py", "lazy import os\n"),
    SourceFile("vendor/bad.py", "x = \n"),
    SourceFile("good.ts", "let x: number = 1;\n"),
    SourceFile("bad.ts", "let x: = 1;\n"),
    SourceFile("bad.jsx", "const a = <div></span>;\n"),
    SourceFile("bad.md", "def f(:\n"),
]
BAD = {"bad.py", "vendor/bad.py", "bad.ts", "bad.jsx"}


async def rejected(screen, files):
    """Paths that no version of their language accepts."""
    found = {**await screen.python(files), **await screen.ecmascript(files)}
    return {path for path, objection in found.items() if objection.fault}


@pytest.fixture
def toolbox():
    box = Toolbox()
    yield box
    box.close()


async def test_files_that_no_version_of_their_language_accepts_are_flagged(toolbox):
    screen = SyntaxScreen(toolbox)
    assert await rejected(screen, FILES) == BAD == await screen.rejected(FILES)
    assert await rejected(screen, []) == set() == await screen.rejected([])


@pytest.mark.parametrize("configs", [{}, {"ruff.toml": 'target-version = "py315"\n'}])
async def test_syntax_too_new_for_the_running_python_is_told_whatever_the_target_says(
    toolbox, configs
):
    context = ProjectContext("/nowhere", Settings(select=("ruff",)), configs)
    assert CorrectorRegistry(context, toolbox).active()
    found = await SyntaxScreen(toolbox).python(FILES)
    assert not found["newer.py"].fault
    [use] = found["newer.py"].newer
    assert use.startswith("line 1: Cannot use `lazy` import statement on Python 3.")
    assert "added in Python 3.15" in use


async def test_what_a_fault_makes_look_new_is_not_called_new(toolbox):
    files = [
        SourceFile("bracket.py", "def f[x):\n    pass\n"),
        SourceFile("both.py", "lazy import os\nx = (\n"),
    ]
    found = await SyntaxScreen(toolbox).python(files)
    assert found["bracket.py"] == Objection(fault=True)
    assert found["both.py"].fault
    assert found["both.py"].newer


async def test_a_target_cannot_hide_a_broken_file_by_excluding_it(toolbox):
    configs = {"ruff.toml": 'exclude = ["vendor"]\n', ".oxlintrc.json": '{"ignorePatterns": ["*"]}'}
    context = ProjectContext("/nowhere", Settings(select=("ruff",)), configs)
    assert CorrectorRegistry(context, toolbox).active()
    assert await rejected(SyntaxScreen(toolbox), FILES) == BAD


async def test_screening_and_correcting_clean_python_is_one_process(toolbox, monkeypatch):
    asked = []
    run = ToolRunner.run

    async def counting(self, arguments, **options):
        asked.append(self.program)
        return await run(self, arguments, **options)

    monkeypatch.setattr(ToolRunner, "run", counting)
    context = ProjectContext("/nowhere", Settings(select=("ruff",)))
    [corrector] = CorrectorRegistry(context, toolbox).active()
    python = [file for file in FILES if file.path.endswith(".py")]
    await SyntaxScreen(toolbox).python(python)
    await corrector.propose(python, context)
    assert asked == ["ruff"]


async def test_an_odd_name_keeps_no_tool_from_the_other_files(toolbox):
    context = ProjectContext("/nowhere", Settings())
    odd = [SourceFile(f"a\udcff{suffix}", "import os\n") for suffix in (".py", ".js")]
    for corrector in CorrectorRegistry(context, toolbox).active()[1:]:
        found = await corrector.propose([*odd, SourceFile("m.py", "import os\n")], context)
        assert [list(some) for some in found[:-1]] == [[]] * len(odd)
    assert await rejected(SyntaxScreen(toolbox), [*odd, *FILES]) == BAD
