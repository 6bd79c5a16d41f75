"""What the latest commit holds, and when it was made."""

from __future__ import annotations

import os
import subprocess

import pytest

from thea_code_system.errors import WorkspaceError
from thea_code_system.workspace import latest
from thea_code_system.workspace.git import Git
from thea_code_system.workspace.latest import LatestCommit


@pytest.fixture
def commit(tmp_path, monkeypatch):
    """Makes a commit of the whole tree, at a second of one's choice."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    def make(message="x", second=1_700_000_000):
        who = ("-c", "user.name=n", "-c", "user.email=a@b.c")
        env = {**os.environ, "GIT_COMMITTER_DATE": f"@{second} +0200"}
        subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
        asked = ["git", *who, "commit", "-q", "--allow-empty", "--allow-empty-message"]
        subprocess.run([*asked, "-m", message], cwd=tmp_path, env=env, check=True)

    return make


async def test_its_files_are_read_raw_below_the_root_and_others_left_out(
    tmp_path, commit, monkeypatch
):
    root = tmp_path / "sub"
    (root / "folder").mkdir(parents=True)
    held = {"a b.py": b"one\r\n", "folder/ü.py": b"two", "empty.py": b"", "-c.py": b"3\n"}
    for name, data in held.items():
        (root / name).write_bytes(data)
    (root / "large.py").write_bytes(b"x" * 100)
    (root / "new\nline.py").write_bytes(b"x")
    (tmp_path / ".gitattributes").write_text("*.py filter=evil text\n")
    subprocess.run(["git", "config", "filter.evil.smudge", "touch sprung"], cwd=root, check=True)
    (tmp_path / "above.py").write_bytes(b"x")
    commit()
    (root / "a b.py").write_bytes(b"changed")
    monkeypatch.setattr(latest, "_LARGEST", 99)
    found = await LatestCommit.of(Git(str(root)))
    asked = (*held, "folder", "above.py", "gone one.py", "large.py", "new\nline.py")
    assert await found.files(asked) == {**held, "a b.py": b"one\n"}
    assert not list(tmp_path.rglob("sprung"))
    assert await found.files(()) == {}


@pytest.mark.parametrize(
    ("message", "by_thea"),
    [
        ("", False),
        ("Thea-Run: 1 is what it says", False),
        ("Correct\n\nruff/F401: 2\n\nThea-Run: 1c0ffee5", True),
        ("Correct\n\nThea-Run: 1c0ffee5\nSigned-off-by: n <a@b.c>", True),
    ],
)
async def test_its_time_is_the_committers_and_its_message_says_whose_it_is(
    tmp_path, commit, message, by_thea
):
    commit(message, second=1_234_567_890)
    found = await LatestCommit.of(Git(str(tmp_path)))
    assert (found.made, found.by_thea) == (1_234_567_890, by_thea)
    asked = ["git", "rev-parse", "HEAD"]
    assert found.name.encode() == subprocess.check_output(asked, cwd=tmp_path).strip()


async def test_where_there_is_none_it_is_an_error(tmp_path):
    with pytest.raises(WorkspaceError):
        await LatestCommit.of(Git(str(tmp_path)))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with pytest.raises(WorkspaceError):
        await LatestCommit.of(Git(str(tmp_path)))
