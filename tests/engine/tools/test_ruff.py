"""The client of Ruff, with the real program: places, versions, configurations."""

from __future__ import annotations

import pytest

from thea_code_system.tools.ruff import RUNNING_VERSION, RuffClient, RuffRequest
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.values.source import SourceFile

OWN = 'target-version = "py310"\nexclude = []\nlint.select = ["F", "E9"]\n'


@pytest.fixture
def ruff():
    client = RuffClient(ToolRunner("ruff", (0, 15)))
    yield client
    client.close()


def applied(text, finding):
    for edit in sorted(finding.edits, reverse=True):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


async def findings(ruff, text, request=None, path="m.py"):
    request = request or RuffRequest(defaults=OWN)
    return (await ruff.check([SourceFile(path, text)], request)).findings[path]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('x = "é😀"; import os\nprint(x)\n', 'x = "é😀"; \nprint(x)\n'),
        ("x = 1\r\nimport os\r\nprint(x)\r\n", "x = 1\r\nprint(x)\r\n"),
        ("x = 1\rimport os\rprint(x)\r", "x = 1\rprint(x)\r"),
        ('x = "\u2028"\n\x0cimport os\nprint(x)\n', 'x = "\u2028"\nprint(x)\n'),
        ("x = 1\nimport os", "x = 1\n"),
    ],
)
async def test_edits_stand_where_ruff_means_them(ruff, text, fixed):
    [finding] = await findings(ruff, text)
    assert (finding.code, finding.applicability) == ("F401", "safe")
    assert applied(text, finding) == fixed


async def test_what_a_newer_python_accepts_is_no_fault(ruff):
    found = await findings(
        ruff, "type X = int\ntry:\n    pass\nexcept OSError, ValueError:\n    pass\n"
    )
    assert found
    assert not any(finding.is_fault for finding in found)


async def test_what_no_python_accepts_is_a_fault(ruff):
    assert any(finding.is_fault for finding in await findings(ruff, "def f(:\n    pass\n"))


async def test_noqa_is_honoured(ruff):
    assert not await findings(ruff, "import os  # noqa: F401\n")


async def test_the_nearest_configuration_of_the_target_decides(ruff):
    configs = (
        ("pyproject.toml", '[tool.ruff.lint]\nselect = ["F401"]\n'),
        ("b/ruff.toml", 'lint.select = ["F841"]\n'),
    )
    text = "import os\n\n\ndef f():\n    x = 1\n"
    sources = [SourceFile("a/m.py", text), SourceFile("b/m.py", text)]
    found = (await ruff.check(sources, RuffRequest(configs, OWN))).findings
    codes = {path: [one.code for one in some] for path, some in found.items()}
    assert codes == {"a/m.py": ["F401"], "b/m.py": ["F841"]}


async def test_a_file_that_no_configuration_governs_has_our_selection(ruff):
    request = RuffRequest((("b/ruff.toml", 'lint.select = ["F841"]\n'),), OWN)
    assert [one.code for one in await findings(ruff, "import os\n", request, "a/m.py")] == ["F401"]


async def test_what_the_target_excludes_is_left_alone(ruff):
    request = RuffRequest((("ruff.toml", 'exclude = ["gen"]\n'),), OWN)
    assert not await findings(ruff, "import os\n", request, "gen/m.py")


@pytest.mark.parametrize(
    "config",
    [
        "[lint",
        "no-such-key = 1\n",
        'extend = "../elsewhere.toml"\n',
        'required-version = "==0.0.1"\n',
        'lint.select = ["NOPE1"]\n',
    ],
)
async def test_a_configuration_that_ruff_refuses_gives_our_own_and_the_reason(ruff, config):
    request = RuffRequest((("sub/ruff.toml", config),), OWN)
    answer = await ruff.check([SourceFile("sub/m.py", "import os\n")], request)
    assert [one.code for one in answer.findings["sub/m.py"]] == ["F401"]
    assert answer.fallback
    assert "/thea-" not in answer.fallback


async def test_a_configuration_can_make_ruff_write_nothing(ruff, tmp_path):
    config = (
        f'fix = true\nunsafe-fixes = true\ncache-dir = "{tmp_path}/cache"\n'
        f'output-format = "github"\nlint.select = ["F"]\n'
    )
    request = RuffRequest((("ruff.toml", config),), OWN)
    found = await findings(ruff, "import os\n\n\ndef f():\n    x = 1\n", request)
    assert [one.code for one in found] == ["F401", "F841"]
    assert not list(tmp_path.iterdir())


@pytest.fixture
def asked(monkeypatch):
    """The arguments of every process of a tool."""
    asked = []
    run = ToolRunner.run

    async def counting(self, arguments, **options):
        asked.append(arguments)
        return await run(self, arguments, **options)

    monkeypatch.setattr(ToolRunner, "run", counting)
    return asked


async def test_texts_that_are_known_are_not_analysed_again(ruff, asked):
    sources = [SourceFile(f"m{n}.py", "import os\n") for n in range(3)]
    request = RuffRequest(defaults=OWN)
    await ruff.check(sources, request)
    await ruff.check(sources[:2], request)
    assert len(asked) == 1
    changed = sources[0].with_text("x = 1\n")
    answer = await ruff.check([changed, sources[1]], request)
    assert len(asked) == 2
    assert [len(answer.findings[source.path]) for source in sources[:2]] == [0, 1]


async def test_errors_are_told_by_the_run_that_the_corrector_makes_anyway(ruff, asked):
    defaults = 'exclude = []\nlint.select = ["F", "E9", "W605"]\n'
    sources = [SourceFile("m.py", "import os\nnope\n'\\d'\n"), SourceFile("n.py", "x = 1\n")]
    apart = await ruff.errors(sources, RuffRequest((("ruff.toml", ""),), defaults))
    assert {path: [one.code for one in some] for path, some in apart.items()} == {
        "m.py": ["F401", "F821"]
    }
    request = RuffRequest(defaults=defaults, arguments=(RUNNING_VERSION,))
    assert await ruff.errors(sources, request) == apart
    await ruff.check(sources, request)
    assert len(asked) == 2


async def test_four_thousand_files_are_one_process(ruff):
    sources = [SourceFile(f"{'deep/' * 12}m{n}.py", "import os\n") for n in range(4000)]
    answer = await ruff.check(sources, RuffRequest(defaults=OWN))
    assert sum(len(found) for found in answer.findings.values()) == 4000
