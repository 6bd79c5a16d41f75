"""`thea resume`: a run that was killed is finished as the same run, and nothing is done twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
NAMES = [f"f{number}.py" for number in range(6)]
KILLED = """
import itertools, os, signal, sys
from thea_cli.app import main
from thea_code_system.actors import run
from thea_code_system.workspace.writing import GroupedWriter

run.WRITE_BATCH = 2
calls, write = itertools.count(1), GroupedWriter.write

def dying(self, writes):
    if next(calls) == int(os.environ["AT"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return write(self, writes)

GroupedWriter.write = dying
main()
"""


class Desk:
    """A project of its own with six files to correct, and `thea` as a user runs it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        (self.root / "src").mkdir(parents=True)
        for name in NAMES:
            (self.root / "src" / name).write_bytes(UNUSED)
        (self.root / "src" / "fine.py").write_bytes(b"print('fine')\n")
        places = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        self.env = {**os.environ, **{name: str(folder / name.lower()) for name in places}}
        subprocess.run(["git", "init", "-q", self.root], check=True)

    def thea(self, *arguments, cwd=None, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "thea_cli", *arguments],
            cwd=cwd or self.root, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def killed(self, *arguments, at=2, cwd=None):
        """A run that is killed before its n-th batch of two files is written; its id."""
        done = subprocess.run(
            [sys.executable, "-c", KILLED, "correct", "--select", "ruff", *arguments],
            cwd=cwd or self.root, env={**self.env, "AT": str(at)}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == -9, done.stderr
        return self.runs()[0]["run"]

    def runs(self):
        return json.loads(self.thea("history", "--format", "json")[0])

    def corrected(self):
        return [name for name in NAMES if (self.root / "src" / name).read_bytes() == FIXED]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.mark.slow
def test_a_killed_run_is_finished_as_itself_and_taken_back_as_a_whole(desk):
    run = desk.killed("--show-fixes")
    assert len(desk.corrected()) == 2
    out, err = desk.thea("resume")
    assert len(desk.corrected()) == 6
    assert "Corrected 6 files (6 corrections), 1 clean" in err
    assert out.count("-import os") == 6, "what was written before the kill is reported too"
    (record,) = desk.runs()
    assert (record["run"], len(record["changed"])) == (run, 6)
    assert record["finished"]
    assert "applied" in desk.thea("history", run)[0]
    assert "6 files" in desk.thea("undo", run)[0]
    assert not desk.corrected()


def test_what_was_written_is_not_looked_at_again_whatever_it_holds_now(desk):
    desk.killed("--no-cache")
    first, _ = desk.corrected()
    (desk.root / "src" / first).write_bytes(UNUSED + b"# mine\r\n")
    desk.thea("resume")
    assert (desk.root / "src" / first).read_bytes() == UNUSED + b"# mine\r\n"
    assert desk.corrected() == [name for name in NAMES if name != first]


def test_options_configuration_and_folders_are_those_that_it_began_with(desk):
    report = desk.root.parent / "report.json"
    (desk.root / "thea.toml").write_text('extend-exclude = ["src/f5.py"]\n')
    desk.killed("--output-format", "json", "-o", "../../report.json", ".", cwd=desk.root / "src")
    (desk.root / "thea.toml").write_text("select = [")
    desk.thea("resume", "--project", "project", cwd=desk.root.parent)
    assert desk.corrected() == NAMES[:5]
    files = json.loads(report.read_text())["files"]
    assert [file["path"] for file in files if file["status"] == "corrected"] == [
        f"src/{name}" for name in NAMES[:5]
    ]


@pytest.mark.slow
def test_a_run_that_is_killed_again_while_it_is_resumed_can_be_resumed(desk):
    run = desk.killed()
    script = KILLED.replace("WRITE_BATCH = 2", "WRITE_BATCH = 1")
    done = subprocess.run(
        [sys.executable, "-c", script, "resume"], cwd=desk.root, env={**desk.env, "AT": "2"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert len(desk.corrected()) == 3
    desk.thea("resume", run[:4])
    assert len(desk.corrected()) == 6
    desk.thea("undo")
    assert not desk.corrected()


@pytest.mark.slow
def test_a_later_run_says_so_and_leaves_its_own_files_to_itself(desk):
    run = desk.killed()
    _, err = desk.thea("correct", "--select", "ruff", "src/f5.py")
    assert f"run {run} was interrupted: `thea resume {run}` finishes it" in err
    _, err = desk.thea("resume")
    assert "1 skipped (1 changed by somebody else during the run)" in err
    assert len(desk.corrected()) == 6
    for record in desk.runs():
        desk.thea("undo", record["run"])
    assert not desk.corrected()


@pytest.mark.slow
def test_what_was_written_before_the_kill_counts_for_budgets_and_is_committed_too(desk):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(desk.root)]
    for name in ("user.name", "user.email"):
        subprocess.run([*git, "config", name, "a@b"], check=True)
    subprocess.run([*git, "add", "src"], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    desk.killed("--commit-per", "run", "--max-files", "3", "--max-changed-lines", "3")
    assert desk.corrected() == NAMES[:2]
    _, err = desk.thea("resume")
    assert desk.corrected() == NAMES[:3]
    assert "4 files were not reached within max-files" in err
    shown = subprocess.run(
        [*git, "show", "--format=%s", "--name-only"], check=True, capture_output=True, text=True
    )
    files = [f"src/{name}" for name in NAMES[:3]]
    assert shown.stdout.split("\n")[:5] == ["Correct ruff/F401 in 3 files", "", *files]
    status = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True)
    assert status.stdout == b""


def test_undo_settles_what_a_kill_tore_before_it_takes_back(desk):
    torn = KILLED.replace("    return write(self, writes)", "    write(self, writes)\n    die()")
    torn = torn.replace("def dying", "def die():\n    os.kill(os.getpid(), 9)\n\ndef dying")
    command = [sys.executable, "-c", torn, "correct", "--select", "ruff"]
    subprocess.run(command, cwd=desk.root, env={**desk.env, "AT": "9"}, check=False)
    assert len(desk.corrected()) == 2
    assert "2 files" in desk.thea("undo")[0]
    assert not desk.corrected()


def test_what_cannot_be_resumed_is_said_with_what_to_do(desk):
    _, err = desk.thea("resume", code=2)
    assert "there is nothing to resume: every run has finished" in err
    run = desk.killed()
    ledger = desk.root / ".thea" / "ledger.sqlite"
    assert "there is no run ffffffff1" in desk.thea("resume", "ffffffff1", code=2)[1]
    for change, words in {
        'request = \'{"request": {"colour": 1}}\'': "does not understand what run",
        "request = ''": "did not keep what it was asked",
        "finished = 1.0": "has finished: there is nothing to resume",
    }.items():
        with sqlite3.connect(ledger) as database:
            database.execute(f"UPDATE run SET {change}")
        _, err = desk.thea("resume", run, code=2)
        assert words in err
        assert "thea correct --select ruff" in err
    assert len(desk.corrected()) == 2


def test_rules_that_have_changed_since_stop_a_resumption(desk):
    (desk.root / "rules.yml").write_text(
        "id: a\nlanguage: python\nrule: {pattern: print($A)}\nfix: show($A)\n"
    )
    (desk.root / "thea.toml").write_text('patterns = ["rules.yml"]\n')
    run = desk.killed("--trust")
    (desk.root / "rules.yml").write_text(
        "id: b\nlanguage: python\nrule: {pattern: print($A)}\nfix: say($A)\n"
    )
    _, err = desk.thea("resume", code=2)
    assert f"run {run} cannot be resumed: its settings or rules have changed since" in err
    assert len(desk.corrected()) == 2


def test_a_run_that_is_still_under_way_is_not_resumed(desk):
    waiting = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "sys.stdin.read()")
    with subprocess.Popen(
        [sys.executable, "-c", waiting, "correct", "--select", "ruff", "-v"],
        cwd=desk.root, env={**desk.env, "AT": "2"}, stdin=subprocess.PIPE,
    ) as running:  # fmt: skip
        ledger = desk.root / ".thea" / "ledger.sqlite"
        while running.poll() is None and len(desk.corrected()) < 2:
            time.sleep(0.05)
        _, err = desk.thea("resume", code=2)
        assert "is still under way in another process" in err
        assert ledger.exists()
        running.stdin.close()
        running.wait(60)
    assert len(desk.corrected()) == 6
    assert list((desk.root / ".thea").glob("run-*")) == []
