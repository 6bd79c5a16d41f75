"""Rungs over a whole tree: what they read in the output of real programs, and where they run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from thea_code_system.errors import ToolError
from thea_code_system.tools.shell import LATE, ConfinedShell
from thea_code_system.values.verification import Failures
from thea_code_system.verification.copies import TreeCopy
from thea_code_system.verification.tests import TestsCheck
from thea_code_system.verification.types import TypesCheck

pytestmark = pytest.mark.skipif(os.name != "posix", reason="commands run on POSIX only")

# What these programs print about one failing test, each taken from a run of it.
PRINTED = {
    "mocha": (
        "\n  suite\n    1) adds up\n    ✔ fine\n\n  1 failing\n\n  1) suite\n       adds up:\n",
        {"adds up": 1, "suite": 1},
    ),
    "jest": (
        "FAIL j/a.test.js\n  ✕ adds up (2 ms)\n  ✓ fine\n\n  ● adds up\n\n    expect(received)\n",
        {"j/a.test.js": 1, "adds up": 2},
    ),
    "vitest": (
        " ❯ v/a.test.mjs (2 tests)\n     × adds up 3ms\n\n FAIL  v/a.test.mjs > adds up\nError\n",
        {"adds up": 1, "v/a.test.mjs > adds up": 1},
    ),
    "tap": (
        "TAP version 13\nok 1 - fine\nnot ok 2 - adds up\nnot ok 3 - later # TODO\n1..3\n",
        {"adds up": 1},
    ),
}


async def failures(tmp_path, command, seconds=60.0):
    return await TestsCheck(command, ConfinedShell(seconds)).failures(tmp_path)


def lives(pid):
    """Whether a process is there, and not only waiting for its parent to notice its end."""
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    return False


@pytest.mark.parametrize("program", PRINTED)
async def test_the_names_of_failing_tests_are_read(tmp_path, program):
    printed, names = PRINTED[program]
    (tmp_path / "printed").write_text(printed)
    found = await failures(tmp_path, "cat printed; exit 1")
    assert (found.counts, found.unnamed) == (names, False)


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Ran 5 tests in 0.01s\n\nFAILED (failures=1, skipped=2)\n", 3),
        ("=== 1 failed, 3 passed, 2 skipped, 1 xfailed in 0.05s ===\n", 5),
        ("Tests:       1 failed, 2 skipped, 4 passed, 7 total\n", 5),
        ("      Tests  1 failed | 4 passed | 2 skipped (7)\n", 5),
        ("  4 passing (3ms)\n  2 pending\n  1 failing\n", 5),
        ("TAP version 13\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP slow\n1..3\n", 2),
        ("ℹ tests 6\nℹ pass 4\nℹ fail 1\nℹ skipped 1\n", 5),
        ("4 passed in 0.10s\nRan 2 tests in 0.01s\n", 6),
    ],
)
async def test_it_is_read_how_many_tests_were_run(tmp_path, printed, number):
    (tmp_path / "printed").write_text(printed)
    assert (await failures(tmp_path, "cat printed")).ran == {"": number}


async def test_a_test_that_is_not_run_any_more_is_worse_and_one_with_other_parameters_is_not(
    tmp_path,
):
    file = tmp_path / "test_a.py"
    source = (
        "import pytest\n\n\n@pytest.mark.parametrize('x', ['a', 'b'])\ndef test_x(x):\n    pass\n"
        "\n\ndef test_fails():\n    assert False\n\n\ndef test_y():\n    pass\n"
    )

    async def after(old, new, more=""):
        command = f"PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {sys.executable} -m pytest -q {more}"
        file.write_text(source)
        before = await failures(tmp_path, command)
        file.write_text(source.replace(old, new))
        return (await failures(tmp_path, command)).beyond(before)

    assert await after("'b'", "'c'") == frozenset()
    assert await after("test_y", "test_z") == frozenset()
    assert await after("['a', 'b']", "['a']") == {"test_a.py::test_x (run less often)"}
    assert await after("def test_y", "def not_y") == {"test_a.py::test_y (no longer run)"}
    assert await after("    pass\n\n\ndef test_f", "    pytest.skip()\n\n\ndef test_f") == {
        "test_a.py::test_x (no longer run)"
    }
    plain = "-rN --deselect test_a.py::test_fails"
    assert await after("def test_y", "def not_y", plain) == {"the tests (fewer are run)"}


async def test_pytest_names_what_fails_and_what_cannot_be_imported(tmp_path):
    (tmp_path / "test_a.py").write_text(
        "import pytest\n\n\n@pytest.mark.parametrize('x', ['a b', 'c - d'])\n"
        "def test_x(x):\n    assert x == 'no'\n\n\ndef test_fine():\n    pass\n"
    )
    (tmp_path / "test_b.py").write_text("import nowhere\n")
    found = await failures(tmp_path, f"{sys.executable} -m pytest -q --color=yes")
    assert "test_a.py::test_x[a b]" in found.counts
    assert "test_b.py" in found.counts
    assert not any("fine" in name for name in found.counts)


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
async def test_node_names_what_fails(tmp_path):
    (tmp_path / "a.test.mjs").write_text(
        "import test from 'node:test'; import assert from 'node:assert';\n"
        "test('adds up', () => assert.equal(1, 2)); test('fine', () => {});\n"
    )
    found = await failures(tmp_path, "node --test .")
    assert "adds up" in found.counts
    assert "fine" not in found.counts


async def test_what_passes_has_no_failures_whatever_it_prints(tmp_path):
    assert await failures(tmp_path, "echo 'FAILED test_a.py::test_b'") == Failures()


async def test_a_command_without_names_fails_as_a_whole(tmp_path):
    found = await failures(tmp_path, "exit 7")
    assert found.unnamed
    assert "status 7" in next(iter(found.counts))


async def test_what_cannot_be_run_is_an_error(tmp_path):
    with pytest.raises(ToolError, match="no-such-program"):
        await failures(tmp_path, "no-such-program --all")


async def test_a_command_ends_in_time_and_leaves_no_process_behind(tmp_path):
    shell = ConfinedShell(5.0)
    started = time.monotonic()
    result = await shell.run("sleep 60 & echo $! > child; sleep 60", tmp_path, {})
    assert result.status == LATE
    assert time.monotonic() - started < 20
    child = int((tmp_path / "child").read_text())
    limit = time.monotonic() + 5
    while lives(child) and time.monotonic() < limit:
        await asyncio.sleep(0.05)  # a signal takes its time to arrive
    assert not lives(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of these limits")
async def test_a_command_has_bounded_memory_no_more_privileges_and_nothing_to_read(tmp_path):
    limits = "test $(ulimit -d) = 15625000 && grep -q 'NoNewPrivs:.*1' /proc/self/status"
    assert await failures(tmp_path, f'{limits} && test -z "$(cat)"') == Failures()


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
async def test_there_is_no_network_but_a_loopback(tmp_path):
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let us leave the network")
    (tmp_path / "net.py").write_text(
        "import socket\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "print('loopback')\n"
        "try:\n    socket.create_connection(('192.0.2.1', 9), 5)\n"
        "except OSError as error:\n    print(error.errno == 101)\n"
    )
    result = await ConfinedShell(60.0).run(f"{sys.executable} net.py; id -u", tmp_path, {})
    assert result.output.split() == ["loopback", "True", str(os.getuid())]


class TestCopies:
    @pytest.fixture
    def root(self, tmp_path):
        root = tmp_path / "project"
        for name, text in {
            "a.py": "x = 1\n",
            "sub/b.py": "y = 1\n",
            ".gitignore": "*.log\nnode_modules\n",
            "a.log": "ignored",
            "node_modules/m/index.js": "1",
            "new.py": "z = 1\n",
        }.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / "link.py").symlink_to("a.py")
        (root / "absolute.py").symlink_to(root / "sub" / "b.py")
        return root

    def git(self, root, *arguments):
        command = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root), *arguments)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def state(self, root):
        return self.git(root, "for-each-ref"), sorted((root / ".git").rglob("*"))

    @pytest.mark.parametrize("versioned", [True, False])
    async def test_it_holds_what_no_ignore_file_leaves_out(self, root, versioned):
        if versioned:
            self.git(root, "init", "-q")
            self.git(root, "add", "a.py", "sub", ".gitignore", "link.py")
            self.git(root, "commit", "-qm", "one")
            self.git(root, "tag", "v1")
            before = self.state(root)
        copy = TreeCopy(str(root))
        try:
            tree = await copy.tree()
            assert {path.name for path in tree.iterdir()} - {".git"} == {
                "a.py", "sub", ".gitignore", "new.py", "link.py", "absolute.py", "node_modules",
            }  # fmt: skip
            assert (tree / "absolute.py").resolve() == tree / "sub" / "b.py"
            assert (tree / "node_modules" / "m" / "index.js").read_text() == "1"
            if versioned:
                assert self.git(tree, "describe", "--tags") == "v1"
                assert "new.py" in self.git(tree, "status", "--short")
                self.git(tree, "branch", "mine")
                self.git(tree, "commit", "-qam", "two", "--allow-empty")
                assert (
                    self.git(root, "for-each-ref"),
                    sorted((root / ".git").rglob("*")),
                ) == before
        finally:
            copy.close()
        assert not tree.exists()
        assert (root / "node_modules" / "m" / "index.js").exists()

    async def test_contents_are_laid_and_taken_back(self, root):
        copy = TreeCopy(str(root))
        try:
            tree = await copy.lay({"a.py": b"x = 2\n", "sub/b.py": b"y = 2\n"})
            assert (tree / "a.py").read_bytes() == b"x = 2\n"
            await copy.lay({"a.py": b"x = 3\n"})
            assert (tree / "a.py").read_bytes() == b"x = 3\n"
            assert (tree / "sub" / "b.py").read_bytes() == b"y = 1\n"
            await copy.lay({})
            assert (tree / "a.py").read_bytes() == b"x = 1\n"
        finally:
            copy.close()
        assert (root / "a.py").read_text() == "x = 1\n"

    async def test_what_a_command_removed_is_there_again_for_the_next_one(self, root):
        copy = TreeCopy(str(root))
        try:
            tree = await copy.lay({"sub/b.py": b"y = 2\n"})
            shutil.rmtree(tree / "sub")
            await copy.lay({"sub/b.py": b"y = 3\n"})
            assert (tree / "sub" / "b.py").read_bytes() == b"y = 3\n"
            shutil.rmtree(tree / "sub")
            await copy.lay({})
            assert (tree / "sub" / "b.py").read_bytes() == b"y = 1\n"
        finally:
            copy.close()

    @pytest.mark.parametrize("moment", ["copying", "laying"])
    async def test_without_room_it_says_so_and_leaves_nothing(self, root, moment, monkeypatch):
        resource = pytest.importorskip("resource")
        copy = TreeCopy(str(root))
        places = root.parent / "places"
        places.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(places))
        whole = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            if moment == "laying":
                await copy.tree()
            resource.setrlimit(resource.RLIMIT_FSIZE, (2, whole[1]))
            with pytest.raises(ToolError, match="the tree cannot be copied to"):
                await copy.lay({"a.py": b"x = 2\n" * 100_000})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, whole)
            copy.close()
        assert list(places.iterdir()) == []


class TestTypeCheckers:
    def checkers(self, tree):
        return [one.checker for one in TypesCheck.of_project(tree, ConfinedShell(60.0))]

    @pytest.mark.parametrize(
        ("file", "text", "checker"),
        [
            ("mypy.ini", "[mypy]\n", "mypy"),
            ("setup.cfg", "[mypy]\nstrict = True\n", "mypy"),
            ("pyproject.toml", "[tool.mypy]\n", "mypy"),
            ("pyproject.toml", "[tool.basedpyright]\n", "basedpyright"),
            ("pyrightconfig.json", "{}", "pyright"),
            ("pyproject.toml", "[tool.ty.rules]\n", "ty"),
            ("tsconfig.json", "{}", "tsc"),
        ],
    )
    def test_the_configured_one_is_taken(self, tmp_path, file, text, checker):
        (tmp_path / file).write_text(text)
        assert self.checkers(tmp_path) == [checker]

    def test_none_is_taken_unasked(self, tmp_path):
        (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n[project]\nname = 'mypy'\n")
        (tmp_path / "setup.cfg").write_text("[flake8]\n")
        assert self.checkers(tmp_path) == []

    async def test_errors_are_named_by_path_and_message_wherever_they_stand(self, tmp_path):
        (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = True\n")
        (check,) = TypesCheck.of_project(tmp_path, ConfinedShell(300.0))
        (tmp_path / "m.py").write_text("def f() -> int:\n    return 'a'\n")
        before = await check.failures(tmp_path)
        (tmp_path / "m.py").write_text("\n\ndef f() -> int:\n    return 'a'\n")
        assert before == await check.failures(tmp_path)
        (name,) = before.counts
        assert name.startswith("mypy: m.py: Incompatible return value type")

        (tmp_path / "m.py").write_text("def f() -> int:\n    return 1\n")
        assert await check.failures(tmp_path) == Failures()
