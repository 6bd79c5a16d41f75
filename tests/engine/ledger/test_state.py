"""Where state lies, and what is never trusted."""

from __future__ import annotations

import os
import tempfile

import pytest

from thea_code_system.ledger.state import StateDirectory


@pytest.fixture
def root(tmp_path):
    path = tmp_path / "project"
    path.mkdir()
    return path


@pytest.fixture
def base(tmp_path):
    return tmp_path / "state"


def choose(root, base, **options):
    return StateDirectory(str(root), base).choose(**options)


def test_a_project_keeps_its_own_state_which_git_ignores(root, base):
    state = choose(root, base)
    assert state.path == root / ".thea"
    assert state.warning == ""
    assert (state.path / ".gitignore").read_text() == "*\n"
    assert state.path.stat().st_mode & 0o077 == 0
    assert choose(root, base) == state


def test_a_state_that_another_user_or_machine_made_is_left_alone(root, base, tmp_path):
    choose(root, tmp_path / "elsewhere")
    (root / ".thea/ledger.sqlite").write_text("theirs")
    state = choose(root, base)
    assert base in state.path.parents
    assert "not made by this user" in state.warning
    assert (root / ".thea/ledger.sqlite").read_text() == "theirs"
    assert choose(root, base).path == state.path


def test_a_state_shipped_with_a_repository_is_left_alone(root, base):
    (root / ".thea").mkdir()
    (root / ".thea/identity").write_text("0" * 32 + "\n" + "0" * 64 + "\n")
    assert "not trusted" in choose(root, base).warning


def test_a_link_is_left_alone(root, base, tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    (root / ".thea").symlink_to(real)
    state = choose(root, base)
    assert "link" in state.warning
    assert list(real.iterdir()) == []


def test_a_ledger_that_is_a_link_is_left_alone(root, base, tmp_path):
    path = choose(root, base).path
    (path / "ledger.sqlite").symlink_to(tmp_path / "other")
    assert "ledger.sqlite" in choose(root, base).warning


def test_a_tracked_state_is_left_alone(root, base):
    choose(root, base)
    assert "tracks" in choose(root, base, tracked=True).warning


def test_two_projects_that_cannot_use_their_own_do_not_share(root, base, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for project in (root, other):
        (project / ".thea").write_text("in the way")
    assert choose(root, base).path != choose(other, base).path


@pytest.fixture
def blocked(root, tmp_path, monkeypatch):
    """A place for states that is none, where the project has no room for its own."""
    (root / ".thea").write_text("in the way")
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return blocked


def test_without_any_place_a_temporary_one_serves_and_says_so(root, blocked):
    state = choose(root, blocked)
    assert "undo ends with this machine" in state.warning
    assert state.path.is_dir()
    assert choose(root, blocked).path == state.path, "so undo finds it"


def test_a_temporary_place_that_others_may_write_to_is_not_used(root, blocked, tmp_path):
    first = choose(root, blocked)
    (tmp_path / first.path.relative_to(tmp_path).parts[0]).chmod(0o777)
    assert choose(root, blocked).path != first.path


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write anything")
def test_a_project_that_cannot_be_written_uses_the_users_state_quietly(root, base):
    root.chmod(0o555)
    state = choose(root, base)
    root.chmod(0o755)
    assert base in state.path.parents
    assert state.warning == ""


def test_a_moved_project_keeps_its_state(root, base, tmp_path):
    choose(root, base)
    moved = root.rename(tmp_path / "moved")
    assert choose(moved, base).path == moved / ".thea"


@pytest.mark.parametrize("made", [(), (".gitignore",), (".gitignore", "identity")])
def test_a_state_whose_maker_was_killed_is_completed(root, base, made):
    (root / ".thea").mkdir(mode=0o755)
    for name in made:
        (root / ".thea" / name).touch()
    state = choose(root, base)
    assert (state.path, state.warning) == (root / ".thea", "")
    assert (state.path / ".gitignore").read_text() == "*\n"
    assert state.path.stat().st_mode & 0o077 == 0
    assert choose(root, base) == state


def test_a_state_with_a_ledger_and_no_identity_is_not_completed(root, base):
    (root / ".thea").mkdir()
    (root / ".thea/ledger.sqlite").write_text("theirs")
    assert "not made by this user" in choose(root, base).warning
    assert not (root / ".thea/identity").exists()


def test_what_a_killed_process_left_beside_the_key_is_removed(root, base):
    choose(root, base)
    (base / "key-1").hardlink_to(base / "key")
    key = (base / "key").read_bytes()
    assert choose(root, base).path == root / ".thea"
    assert sorted(path.name for path in base.iterdir()) == ["key"]
    assert (base / "key").read_bytes() == key
