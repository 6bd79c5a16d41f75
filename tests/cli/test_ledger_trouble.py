"""Without its former content in the ledger no file is changed, and what is wrong is said."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
MANY = {f"f{number}": UNUSED + b"# %d\r\n" % number for number in range(4)}

THEA = """
import shutil, sys
from pathlib import Path
from thea_cli.app import act
from thea_cli.boundary import Boundary
from thea_code_system.actors.core import ledger_actor
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.store import LedgerStore
from thea_code_system.workspace.writing import GroupedWriter

def before(owner, name, act):
    method = getattr(owner, name)
    def acting(*arguments, **options):
        act()
        return method(*arguments, **options)
    setattr(owner, name, acting)

{trouble}
sys.exit(Boundary().run(lambda: act(sys.argv[1:])))
"""


class Troubled:
    """Runs `thea correct --select ruff` where something goes wrong at a certain moment."""

    def __init__(self, tree):
        self.tree = tree
        self.ledger = tree.root / ".thea" / "ledger.sqlite"

    def correct(self, trouble="", *prefix, code=2, **options):
        done = subprocess.run(
            [
                *(*prefix, sys.executable, "-c", THEA.format(trouble=trouble)),
                *("correct", "--select", "ruff"),
            ],
            cwd=self.tree.root, env=self.tree.env, capture_output=True, text=True, check=False,
            **options,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert "should not" not in said
        assert done.returncode == code, said
        return said

    def unchanged(self, files):
        """No file was changed, and nothing of ours lies about."""
        left = {path.stem: path.read_bytes() for path in (self.tree.root / "src").iterdir()}
        return left == files


@pytest.fixture
def troubled(tree):
    return Troubled(tree)


def noise(size):
    """A source file that cannot be compressed; a zero leaves that to zlib."""
    return UNUSED + b"# " + random.Random(0).randbytes(size // 2).hex().encode() + b"\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (noise(800_000), "ledger.sqlite cannot be written: "),
        (UNUSED + b"#" * 800_000 + b"\r\n", "cannot be written: File too large"),
    ],
    ids=["while recording", "while staging"],
)
def test_where_no_more_can_be_written_the_file_stays_as_it_was(troubled, data, words):
    troubled.tree.put(a=data)
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))"
    said = troubled.correct(f'import resource; before(LedgerStore, "record", lambda: {limit})')
    assert words in said
    assert troubled.unchanged({"a": data})
    troubled.correct(code=0)
    troubled.tree.thea("undo")
    assert troubled.unchanged({"a": data})


@pytest.fixture
def full_disk(troubled):
    """The project on a disk of its own, which fills itself up."""
    root = troubled.tree.root
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("only root may mount a small disk")
    (root / "src").mkdir()
    (root / "thea.toml").touch()

    def fill():
        with (
            contextlib.suppress(OSError),
            (root / "filler").open("wb", buffering=0) as file,
        ):
            while file.write(b"#" * 4096):
                pass

    try:
        yield fill
    finally:
        subprocess.run(["umount", root], check=True)


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_lost(troubled, full_disk):
    troubled.tree.put(a=UNUSED)
    troubled.correct(code=0)
    troubled.tree.put(a=noise(100_000))
    full_disk()
    assert "ledger.sqlite cannot be " in troubled.correct()
    assert troubled.unchanged({"a": noise(100_000)})
    assert "would correct" in troubled.tree.correct("--check", code=1)[0]
    (troubled.tree.root / "filler").unlink()
    troubled.correct(code=0)
    troubled.tree.thea("undo")
    assert troubled.unchanged({"a": noise(100_000)})


def test_a_read_only_file_is_left_alone_and_the_others_are_corrected(troubled):
    troubled.tree.put(**MANY)
    (troubled.tree.root / "src" / "f1.py").chmod(0o444)
    plain = ()
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may write anything")
        plain = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
    assert "src/f1.py: is read-only" in troubled.correct("", *plain)
    fixed = {name: FIXED + data.removeprefix(UNUSED) for name, data in MANY.items()}
    assert troubled.unchanged({**fixed, "f1": MANY["f1"]})


@pytest.mark.parametrize(
    ("gone", "moment", "words"),
    [
        ("src", 'LedgerStore, "record"', "cannot be written: No such file or directory"),
        (".thea", 'LedgerStore, "record"', "was removed meanwhile"),
        (".thea", 'ledger_actor.LedgerActor, "_take_turn"', "the turn to write cannot be taken"),
        (".thea", 'GroupedWriter, "write"', "was removed meanwhile"),
    ],
)
def test_a_folder_that_vanishes_during_a_run_ends_it_with_a_clear_error(
    troubled, gone, moment, words
):
    troubled.tree.put(**MANY)
    trouble = f"before({moment}, lambda: shutil.rmtree({gone!r}))"
    assert words in troubled.correct(trouble)
    if "write" not in moment and gone != "src":
        assert troubled.unchanged(MANY)


@pytest.mark.parametrize("damage", ["garbage", "half", "a page", "empty"])
def test_with_a_damaged_ledger_nothing_is_changed(troubled, damage):
    troubled.tree.put(**MANY)
    troubled.correct(code=0)
    troubled.tree.put(**MANY)
    data = troubled.ledger.read_bytes()
    middle = len(data) // 2
    damaged = {
        "garbage": b"garbage" * 1000,
        "half": data[:middle],
        "a page": data[:4096] + b"\xff" * (len(data) - 4096),
        "empty": b"",
    }[damage]
    troubled.ledger.write_bytes(damaged)
    for more in ("-wal", "-shm"):
        troubled.ledger.with_name(troubled.ledger.name + more).unlink(missing_ok=True)
    if damage == "empty":
        troubled.correct(code=0)
        troubled.tree.thea("undo")
        assert troubled.unchanged(MANY), "a ledger that is empty is a new one"
        return
    said = troubled.correct()
    assert "ledger.sqlite cannot be" in said
    assert "Move its folder away to start a new one" in said
    assert troubled.unchanged(MANY)
    for command in ("undo", "history", "stats", "review"):
        _, err = troubled.tree.thea(command, code=2)
        assert "ledger.sqlite cannot be" in err


def test_a_ledger_that_another_process_holds_is_waited_for_and_then_said(troubled):
    troubled.tree.put(**MANY)
    troubled.tree.correct("--check", code=1)
    with sqlite3.connect(troubled.ledger, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        said = troubled.correct("LedgerDatabase.patience = 0.2")
        assert "database is locked" in said
        assert "Another process holds it" in said
        other.execute("ROLLBACK")
    other.close()
    assert troubled.unchanged(MANY)


@pytest.mark.slow
def test_of_two_that_write_one_waits_for_the_other_or_says_whom_it_waited_for(troubled):
    troubled.tree.put(**MANY)
    troubled.tree.correct("--check", code=1)
    turn = troubled.ledger.with_name("turn.sqlite")
    other = sqlite3.connect(turn, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    said = troubled.correct("ledger_actor._WAIT, ledger_actor._TIMES = 0.1, 2")
    assert "another Thea has been writing to this project" in said
    assert troubled.unchanged(MANY)
    started = time.monotonic()
    threading.Timer(6, lambda: (other.execute("ROLLBACK"), other.close())).start()
    troubled.correct(code=0)
    assert time.monotonic() - started > 6
    troubled.tree.thea("undo")
    assert troubled.unchanged(MANY)


@pytest.mark.slow
def test_two_runs_at_once_correct_every_file_once_and_can_both_be_taken_back(troubled):
    files = {f"f{number}": UNUSED + b"# %d\r\n" % number for number in range(40)}
    troubled.tree.put(**files)
    command = [sys.executable, "-m", "thea_cli", "correct", "--select", "ruff", "--no-cache"]
    running = [
        subprocess.Popen(
            command, cwd=troubled.tree.root, env=troubled.tree.env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert troubled.unchanged(
        {name: FIXED + data.removeprefix(UNUSED) for name, data in files.items()}
    )
    troubled.tree.thea("undo")
    if not troubled.unchanged(files):
        troubled.tree.thea("undo")
    assert troubled.unchanged(files)
