"""Nothing of the target is imported or executed: modules, programs, git's and tools' settings."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

pytest.importorskip("torch")
BROKEN = "def f(a)\n    return a == None\n"
# What Thea, its tools, torch and Ray import; the first half by name, the others as packages.
MODULES = (
    "json", "shlex", "asyncio", "sqlite3", "logging", "tempfile", "sitecustomize", "conftest",
    "usercustomize", "typer", "tomli", "wave", "token", "thea_correctors", "email", "queue",
)  # fmt: skip
PACKAGES = (
    "torch", "ruff", "ray", "rich", "ignore", "pydantic", "fissix", "tree_sitter", "numpy",
    "safetensors", "tokenizers", "encodings",
)  # fmt: skip
TOOLS = ("ruff", "oxlint", "typos", "ast-grep", "tsc", "git", "node", "python", "sh", "mypy")


@pytest.fixture
def modules(target):
    """A target full of modules that leave the mark, and a file to correct."""
    for name in MODULES:
        target.write(f"{name}.py", target.python)
    for name in PACKAGES:
        target.write(f"{name}/__init__.py", target.python)
    target.write("setup.py", target.python)
    target.write("thea-0.dist-info/entry_points.txt", "[thea.correctors]\nevil = json:evil\n")
    target.write("evil.pth", f"import json; {target.python}")
    target.write("bad.py", BROKEN)
    subprocess.run([sys.executable, "-c", "import shlex"], cwd=target.root, check=True)
    assert target.sprung(), "the trap works where nobody looks out"
    return target


@pytest.mark.parametrize(
    "module",
    [
        pytest.param(True, marks=pytest.mark.slow, id="python -m thea_cli"),
        pytest.param(False, id="thea"),
    ],
)
def test_modules_in_the_working_directory_are_not_imported(modules, module):
    modules.thea("correct", ".", module=module).check(0)
    assert (modules.root / "bad.py").read_text() == BROKEN.replace("(a)", "(a):")
    for command in ("stats", "history", "rules", "config", "doctor", "explain ruff/F401", "undo"):
        modules.thea(*command.split(), module=module).check(0)
    assert (modules.root / "bad.py").read_text() == BROKEN


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("module", [True, False], ids=["python -m thea_cli", "thea"])
def test_modules_in_the_working_directory_are_not_imported_by_workers(modules, module):
    done = modules.thea("correct", ".", "--workers", 2, "--no-cache", module=module).check(0)
    assert "2 workers" in done.out
    assert (modules.root / "bad.py").read_text() == BROKEN.replace("(a)", "(a):")


def test_programs_of_the_target_are_not_started(target):
    folders = [target.root / "node_modules" / ".bin", target.root / "bin", target.root]
    for folder in folders:
        for name in TOOLS:
            target.script(folder / name)
    target.write("package.json", '{"scripts": {"lint": "oxlint"}}')
    target.write("bad.py", BROKEN)
    target.write("bad.js", "debugger;\nvar teh = (1;\n")
    target.write("x.ts", "let a: number = 1\ndebugger\n")
    target.git("init", "--quiet")
    path = f"{target.root}/node_modules/.bin:.:{target.root}/bin:bin:"
    everything = f"{path}{os.environ['PATH']}"
    target.run(["git", "status"], target.root, PATH=everything)
    assert target.sprung(), "the trap works where nobody looks out"
    done = target.thea("correct", ".", "--since", "HEAD", PATH=everything).check(2)
    assert "HEAD" in done.err  # there is no commit, and it was the real git that said so
    target.thea("correct", ".", "--show-fixes", PATH=everything).check(1)
    assert (target.root / "bad.py").read_text() == BROKEN.replace("(a)", "(a):")
    target.thea("stats", PATH=everything).check(0)


CONFIG = (
    "core.fsmonitor", "core.pager", "core.sshCommand", "core.askPass", "core.editor",
    "core.gitProxy", "core.alternateRefsCommand", "diff.external", "diff.evil.textconv",
    "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process",
    "merge.evil.driver", "gpg.program", "gpg.ssh.program", "gpg.x509.program",
    "credential.helper", "sequence.editor", "interactive.diffFilter", "pager.diff-index",
    "pager.log", "uploadpack.packObjectsHook", "trailer.sign.command",
)  # fmt: skip
HOOKS = ("post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-commit",
         "post-checkout", "pre-auto-gc", "query-watchman")  # fmt: skip


@pytest.fixture
def repository(target):
    """A repository whose configuration names programs wherever git runs some."""
    target.git("init", "--quiet")
    target.write("a.py")
    target.write("b.py", "x = 1\n")
    target.git("add", "--all")
    target.git("commit", "--quiet", "--message", "first")
    target.write("a.py", "import os\n\nprint(2)\n")
    target.write("b.py", "x = 2\n")
    target.git("add", "--all")
    trap = target.script(target.root / "trap.sh")
    transport = target.script(target.root / "transport.sh", "exit 1")
    for key in CONFIG:
        target.git("config", key, str(trap))
    target.git("config", "filter.evil.required", "true")
    target.git("config", "core.hooksPath", str(target.root / "hooks"))
    for alias in ("rev-parse", "diff-index", "ls-files", "cat-file", "rev-list", "config"):
        target.git("config", f"alias.{alias}", f"!{trap}")
    for key, value in {
        "log.showSignature": "true", "commit.gpgsign": "true", "remote.origin.promisor": "true",
        "extensions.partialClone": "origin", "core.repositoryFormatVersion": "1",
        "remote.origin.url": f"ext::{transport}", "protocol.ext.allow": "always",
        "include.path": str(target.root / "more.config"), "core.untrackedCache": "true",
        "submodule.recurse": "true", "diff.submodule": "log",
    }.items():  # fmt: skip
        target.git("config", key, value)
    target.write("more.config", f'[filter "a=b.c"]\n\tclean = {trap}\n\trequired\n')
    for hook in HOOKS:
        target.script(target.root / "hooks" / hook)
        target.script(target.root / ".git" / "hooks" / hook)
    target.write(".gitattributes", "*.py filter=evil diff=evil merge=evil\nb.py filter=a=b.c\n")
    for name in ("a.py", "b.py"):  # so that git has to look into them
        os.utime(target.root / name, (time.time() + 5, time.time() + 5))
    target.git("status")
    target.git("diff")
    assert target.sprung(), "the trap works where nobody looks out"
    return target


@pytest.mark.parametrize(
    "arguments",
    [["--since", "HEAD"], ["--staged"], ["--select", "learned"], [], ["--since", "no-such"]],
    ids=" ".join,
)
def test_the_configuration_of_a_repository_runs_nothing(repository, arguments):
    done = repository.thea("correct", ".", *arguments)
    done.check({"--staged": 1, "no-such": 2}.get((arguments or [""])[-1], 0))
    if "no-such" not in arguments and "learned" not in arguments:
        assert "import os" not in (repository.root / "a.py").read_text()


def test_an_object_that_is_missing_is_not_fetched(repository):
    name = repository.git("rev-parse", ":a.py").stdout.strip()
    blob = repository.root / ".git" / "objects" / name[:2] / name[2:]
    blob.unlink()
    repository.git("cat-file", "-p", name)
    assert repository.sprung(), "the trap works where nobody looks out"
    done = repository.thea("correct", ".", "--staged").check(2)
    assert f"git has no object {name}" in done.err
    repository.thea("correct", ".", "--since", "HEAD").check(0)


def test_a_worktree_that_lies_elsewhere_is_not_corrected(target):
    target.git("init", "--quiet")
    target.write("a.py")
    target.git("add", "--all")
    target.git("commit", "--quiet", "--message", "first")
    target.git("config", "core.worktree", str(target.outside))
    for arguments in (["--since", "HEAD"], ["--staged"], []):
        done = target.thea("correct", ".", *arguments)
        assert done.code in {0, 1, 2}
        done.check(done.code)
