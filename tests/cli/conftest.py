"""A project on disk, and `thea` as a user runs it there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CLIENT = [sys.executable, "-c", "from thea_cli.client import main; main()"]


@pytest.fixture(scope="session")
def runtime():
    """A runtime folder whose warm process spares most runs the import of torch.

    What `thea` does is the same without one: `test_warm.py` compares both.
    """
    folder = tempfile.mkdtemp(prefix="tr-", dir="/tmp")  # a socket's path is short
    env = {**os.environ, "XDG_RUNTIME_DIR": folder}
    command = [sys.executable, "-m", "thea_cli", "cluster"]
    subprocess.run([*command, "up"], env=env, capture_output=True, check=False)
    yield folder
    subprocess.run([*command, "down"], env=env, capture_output=True, check=False)
    shutil.rmtree(folder)


class Tree:
    """A project in a folder, and `thea` with a home of its own."""

    def __init__(self, folder: Path, runtime: str) -> None:
        self.root = folder / "project"
        (self.root / "src").mkdir(parents=True)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.env = {
            **os.environ,
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": runtime,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def put(self, **files: bytes) -> None:
        for name, data in files.items():
            (self.root / "src" / f"{name}.py").write_bytes(data)

    def read(self, name: str) -> bytes:
        return (self.root / "src" / f"{name}.py").read_bytes()

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=self.env, check=True, capture_output=True, text=True
        )
        return done.stdout

    def thea(self, *arguments, stdin=b"", code=0, **env):
        done = subprocess.run(
            [*CLIENT, *arguments],
            cwd=self.root,
            env={**self.env, **env},
            input=stdin,
            capture_output=True,
            check=False,
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert "Traceback" not in said
        assert done.returncode == code, said
        return done.stdout.decode(), done.stderr.decode()

    def correct(self, *arguments, **more):
        return self.thea("correct", "--select", "ruff", *arguments, **more)


@pytest.fixture
def tree(tmp_path, runtime):
    return Tree(tmp_path, runtime)
