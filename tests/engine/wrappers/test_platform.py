"""What differs between systems."""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell")
def test_another_process_has_memory_and_says_what_it_is():
    platform = Platform()
    command = [sys.executable, "-c", "print(flush=True); input()"]
    sleeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sleeper.stdout.readline()
    assert platform.process_memory(sleeper.pid) > 100_000
    assert platform.process_title(sleeper.pid) == " ".join(command)
    sleeper.communicate(b"\n")
    assert platform.process_memory(sleeper.pid) == 0
    assert platform.process_title(sleeper.pid) == ""


def test_a_folder_is_synced_or_says_why_not(tmp_path):
    Platform().sync_directory(tmp_path)
    with pytest.raises(FileNotFoundError):
        Platform("linux").sync_directory(tmp_path / "absent")


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_the_processes_of_a_session_are_found_and_killed(system):
    platform = Platform(system)
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    leader = subprocess.Popen(
        [sys.executable, "-c", program], start_new_session=True, stdin=subprocess.PIPE
    )
    limit = time.monotonic() + 10.0
    while not (children := platform.descendants(leader.pid)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert platform.process_exists(leader.pid)
    platform.kill([*children, leader.pid])
    leader.communicate()
    assert len(children) == 1
    assert not platform.process_exists(leader.pid)
    while platform.descendants(leader.pid) and time.monotonic() < limit:
        time.sleep(0.02)  # the system has yet to bury them
    assert platform.descendants(leader.pid) == []
    platform.kill(children)
