"""What git says, and what a hostile repository cannot make it do."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from thea_code_system.errors import WorkspaceError
from thea_code_system.workspace.git import Git


class Repository:
    def __init__(self, path):
        self.path = path
        self.git("init", "-q")
        self.git("config", "user.email", "a@b.c")
        self.git("config", "user.name", "n")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.path, check=True, capture_output=True)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, **files):
        for name, text in files.items():
            self.write(f"{name}.py", text)
        self.git("add", "-A")
        self.git("commit", "-qm", "x")


@pytest.fixture
def repository(tmp_path):
    repository = Repository(tmp_path)
    repository.commit(a="1\n", b="2\n", c="3\n", d="4\n")
    return repository


async def test_changes_since_a_revision_are_edited_renamed_and_new_files(repository):
    repository.write("a.py", "changed\n")
    repository.git("mv", "b.py", "renamed.py")
    repository.git("rm", "-q", "c.py")
    repository.write("sub dir/new ü.py", "new\n")
    repository.write(".gitignore", "*.log\n")
    repository.write("x.log", "")
    (repository.path / "link.py").symlink_to("a.py")
    changed = await Git(str(repository.path)).changed_since("HEAD")
    assert changed == (".gitignore", "a.py", "renamed.py", "sub dir/new ü.py")


async def test_staged_contents_are_those_of_the_index(repository):
    repository.write("a.py", "staged\n")
    repository.git("add", "a.py")
    repository.write("a.py", "working\n")
    repository.write("b.py", "not staged\n")
    repository.git("rm", "-q", "--cached", "c.py")
    assert await Git(str(repository.path)).staged() == {"a.py": b"staged\n"}


async def test_everything_is_staged_before_the_first_commit(tmp_path):
    repository = Repository(tmp_path)
    repository.write("a.py", "1\n")
    repository.git("add", "-A")
    assert await Git(str(tmp_path)).staged() == {"a.py": b"1\n"}


async def test_paths_are_relative_to_a_root_within_the_repository(repository):
    repository.write("sub/s.py", "1\n")
    repository.write("a.py", "changed\n")
    repository.git("add", "-A")
    git = Git(str(repository.path / "sub"))
    assert await git.staged() == {"s.py": b"1\n"}
    assert await git.changed_since("HEAD") == ("s.py",)


@pytest.mark.parametrize("revision", ["nope", "--output=x", "-h"])
async def test_an_unknown_revision_is_an_error_and_never_an_option(repository, revision):
    with pytest.raises(WorkspaceError, match="--since"):
        await Git(str(repository.path)).changed_since(revision)
    assert not (repository.path / "x").exists()


async def test_recent_files_come_by_their_latest_commit(repository):
    repository.commit(c="4\n", b="5\n")
    repository.commit(**{"sub/s": "1\n"})
    repository.commit(c="6\n")
    assert await Git(str(repository.path)).recent() == ("c.py", "sub/s.py", "b.py", "a.py", "d.py")
    assert await Git(str(repository.path / "sub")).recent() == ("s.py",)


async def test_there_is_nothing_recent_outside_of_a_repository_or_before_the_first_commit(tmp_path):
    assert await Git(str(tmp_path)).recent() == ()
    Repository(tmp_path)
    assert await Git(str(tmp_path)).recent() == ()


async def test_no_repository_is_an_error(tmp_path):
    with pytest.raises(WorkspaceError, match="git"):
        await Git(str(tmp_path)).staged()
    assert not await Git(str(tmp_path)).inside()
    assert not await Git(str(tmp_path)).tracks(".thea")


async def test_tracked_files_are_told_from_others(repository):
    git = Git(str(repository.path))
    assert await git.inside()
    assert not await git.tracks(".thea")
    repository.write(".thea/ledger.sqlite", "x")
    assert not await git.tracks(".thea")
    repository.git("add", "-f", ".thea/ledger.sqlite")
    assert await git.tracks(".thea")
    repository.git("update-index", "--index-version", "4")
    assert await git.tracks(".thea")


async def test_a_repository_cannot_make_git_run_anything(repository, tmp_path):
    trap = tmp_path / "sprung"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.evil.clean",
        "filter.evil.smudge", "filter.evil.process", "filter.a=b.c.clean", "diff.evil.textconv",
        "diff.evil.command", "core.askPass", "core.editor", "credential.helper",
    ):  # fmt: skip
        repository.git("config", key, str(script))
    repository.git("config", "filter.evil.required", "true")
    repository.git("config", "core.hooksPath", str(tmp_path))
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (tmp_path / hook).symlink_to(script)
    repository.write(".gitattributes", "*.py filter=evil diff=evil\nb.py filter=a=b.c\n")
    trap.unlink(missing_ok=True)
    git = Git(str(repository.path))
    for name in "ab":  # same size, and racy: git has to compare contents
        repository.write(f"{name}.py", "9\n")
        os.utime(repository.path / f"{name}.py", (time.time() + 5, time.time() + 5))
    assert "a.py" in await git.changed_since("HEAD")
    await git.staged()
    await git.tracks("a.py")
    assert not trap.exists()
