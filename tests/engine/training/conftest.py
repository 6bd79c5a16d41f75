"""Small git repositories whose commits repair things."""

from __future__ import annotations

import subprocess

import pytest


class Repository:
    """A git repository whose files change commit by commit."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def commit(self, message, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def change(self, message, path, before, after):
        """One commit with a text, the next with another; the name of the second."""
        self.commit("Add", {path: before})
        return self.commit(message, {path: after})


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for whose in ("AUTHOR", "COMMITTER"):  # commits, and what their hashes decide, are always alike
        monkeypatch.setenv(f"GIT_{whose}_DATE", "1700000000 +0000")
    return Repository(tmp_path / "repository")
