"""Commits that hold Thea's changes only, whatever the user does at the same time."""

from __future__ import annotations

import subprocess

import pytest

from thea_code_system.errors import WorkspaceError
from thea_code_system.values.commits import CommitSeries, CommitStep
from thea_code_system.workspace.committing import Committer
from thea_code_system.workspace.git import Git

OLD, NEW = b"old\n", b"new\n"


class Repository:
    def __init__(self, path):
        self.path = path
        self.git("init", "-q")
        self.git("config", "user.email", "a@b.c")
        self.git("config", "user.name", "n")
        for name in ("a.py", "b.py"):
            (path / name).write_bytes(OLD)
        self.git("add", "-A")
        self.git("commit", "-qm", "first")

    def git(self, *arguments):
        done = subprocess.run(["git", *arguments], cwd=self.path, check=True, capture_output=True)
        return done.stdout.decode()

    def write(self, **files):
        for name, data in files.items():
            (self.path / f"{name}.py").write_bytes(data)

    async def commit(self, *steps, before=None, cls=Committer, listing=""):
        before = before or {"a.py": OLD, "b.py": OLD}
        made = tuple(CommitStep(f"{number}\n", files) for number, files in enumerate(steps))
        series = CommitSeries(made, before, listing)
        return await cls(Git(str(self.path))).commit(series)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


async def test_the_branch_moves_to_the_last_commit_and_the_index_follows(repository):
    repository.write(a=NEW, b=NEW)
    done = await repository.commit({"a.py": NEW}, {"b.py": NEW})
    assert done.problems == ()
    assert repository.git("log", "--format=%H %s", "--reverse").split("\n")[1:3] == [
        f"{name} {number}" for number, name in enumerate(done.commits)
    ]
    assert repository.git("status", "--porcelain") == ""
    assert repository.git("symbolic-ref", "--short", "HEAD").strip() in {"main", "master"}


async def test_what_the_user_edits_or_stages_meanwhile_is_not_committed(repository):
    repository.write(a=NEW + b"mine\n", b=NEW)
    (repository.path / "c.py").write_bytes(b"mine\n")
    repository.git("add", "c.py")
    await repository.commit({"a.py": NEW, "b.py": NEW})
    assert repository.git("show", "HEAD:a.py") == "new\n"
    assert repository.git("show", "--format=", "--name-only").split() == ["a.py", "b.py"]
    assert repository.git("status", "--porcelain").splitlines() == [" M a.py", "A  c.py"]


async def test_a_file_that_was_staged_meanwhile_is_left_out_and_named(repository):
    repository.write(a=NEW + b"mine\n", b=NEW)
    repository.git("add", "a.py")
    done = await repository.commit({"a.py": NEW, "b.py": NEW})
    assert done.problems == ("a.py is corrected, but not committed: it was staged meanwhile",)
    assert repository.git("show", "--format=", "--name-only").split() == ["b.py"]
    assert repository.git("show", ":a.py") == "new\nmine\n"


async def test_a_file_that_was_something_else_in_the_last_commit_is_left_out(repository):
    repository.write(a=b"mine, and new\n")
    done = await repository.commit({"a.py": b"mine, and new\n"}, before={"a.py": b"mine\n"})
    assert done.commits == ()
    assert "the last commit has something else there" in done.problems[0]


async def test_who_commits_meanwhile_wins_and_the_index_is_as_it_was(repository):
    class Slow(Committer):
        async def _move(self, chain):
            repository.git("commit", "-q", "--allow-empty", "-m", "somebody else")
            await super()._move(chain)

    repository.write(a=NEW)
    index = repository.git("ls-files", "-s")
    with pytest.raises(WorkspaceError, match="the branch has moved"):
        await repository.commit({"a.py": NEW}, cls=Slow, listing="revs")
    assert repository.git("log", "-1", "--format=%s") == "somebody else\n"
    assert repository.git("ls-files", "-s") == index
    assert repository.git("status", "--porcelain") == " M a.py\n"


async def test_a_locked_index_moves_nothing(repository):
    repository.write(a=NEW)
    (repository.path / ".git/index.lock").touch()
    with pytest.raises(WorkspaceError, match="update-index failed"):
        await repository.commit({"a.py": NEW})
    assert repository.git("log", "-1", "--format=%s") == "first\n"


async def test_modes_detached_heads_and_sha256_are_kept(repository, tmp_path):
    repository.git("update-index", "--chmod=+x", "a.py")
    repository.git("commit", "-qm", "executable")
    repository.git("checkout", "-q", "--detach")
    repository.write(a=NEW)
    (name,) = (await repository.commit({"a.py": NEW})).commits
    assert repository.git("rev-parse", "HEAD").strip() == name
    assert repository.git("ls-tree", "HEAD", "a.py").startswith("100755")
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["git", "init", "-q", "--object-format=sha256", other], check=True)
    modern = Repository(other)
    modern.write(a=NEW)
    (name,) = (await modern.commit({"a.py": NEW})).commits
    assert len(name) == 64
    assert modern.git("status", "--porcelain") == ""
