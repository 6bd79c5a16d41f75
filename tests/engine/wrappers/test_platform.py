"""What differs between systems."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.wrappers import Platform


def test_the_folders_of_the_user_follow_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/paths/do/not/count")
    assert Platform().state_directory() == tmp_path / "state" / "thea"
    assert Platform().config_directory() == Path.home() / ".config" / "thea"


def test_windows_keeps_them_in_its_own_place(monkeypatch, tmp_path):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    windows = Platform("win32")
    assert windows.is_windows
    assert windows.state_directory() == tmp_path / "thea"
    windows.sync_directory(tmp_path / "absent")


def test_a_scratch_folder_can_be_written():
    assert os.access(Platform().memory_directory(), os.W_OK)


def test_this_process_has_memory_and_processors():
    assert Platform().resident_bytes() > 1_000_000
    assert 1 <= Platform().cpu_count() <= (os.cpu_count() or 1)


def test_a_folder_is_synced_or_says_why_not(tmp_path):
    Platform().sync_directory(tmp_path)
    with pytest.raises(FileNotFoundError):
        Platform("linux").sync_directory(tmp_path / "absent")


def test_a_process_group_is_killed_and_its_end_is_seen():
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    assert Platform().process_exists(process.pid)
    Platform().kill_group(process.pid)
    process.wait(5)
    assert not Platform().process_exists(process.pid)
    Platform().kill_group(process.pid)
