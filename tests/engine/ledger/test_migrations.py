"""The ledger is brought up to date step by step, and never backwards."""

from __future__ import annotations

import sqlite3

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
