"""The ledger is brought up to date step by step, and never backwards."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.migrations import STEPS, Migrations

EXTRA = (*STEPS, "ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT ''; CREATE TABLE n (x)")


@pytest.fixture
def database(tmp_path):
    return sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)


def version(database):
    return database.execute("PRAGMA user_version").fetchone()[0]


def test_steps_are_applied_once_and_in_order(database):
    Migrations().apply(database)
    database.execute("INSERT INTO meta VALUES ('a', 'b')")
    Migrations().apply(database)
    Migrations(EXTRA).apply(database)
    assert version(database) == len(EXTRA)
    assert database.execute("SELECT value FROM meta").fetchall() == [("b",)]
    database.execute("SELECT note FROM run")


def test_a_step_that_fails_leaves_the_schema_as_it_was(database):
    Migrations().apply(database)
    broken = (*STEPS, "CREATE TABLE half (x); CREATE TABLE half (x)")
    with pytest.raises(sqlite3.OperationalError):
        Migrations(broken).apply(database)
    assert version(database) == len(STEPS)
    Migrations(EXTRA).apply(database)


def test_a_ledger_of_a_newer_thea_is_not_touched(tmp_path, database):
    Migrations(EXTRA).apply(database)
    with pytest.raises(LedgerError, match=f"schema {len(EXTRA)}"):
        LedgerDatabase(tmp_path / "ledger.sqlite")


def test_a_damaged_ledger_is_an_error_and_stays_as_it_is(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database" * 500)
    with pytest.raises(LedgerError, match="cannot be opened"):
        LedgerDatabase(path)
    assert path.read_bytes() == b"no database" * 500


def released(path, schema):
    """A ledger as a released version left it, with everything in it."""
    text = Path(__file__).with_name(f"schema_{schema}.sql").read_text("utf-8")
    with sqlite3.connect(path, isolation_level=None) as database:
        database.executescript(text)
    return path


KILLED = """
import os, sqlite3, sys
from thea_code_system.ledger.migrations import Migrations

calls = iter(range(int(sys.argv[2])))

class Dying(sqlite3.Connection):
    def execute(self, *arguments):
        if next(calls, None) is None:
            os._exit(9)
        return super().execute(*arguments)

Migrations().apply(sqlite3.connect(sys.argv[1], isolation_level=None, factory=Dying))
"""


RELEASED = [int(path.stem.split("_")[1]) for path in Path(__file__).parent.glob("schema_*.sql")]


@pytest.mark.parametrize("schema", RELEASED)
def test_killed_in_the_middle_of_a_step_the_old_schema_stays_with_all_its_data(tmp_path, schema):
    new = sqlite3.connect(tmp_path / "new.sqlite", isolation_level=None)
    Migrations().apply(new)
    shapes = "SELECT name, sql FROM sqlite_schema ORDER BY name"
    for at in range(1000):
        path = released(tmp_path / f"{at}.sqlite", schema)
        command = [sys.executable, "-c", KILLED, str(path), str(at)]
        code = subprocess.run(command, check=False).returncode
        with sqlite3.connect(path, isolation_level=None) as database:
            if code == 0:
                break
            assert code == 9
            assert schema <= version(database) <= len(STEPS)
            if version(database) == schema:
                old = sqlite3.connect(released(tmp_path / f"old{at}.sqlite", schema))
                assert database.execute(shapes).fetchall() == old.execute(shapes).fetchall()
            Migrations().apply(database)
            assert version(database) == len(STEPS)
            assert database.execute("SELECT COUNT(*) FROM correction").fetchone() == (5,)
            columns = "SELECT name FROM pragma_table_info('intent') ORDER BY name"
            assert database.execute(columns).fetchall() == new.execute(columns).fetchall()
    assert at > 4


async def test_a_ledger_of_the_first_schema_is_used_as_if_it_were_new(desk):
    """An undo in it was killed before it wrote; it is settled as that version meant it."""
    await desk.ledger.open()
    await desk.ledger.shutdown()
    ledger = desk.root / ".thea" / "ledger.sqlite"
    ledger.unlink()
    released(ledger, 1)
    originals = {name: (desk.root / f"{name}.py").read_bytes() for name in "ab"}
    originals["c"] = b"import io\nz = 3\n"
    for name, data in {"a": b"x = 1\r\n", "b": b"y = 2", "c": originals["c"]}.items():
        (desk.root / f"{name}.py").write_bytes(data)  # the undo of c.py had been written
    assert [one.path for one in await desk.recover()] == ["c.py"]
    second, first = await desk.ledger.runs()
    assert first.changed == ("a.py", "b.py")
    assert (await desk.ledger.past()).judgements == (
        ("ruff/F401", 0.97, "refused", "review"),
        ("ruff/F401", 0.97, "refused", "undo"),
    )
    assert {one.path for one in await desk.ledger.refusals()} == {"a.py", "c.py"}
    assert await desk.ledger.suggestions(second.id) == ()
    assert (await desk.undo(first.id)).left == ()
    assert {name: (desk.root / f"{name}.py").read_bytes() for name in "abc"} == originals


def test_processes_may_meet_an_old_ledger_at_once(tmp_path):
    code = "import sys; from pathlib import Path; from thea_code_system.ledger.database import"
    code += " LedgerDatabase; LedgerDatabase(Path(sys.argv[1]))"
    path = released(tmp_path / "shared.sqlite", 1)
    started = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    assert version(sqlite3.connect(path)) == len(STEPS)
