"""Outside programs: found where they may be, run for as long as they may."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from thea_code_system.errors import ToolError
from thea_code_system.tools.runner import ToolRunner

NAME = "a-tool-made-for-this-test"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a Python script on PATH as the tool; it answers --version as a tool should."""

    def put(body: str, version: str = "tool 2.5.1", folder: Path = tmp_path / "bin") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / NAME
        head = f"#!{sys.executable}\nimport sys\nif '--version' in sys.argv:\n"
        head += f"    print({version!r})\n    sys.exit()\n"
        script.write_text(head + textwrap.dedent(body))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin")
        return script

    return put


async def test_a_tool_gives_its_output_and_its_version(install, tmp_path):
    install("print('hello', *sys.argv[1:]); sys.exit(1)")
    runner = ToolRunner(NAME, (2, 0))
    output = await runner.run(["there"], cwd=tmp_path)
    assert (output.code, output.stdout.strip()) == (1, b"hello there")
    assert runner.version() == "2.5.1"


async def test_a_missing_tool_is_named_with_how_to_get_it(tmp_path):
    with pytest.raises(ToolError, match=NAME) as caught:
        await ToolRunner(NAME, (1, 0)).run([], cwd=tmp_path)
    assert "install" in caught.value.hint


@pytest.mark.parametrize(("version", "words"), [("tool 1.9", "too old"), ("next", "odd version")])
async def test_a_version_that_will_not_do_is_refused(install, tmp_path, version, words):
    install("print('never seen')", version=version)
    with pytest.raises(ToolError, match=words):
        await ToolRunner(NAME, (2, 0)).run([], cwd=tmp_path)


async def test_a_crash_is_told_in_the_tools_own_words(install, tmp_path):
    install("sys.stderr.write('my disk is full'); sys.exit(9)")
    with pytest.raises(ToolError, match=r"status 9.*my disk is full"):
        await ToolRunner(NAME, (1, 0)).run([], cwd=tmp_path)


async def test_a_tool_that_hangs_is_ended_with_all_its_children(install, tmp_path):
    install(
        f"""
        import os, subprocess, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
        sys.stdout.write("x" * 1_000_000)
        time.sleep(60)
        """
    )
    began = time.monotonic()
    with pytest.raises(ToolError, match="did not finish"):
        await ToolRunner(NAME, (1, 0), seconds=2.0).run([], cwd=tmp_path)
    assert time.monotonic() - began < 10
    child = Path("/proc", (tmp_path / "pid").read_text())
    for _ in range(50):
        if not child.exists() or "(zombie)" in (child / "status").read_text():
            break
        await asyncio.sleep(0.1)
    else:
        pytest.fail("the child lives on")


async def test_a_conversation_left_in_the_middle_leaves_no_process(install, tmp_path):
    install("import time\nsys.stdout.write('x' * 1_000_000)\ntime.sleep(60)")
    async with ToolRunner(NAME, (1, 0)).process([], cwd=tmp_path) as process:
        assert await process.stdout.readexactly(3) == b"xxx"
    assert process.returncode is not None


async def test_nothing_of_the_target_is_run(install, tmp_path):
    install("print('gotcha')", folder=tmp_path / "target" / "bin")
    with pytest.raises(ToolError, match="not installed"):
        await ToolRunner(NAME, (1, 0), avoid=str(tmp_path / "target")).run([], cwd=tmp_path)


async def test_a_relative_entry_of_path_is_not_searched(install, tmp_path, monkeypatch):
    install("print('gotcha')", folder=tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"here{os.pathsep}.")
    with pytest.raises(ToolError, match="not installed"):
        await ToolRunner(NAME, (1, 0)).run([], cwd=tmp_path)


async def test_the_users_environment_does_not_reach_a_tool(install, tmp_path, monkeypatch):
    install("import os; print(sorted(os.environ))")
    monkeypatch.setenv("RUFF_OUTPUT_FILE", "/tmp/x")
    output = await ToolRunner(NAME, (1, 0)).run([], cwd=tmp_path)
    assert b"RUFF" not in output.stdout
