"""A write happens whole or not at all, and touches nothing that it should not."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap

import pytest

from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write
from thea_code_system.workspace.writing import GroupedWriter

OLD, NEW = b"old = 1\r\n", b"new = 2\r\n"


def write_of(path, data=NEW, old=OLD):
    return Write(path, SourceFile.digest_of(old), data)


def leftovers(folder):
    return [name for _, _, names in os.walk(folder) for name in names if name.endswith("-tmp")]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "f.py"
    path.write_bytes(OLD)
    return path


def test_a_batch_is_written_and_leaves_nothing_else_behind(tmp_path):
    for number in range(300):
        folder = tmp_path / f"d{number % 7}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}.py").write_bytes(OLD)
    writes = [write_of(f"d{number % 7}/f{number}.py") for number in range(300)]
    results = GroupedWriter([str(tmp_path)]).write(writes)
    assert [result.path for result in results] == [write.path for write in writes]
    assert all(result.done for result in results)
    assert {path.read_bytes() for path in tmp_path.rglob("*.py")} == {NEW}
    assert not leftovers(tmp_path)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_the_mode_stays(tmp_path, file, mode):
    file.chmod(mode)
    GroupedWriter([str(tmp_path)]).write([write_of("f.py")])
    assert file.read_bytes() == NEW
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give away")
def test_the_owner_stays(tmp_path, file):
    os.chown(file, 1234, 2345)
    GroupedWriter([str(tmp_path)]).write([write_of("f.py")])
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


def test_a_file_that_somebody_changed_is_left_alone(tmp_path, file):
    file.write_bytes(b"theirs\n")
    (result,) = GroupedWriter([str(tmp_path)]).write([write_of("f.py")])
    assert result.changed
    assert file.read_bytes() == b"theirs\n"
    assert not leftovers(tmp_path)


def test_a_file_that_vanished_or_became_a_folder_fails_alone(tmp_path, file):
    (tmp_path / "folder.py").mkdir()
    writes = [write_of("gone.py"), write_of("folder.py"), write_of("f.py")]
    gone, folder, written = GroupedWriter([str(tmp_path)]).write(writes)
    assert gone.problem
    assert folder.problem
    assert written.done
    assert not leftovers(tmp_path)


def test_a_link_inside_stays_and_its_target_is_written(tmp_path, file):
    (tmp_path / "link.py").symlink_to("f.py")
    (result,) = GroupedWriter([str(tmp_path)]).write([write_of("link.py")])
    assert result.done
    assert (tmp_path / "link.py").is_symlink()
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("through", ["file", "folder", "dots"])
def test_nothing_outside_of_the_roots_is_written(tmp_path, through):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "f.py").write_bytes(OLD)
    (root / "link.py").symlink_to(outside / "f.py")
    (root / "link").symlink_to(outside)
    path = {"file": "link.py", "folder": "link/f.py", "dots": "../outside/f.py"}[through]
    (result,) = GroupedWriter([str(root)]).write([write_of(path)])
    assert "outside" in result.problem
    assert (outside / "f.py").read_bytes() == OLD
    assert not leftovers(tmp_path)


def test_a_path_beyond_the_root_that_the_user_named_is_written(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "f.py").write_bytes(OLD)
    writer = GroupedWriter([str(root), str(outside / "f.py")])
    assert writer.write([write_of("../outside/f.py")])[0].done
    assert (outside / "f.py").read_bytes() == NEW


def test_a_folder_swapped_for_a_link_during_the_write_is_not_followed(tmp_path):
    """The folder was opened before; what is renamed is renamed there, not at the link's end."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "d").mkdir(parents=True)
    outside.mkdir()
    (root / "d/f.py").write_bytes(OLD)
    (outside / "f.py").write_bytes(OLD)

    class Swapping(GroupedWriter):
        def _stage(self, write):
            staged = super()._stage(write)
            (root / "d").rename(root / "moved")
            (root / "d").symlink_to(outside)
            return staged

    assert Swapping([str(root)]).write([write_of("d/f.py")])[0].done
    assert (outside / "f.py").read_bytes() == OLD
    assert (root / "moved/f.py").read_bytes() == NEW


def test_a_hard_link_gets_a_file_of_its_own(tmp_path, file):
    os.link(file, tmp_path / "other.py")
    GroupedWriter([str(tmp_path)]).write([write_of("f.py")])
    assert file.read_bytes() == NEW
    assert (tmp_path / "other.py").read_bytes() == OLD


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write anything")
def test_what_is_read_only_is_not_replaced(tmp_path, file):
    file.chmod(0o444)
    assert "read-only" in GroupedWriter([str(tmp_path)]).write([write_of("f.py")])[0].problem
    file.chmod(0o644)
    tmp_path.chmod(0o555)
    (result,) = GroupedWriter([str(tmp_path)]).write([write_of("f.py")])
    tmp_path.chmod(0o755)
    assert "Permission denied" in result.problem
    assert file.read_bytes() == OLD


KILLED = """
import os, sys
from thea_code_system.workspace import writing
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Write

root, step, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
calls = iter(range(1000))

def dying(*arguments):
    if next(calls) == at:
        os._exit(9)
    return method(*arguments)

method = getattr(writing.GroupedWriter, step)
static = isinstance(vars(writing.GroupedWriter)[step], staticmethod)
own = {step: staticmethod(dying) if static else dying, "threads": 1}
Killed = type("Killed", (writing.GroupedWriter,), own)
digest = SourceFile.digest_of(b"old = 1\\r\\n")
Killed([root]).write([Write(f"f{n}.py", digest, b"new = 2\\r\\n") for n in range(5)])
"""


@pytest.mark.parametrize("step", ["_stage", "_fill", "_keep_metadata", "_sync", "_replace"])
@pytest.mark.parametrize("at", [0, 3])
def test_killed_at_any_step_every_file_is_the_old_or_the_new_one(tmp_path, step, at):
    for number in range(5):
        (tmp_path / f"f{number}.py").write_bytes(OLD)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), step, str(at)]
    assert subprocess.run(command, check=False).returncode == 9
    states = [(tmp_path / f"f{number}.py").read_bytes() for number in range(5)]
    assert set(states) <= {OLD, NEW}
    assert states.count(NEW) == (at if step == "_replace" else 0)
    writer = GroupedWriter([str(tmp_path)])
    writer.sweep([(f"f{number}.py", SourceFile.digest_of(NEW)) for number in range(5)])
    assert not leftovers(tmp_path)


def test_what_a_killed_run_left_does_not_stand_in_the_way(tmp_path):
    for number in range(5):
        (tmp_path / f"f{number}.py").write_bytes(OLD)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), "_replace", "0"]
    subprocess.run(command, check=False)
    assert leftovers(tmp_path)
    results = GroupedWriter([str(tmp_path)]).write([write_of(f"f{n}.py") for n in range(5)])
    assert all(result.done for result in results)
    assert not leftovers(tmp_path)
