"""Outcomes are replayed exactly, and only where nothing that decided about them has changed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

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


# --- what the edit model said -------------------------------------------------------------------


def test_memos_come_back_by_folder_and_path_and_the_newest_counts(cache):
    cache.keep_memos("/home/me/project", {"a.py": b"one", "b.py": b"two"})
    cache.keep_memos("/home/me/project", {"a.py": b"three"})
    wanted = ["a.py", "b.py", "c.py"]
    assert cache.memos("/ci/project", wanted) == {"a.py": b"three", "b.py": b"two"}
    assert cache.memos("/home/me/other", wanted) == {}


def test_memos_have_a_bounded_room_and_the_newest_get_it(tmp_path):
    database = DisposableDatabase(tmp_path / "cache.sqlite")
    for number in range(40):  # 120 MB, three at a time
        connection, _ = database.connect()
        cache = OutcomeCache(connection, "environment")
        cache.keep_memos("/r", {f"{number}-{n}.py": bytes(1_000_000) for n in range(3)})
        cache.prune()
        connection.close()
    connection, _ = database.connect()
    cache = OutcomeCache(connection, "environment")
    kept = cache.memos("/r", [f"{number}-{n}.py" for number in range(40) for n in range(3)])
    assert 62 <= len(kept) <= 64
    assert {f"{number}-{n}.py" for number in range(20, 40) for n in range(3)} <= kept.keys()
    assert sum(file.stat().st_size for file in database.files) < 80_000_000
    connection.close()


WRITER = """
import sys
from pathlib import Path
from thea_code_system.ledger.cache import OutcomeCache
from thea_code_system.ledger.disposable import DisposableDatabase
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import Clean

connection, _ = DisposableDatabase(Path(sys.argv[1])).connect()
me = sys.argv[2]
for turn in range(20):
    cache = OutcomeCache(connection, "environment")
    cache.store([(Clean(f"{me}.py", str(turn)), frozenset())])
    cache.keep_memos("/r", {"shared.py": me.encode() * 500, f"{me}.py": f"{me} {turn}".encode()})
    assert set(cache.memos("/r", ["shared.py"])["shared.py"].decode()) <= set("abc")
    assert cache.recall([(f"{me}.py", str(turn), frozenset())], ProjectContext("/r"))
    cache.prune()
print(connection.damaged)
"""


@pytest.mark.torch
def test_several_processes_write_to_one_cache(tmp_path):
    path = tmp_path / "cache.sqlite"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "abc"
    ]
    assert [writer.communicate(timeout=120)[0].strip() for writer in writers] == ["False"] * 3
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    memos = OutcomeCache(connection, "environment").memos("/r", ["a.py", "b.py", "c.py"])
    assert memos == {f"{name}.py": f"{name} 19".encode() for name in "abc"}


def test_what_is_damaged_in_the_middle_of_a_cache_is_not_known(tmp_path):
    database = DisposableDatabase(tmp_path / "cache.sqlite")
    connection, _ = database.connect()
    many = [Clean(f"f{number}.py", f"d{number}") for number in range(3000)]
    OutcomeCache(connection, "environment").store((outcome, NOTHING) for outcome in many)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = database.path.read_bytes()
    middle = len(data) // 2 // 4096 * 4096
    database.path.write_bytes(data[:middle] + b"\xa5" * 16384 + data[middle + 16384 :])
    connection, _ = database.connect()
    cache = OutcomeCache(connection, "environment")
    found = cache.recall([(one.path, one.digest, NOTHING) for one in many], CONTEXT)
    assert len(found) < len(many)
    assert connection.damaged
