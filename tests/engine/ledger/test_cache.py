"""Outcomes are replayed exactly, and only where nothing that decided about them has changed."""

from __future__ import annotations

import sqlite3

import pytest

from thea_code_system.ledger.cache import KeptRun, OutcomeCache
from thea_code_system.ledger.disposable import DisposableDatabase
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.workspace import Manifest

NOTHING = frozenset()
CONTEXT = ProjectContext("/r", first_party=frozenset({"pkg"}))
SUGGESTION = Correction(
    "id", "fp", ("ruff/F841", "x/y"), "mess\u00e4ge", (Edit(1, 2, "\ud800 \r\n"), Edit(3, 3, "")),
    Safety.UNSAFE, 0.85, State.SUGGESTED, "below", 2, (("tool", "ruff"),), 0.851,
)  # fmt: skip
OUTCOMES = [
    Clean("a.py", "d1"),
    Clean("b.py", "d2", (SUGGESTION,), (("first-party", "", "pkg"),)),
    Corrected("c.py", "d3", "d4", (SUGGESTION,)),
    Skipped("d.py", "d5", SkipReason.DELIBERATE, "x", (SUGGESTION,)),
    Failed("e.py", "d6", "does not parse", broken=True),
]


@pytest.fixture
def cache():
    return OutcomeCache(sqlite3.connect(":memory:"), "environment")


def ask(cache, outcome, context=CONTEXT, refused=NOTHING):
    return cache.recall([(outcome.path, outcome.digest, refused)], context).get(outcome.path)


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.status)
def test_an_outcome_comes_back_as_it_was(cache, outcome):
    cache.store([(outcome, NOTHING)])
    found = ask(cache, outcome)
    assert found == outcome
    assert [one.score for one in found.corrections] == [one.score for one in outcome.corrections]


def test_another_path_digest_refusal_environment_or_fact_is_another_outcome(cache):
    outcome = OUTCOMES[1]
    cache.store([(outcome, NOTHING)])
    assert cache.recall([("other.py", "d2", NOTHING)], CONTEXT) == {}
    assert cache.recall([("b.py", "other", NOTHING)], CONTEXT) == {}
    assert ask(cache, outcome, refused=frozenset({"fp"})) is None
    assert ask(OutcomeCache(cache._database, "other"), outcome) is None
    assert ask(cache, outcome, ProjectContext("/r", first_party=frozenset({"new"}))) is None
    assert ask(cache, outcome) == outcome


@pytest.mark.parametrize(
    "outcome",
    [
        Skipped("a.py", "d", SkipReason.TIME),
        Skipped("a.py", "d", SkipReason.CHANGED),
        Failed("a.py", "d", "cannot be read"),
    ],
)
def test_what_another_run_might_decide_otherwise_is_not_kept(cache, outcome):
    cache.store([(outcome, NOTHING)])
    assert ask(cache, outcome) is None
    cache.keep_run("k", KeptRun(Manifest(b"", b""), (outcome,), {}))
    assert cache.kept_run("k") is None


def test_many_outcomes_are_recalled_at_once(cache):
    many = [Clean(f"f{number}.py", f"d{number}") for number in range(2000)]
    cache.store((outcome, NOTHING) for outcome in many)
    wanted = [(outcome.path, outcome.digest, NOTHING) for outcome in many]
    assert len(cache.recall(wanted, CONTEXT)) == 2000


def test_a_whole_run_is_kept_with_what_it_said(cache):
    run = KeptRun(Manifest(b"/a\0/b", b"stamps"), (OUTCOMES[1],), {"clean": 5000})
    cache.keep_run("paths", run)
    assert cache.kept_run("paths") == run
    assert cache.kept_run("other") is None


def test_what_no_recent_run_met_is_dropped(cache):
    database = cache._database
    cache.store([(OUTCOMES[0], NOTHING), (OUTCOMES[1], NOTHING)])
    for number in range(90):
        later = OutcomeCache(database, "environment")
        assert ask(later, OUTCOMES[1]) is not None
        later.store([(Clean(f"new{number}.py", "d"), NOTHING)])
        later.prune()
    assert ask(cache, OUTCOMES[0]) is None


def test_a_damaged_database_is_made_anew_with_a_warning(tmp_path):
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is no database at all" * 100)
    connection, warning = DisposableDatabase(path).connect()
    assert "starts anew" in warning
    OutcomeCache(connection, "e").store([(OUTCOMES[0], NOTHING)])
    connection.close()
    connection, warning = DisposableDatabase(path).connect()
    assert warning == ""
    assert ask(OutcomeCache(connection, "e"), OUTCOMES[0]) == OUTCOMES[0]


def test_a_place_that_cannot_be_used_costs_only_the_cache(tmp_path):
    (tmp_path / "file").write_text("")
    connection, warning = DisposableDatabase(tmp_path / "file" / "cache.sqlite").connect()
    assert "no cache is kept" in warning
    cache = OutcomeCache(connection, "e")
    cache.store([(OUTCOMES[0], NOTHING)])
    assert ask(cache, OUTCOMES[0]) == OUTCOMES[0]


def test_two_processes_may_write_at_once(tmp_path):
    path = DisposableDatabase(tmp_path / "cache.sqlite")
    one, two = (OutcomeCache(path.connect()[0], "e") for _ in range(2))
    for number in range(20):
        for cache in (one, two):
            cache.store([(Clean(f"f{number}.py", "d"), NOTHING)])
    assert ask(one, Clean("f7.py", "d")) == ask(two, Clean("f7.py", "d")) is not None


@pytest.mark.parametrize("trouble", ["PRAGMA max_page_count = 1", "damage"])
def test_a_cache_that_fails_during_a_run_is_merely_done_without(tmp_path, trouble):
    connection, warning = DisposableDatabase(tmp_path / "cache.sqlite").connect()
    cache = OutcomeCache(connection, "environment")
    cache.store([(OUTCOMES[0], NOTHING)])
    if trouble == "damage":
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        data = (tmp_path / "cache.sqlite").read_bytes()
        (tmp_path / "cache.sqlite").write_bytes(data[:4096] + b"\xff" * len(data[4096:]))
        connection, warning = DisposableDatabase(tmp_path / "cache.sqlite").connect()
        cache = OutcomeCache(connection, "environment")
    else:
        connection.execute(trouble)
    many = [Clean(f"{number}.py", f"d{number}") for number in range(3_000)]
    cache.store([(outcome, NOTHING) for outcome in many])
    cache.keep_run("key", KeptRun(Manifest(b"", b""), (), {}))
    cache.prune()
    found = cache.recall([(one.path, one.digest, NOTHING) for one in many], CONTEXT)
    assert set(found.values()) <= set(many)
    assert not warning
