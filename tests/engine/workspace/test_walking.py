"""Which files are found, which are left alone, and when a tree is known not to have changed."""

from __future__ import annotations

import os
import subprocess
import time

import ignore
import pytest

from thea_code_system.errors import ConfigError, WorkspaceError
from thea_code_system.values.outcome import Failed, SkipReason
from thea_code_system.values.workspace import Stamp
from thea_code_system.workspace.walking import Walker, WalkOptions

OPTIONS = WalkOptions((".py", ".js"), exclude=(".git", ".thea", "node_modules"))


@pytest.fixture
def tree(tmp_path):
    for name in [
        "b.py", "a/x.py", "a/y.txt", "node_modules/m/i.js", "gen/out.py", "vendor/v.py",
        "web/app.min.js", ".hidden/h.py", "a/ü.py",
    ]:  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("gen/\n")
    return tmp_path


def found(survey):
    return [entry.path for entry in survey.entries]


def reasons(survey):
    return {skipped.path: skipped.why for skipped in survey.skipped}


def settle(tree):
    """Make every stamp older than the clock's tick."""
    past = time.time() - 10
    for folder, _, names in os.walk(tree):
        for name in [".", *names]:
            os.utime(f"{folder}/{name}", (past, past))


def test_a_walk_sees_what_git_sees_in_the_order_of_paths(tree):
    survey = Walker(str(tree), OPTIONS).survey([str(tree)])
    assert found(survey) == [".hidden/h.py", "a/x.py", "a/ü.py", "b.py"]
    assert reasons(survey) == {
        "vendor/v.py": SkipReason.VENDORED,
        "web/app.min.js": SkipReason.GENERATED,
    }


def test_ignore_files_can_be_disregarded(tree):
    options = WalkOptions((".py",), exclude=(".git",), respect_gitignore=False)
    assert "gen/out.py" in found(Walker(str(tree), options).survey([str(tree)]))


def test_a_named_file_is_taken_though_it_is_ignored_unless_exclusion_is_forced(tree):
    named = [str(tree / "gen/out.py"), str(tree / "node_modules/m/i.js"), str(tree / "vendor/v.py")]
    survey = Walker(str(tree), OPTIONS).survey(named)
    assert found(survey) == ["gen/out.py", "node_modules/m/i.js", "vendor/v.py"]
    forced = WalkOptions((".py", ".js"), exclude=("node_modules",), force_exclude=True)
    assert found(Walker(str(tree), forced).survey(named)) == ["gen/out.py"]


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        ("a/x.py", 10, None),
        ("new/deeper/x.py", 10, None),
        ("node_modules/new/x.js", 10, SkipReason.EXCLUDED),
        ("new/gone.py", 10, SkipReason.EXCLUDED),
        ("vendor/new.py", 10, SkipReason.EXCLUDED),
        ("a/x.py", 101, SkipReason.OVERSIZE),
    ],
)
def test_a_text_in_the_place_of_a_file_is_held_to_the_same_though_nothing_is_there(
    tree, name, size, why
):
    forced = WalkOptions(
        (".py", ".js"), ("node_modules", "new/gone.py"), force_exclude=True, max_file_size=100
    )
    left_out = Walker(str(tree), forced).left_out(name, size)
    assert (left_out.why if left_out else None) is why
    if why is SkipReason.EXCLUDED:
        assert Walker(str(tree), OPTIONS).left_out(name, size) is None


def test_a_named_folder_is_walked_though_it_is_vendored(tree):
    assert found(Walker(str(tree), OPTIONS).survey([str(tree / "vendor")])) == ["vendor/v.py"]


def test_extend_exclude_takes_globs_with_folders(tree):
    options = WalkOptions((".py",), exclude=(".git",), extend_exclude=("a/*.py", ".hidden"))
    assert found(Walker(str(tree), options).survey([str(tree)])) == ["b.py"]


def test_chosen_files_must_pass_the_globs_and_be_there(tree):
    chosen = ["a/x.py", "node_modules/m/i.js", "gone.py", "a/y.txt", "gen/out.py"]
    assert found(Walker(str(tree), OPTIONS).survey([], chosen)) == ["a/x.py", "gen/out.py"]


def test_links_are_not_followed(tree, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.py").write_text("x = 1\n")
    (tree / "link").symlink_to(outside)
    (tree / "link.py").symlink_to(outside / "secret.py")
    survey = Walker(str(tree), OPTIONS).survey([str(tree)])
    assert not any("link" in path for path in found(survey))


def test_large_files_and_names_that_are_no_text_are_left_alone(tree):
    (tree / "big.py").write_text("#" * 2000)
    (tree / "bad\udcff.py").touch()
    options = WalkOptions((".py",), exclude=(".git",), max_file_size=1000)
    why = reasons(Walker(str(tree), options).survey([str(tree)]))
    assert why["big.py"] is SkipReason.OVERSIZE
    assert why["bad\\udcff.py"] is SkipReason.NOT_TEXT


def test_a_path_that_is_not_there_is_an_error(tree):
    with pytest.raises(WorkspaceError, match="nowhere"):
        Walker(str(tree), OPTIONS).survey([str(tree / "nowhere")])


def test_a_broken_glob_is_an_error_of_the_configuration(tree):
    with pytest.raises(ConfigError, match="no glob"):
        Walker(str(tree), WalkOptions((".py",), exclude=("[",)))


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "b.py").write_text("x = 2\n"),
        lambda tree: (tree / "a/new.py").write_text(""),
        lambda tree: (tree / "a/x.py").unlink(),
        lambda tree: (tree / ".gitignore").write_text("a/\n"),
        lambda tree: (tree / "a/ruff.toml").write_text(""),
        lambda tree: (tree / "a").rename(tree / "c"),
        lambda tree: (tree / ".git/info/exclude").write_text("b.py"),
    ],
)
def test_a_manifest_holds_until_something_changes(tree, change):
    (tree / ".git/info").mkdir(exist_ok=True)
    settle(tree)
    manifest = Walker(str(tree), OPTIONS).survey([str(tree)]).manifest
    assert manifest is not None
    assert manifest.holds()
    change(tree)
    assert not manifest.holds()


def test_a_tree_that_was_written_this_instant_has_no_manifest(tree):
    settle(tree)
    (tree / "b.py").write_text("x = 3\n")
    assert Walker(str(tree), OPTIONS).survey([str(tree)]).manifest is None


def test_a_stamp_within_the_tick_of_the_clock_proves_nothing():
    now = 1_700_000_000_123_456_789
    assert Stamp(1, now - 50_000_000, now, 7).settled(now)
    assert not Stamp(1, now - 5_000_000, now, 7).settled(now)
    whole = 1_700_000_000_000_000_000
    assert not Stamp(1, whole, whole, 7).settled(whole + 1_500_000_000)
    assert Stamp(1, whole, whole, 7).settled(whole + 2_500_000_000)


def test_configurations_are_found_above_the_walked_folder_too(tree):
    (tree / "pyproject.toml").write_text("")
    (tree / "a/ruff.toml").write_text("")
    (tree / "a/b").mkdir()
    (tree / "a/b/z.py").write_text("")
    walker = Walker(str(tree), OPTIONS)
    walker.survey([str(tree / "a/b")])
    assert walker.configs() == ("a/ruff.toml", "pyproject.toml")


def test_a_folder_that_cannot_be_read_is_a_failure_and_costs_no_other_file(tree, monkeypatch):
    """As root may read everything, the walk is made to complain in the words of its library."""
    shut = tree / "shut"

    class Complaining:
        def __init__(self, walk):
            self._walk = walk
            self._words = [f"{shut}: IO error for operation on {shut}: No entry (os error 13)"]

        def __next__(self):
            if self._words:
                raise ignore.Error(self._words.pop())
            return next(self._walk)

    class Builder:
        def __init__(self, *arguments):
            self._builder = real(*arguments)

        def __getattr__(self, name):
            def call(*arguments):
                answer = getattr(self._builder, name)(*arguments)
                if name == "build":
                    return Complaining(answer)
                self._builder = answer
                return self

            return call

    real = ignore.WalkBuilder
    monkeypatch.setattr(ignore, "WalkBuilder", Builder)
    survey = Walker(str(tree), OPTIONS).survey([str(tree)])
    assert found(survey) == [".hidden/h.py", "a/x.py", "a/ü.py", "b.py"]
    (failed,) = [one for one in survey.skipped if isinstance(one, Failed)]
    assert (failed.path, failed.reason) == ("shut", "cannot be read: No entry")
