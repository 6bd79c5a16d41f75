"""A history is read commit by commit, and the repository cannot make git run anything."""

from __future__ import annotations

import pytest

from thea_code_system.errors import WorkspaceError
from thea_code_system.training.mining.history import GitHistory


@pytest.fixture
def history(repository):
    history = GitHistory(repository.folder, (".py", ".ts"))
    yield history
    history.close()


def test_commits_come_newest_first_with_what_they_modified(repository, history):
    repository.commit("First", {"a.py": "x = 1\n", "notes.txt": "x"})
    name = repository.commit("Second\n\nWith a body.", {"a.py": "x = 2\n", "b.ts": "let x;\n"})
    second, first = history.commits(merges=False)
    assert (second.name, second.subject, second.files) == (name, "Second", 2)
    assert "With a body." in second.message
    assert [change.path for change in second.changes] == ["a.py"]
    assert (first.files, first.changes) == (1, ())
    [change] = second.changes
    assert (history.blob(change.before), history.blob(change.after)) == (b"x = 1\n", b"x = 2\n")
    assert history.head() == name


def test_odd_paths_and_blobs_that_are_not_there_do_no_harm(repository, history):
    repository.commit("One", {"a b\n:c.py": "x = 1\n"})
    repository.commit("Two", {"a b\n:c.py": "x = 2\n"})
    assert next(history.commits(merges=False)).changes[0].path == "a b\n:c.py"
    assert history.blob("0" * 40) == b""


def test_merges_are_told_from_other_commits(repository, history):
    repository.commit("Base", {"a.py": "x = 1\n"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit("Side", {"a.py": "x = 2\n"})
    repository.git("checkout", "-q", "main")
    repository.commit("Main", {"b.py": "y = 1\n"})
    repository.git("merge", "-q", "--no-edit", "side")
    assert {one.subject for one in history.commits(merges=False)} == {"Base", "Side", "Main"}
    [merge] = history.commits(merges=True)
    assert merge.merge
    assert [change.path for change in merge.changes] == ["a.py"]


def test_nothing_that_the_repository_names_is_run(repository, history, tmp_path):
    trap = tmp_path / "sprung"
    repository.commit("One", {"a.py": "x = 1\n", ".gitattributes": "*.py diff=trap filter=trap\n"})
    repository.commit("Two", {"a.py": "x = 2\n"})
    for name in ("core.fsmonitor", "diff.trap.textconv", "diff.external", "filter.trap.smudge"):
        repository.git("config", name, f"touch {trap}")
    [change] = next(history.commits(merges=False)).changes
    assert history.blob(change.after) == b"x = 2\n"
    assert not trap.exists()


def test_a_folder_without_a_repository_is_a_clear_error(tmp_path):
    with pytest.raises(WorkspaceError, match="no commit can be read"):
        GitHistory(tmp_path, (".py",)).head()
