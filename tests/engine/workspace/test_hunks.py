"""Which lines git calls changed: in the index, and in the working tree."""

from __future__ import annotations

import subprocess

import pytest

from thea_code_system.errors import WorkspaceError
from thea_code_system.values.lines import LineRanges
from thea_code_system.workspace.git import Git
from thea_code_system.workspace.hunks import ChangedLines

TEN = "".join(f"line {number}\n" for number in range(1, 11))


class Repository:
    def __init__(self, path):
        self.path = path
        self.git("init", "-q")
        self.lines = ChangedLines(Git(str(path)))

    def git(self, *arguments):
        identity = ("-c", "user.email=a@b.c", "-c", "user.name=n")
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.path, check=True, capture_output=True
        )

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def commit(self, message="x"):
        self.git("add", "-A")
        self.git("commit", "-qm", message)


@pytest.fixture
def repository(tmp_path):
    repository = Repository(tmp_path)
    for name in ("a.py", "b.py", "c.py"):
        repository.write(name, TEN.replace("line", name))
    repository.commit()
    return repository


async def test_added_and_modified_lines_count_and_deleted_ones_do_not(repository):
    text = TEN.replace("line", "a.py").replace("a.py 2\n", "").replace("a.py 5\n", "5\nnew\n")
    repository.write("a.py", text + "++ looks like a header\n@@ -1 +1 @@\n")
    found = await repository.lines.since("HEAD", ["a.py", "b.py"])
    assert found == {"a.py": LineRanges(((4, 5), (11, 12))), "b.py": LineRanges()}


async def test_the_index_is_compared_with_the_last_commit_and_the_tree_with_a_revision(repository):
    repository.write("a.py", TEN.replace("line 3", "staged"))
    repository.git("add", "a.py")
    repository.write("a.py", TEN.replace("line 9", "working"))
    assert (await repository.lines.staged(["a.py"]))["a.py"] == LineRanges(((1, 10),))
    repository.commit("all of it")
    repository.write("a.py", TEN.replace("line 3", "staged").replace("line 9", "working"))
    repository.git("add", "a.py")
    repository.write("a.py", TEN)
    assert (await repository.lines.staged(["a.py"]))["a.py"] == LineRanges(((3, 3),))
    assert (await repository.lines.since("HEAD", ["a.py"]))["a.py"] == LineRanges(((9, 9),))


async def test_new_files_are_changed_all_over_and_renamed_ones_where_they_differ(repository):
    repository.write("new.py", "1\n2\n")
    repository.write('sub/tab\tü "q".py', "1\n")
    repository.git("mv", "b.py", "moved b.py")
    repository.git("mv", "c.py", "edited.py")
    repository.write("edited.py", TEN.replace("line", "c.py").replace("c.py 4", "4"))
    paths = ["new.py", 'sub/tab\tü "q".py', "moved b.py", "edited.py"]
    tree = await repository.lines.since("HEAD", paths)
    assert tree["new.py"] == LineRanges.whole()
    assert tree["moved b.py"] == LineRanges()
    assert tree["edited.py"] == LineRanges(((4, 4),))
    repository.git("add", "-A")
    staged = await repository.lines.staged(paths)
    assert staged["new.py"] == LineRanges(((1, 2),))
    assert staged['sub/tab\tü "q".py'] == LineRanges(((1, 1),))
    assert staged["moved b.py"] == LineRanges()
    assert staged["edited.py"] == LineRanges(((4, 4),))


async def test_paths_are_relative_to_a_root_within_the_repository(repository):
    repository.write("sub/s.py", TEN)
    repository.commit()
    repository.write("sub/s.py", TEN + "more\n")
    inner = ChangedLines(Git(str(repository.path / "sub")))
    assert await inner.since("HEAD", ["s.py"]) == {"s.py": LineRanges(((11, 11),))}


async def test_line_ends_that_git_converts_are_no_changes(repository):
    repository.write(".gitattributes", "*.py text eol=crlf\n")
    repository.commit()
    repository.write("a.py", TEN.replace("line", "a.py").replace("\n", "\r\n") + "new\r\n")
    assert (await repository.lines.since("HEAD", ["a.py"]))["a.py"] == LineRanges(((11, 11),))


async def test_before_the_first_commit_everything_is_changed(tmp_path):
    repository = Repository(tmp_path)
    repository.write("a.py", "1\n2\n")
    repository.git("add", "-A")
    assert await repository.lines.staged(["a.py"]) == {"a.py": LineRanges(((1, 2),))}
    with pytest.raises(WorkspaceError, match="--since HEAD"):
        await repository.lines.since("HEAD", ["a.py"])


async def test_the_repository_cannot_make_git_run_anything(repository, tmp_path):
    trap = tmp_path / "ran"
    for name in ("diff.external", "diff.x.command", "diff.x.textconv", "filter.x.clean"):
        repository.git("config", name, f"touch '{trap}'; cat")
    repository.write(".gitattributes", "*.py diff=x filter=x\n")
    repository.write("a.py", TEN)
    await repository.lines.since("HEAD", ["a.py"])
    await repository.lines.staged(["a.py"])
    assert not trap.exists()
