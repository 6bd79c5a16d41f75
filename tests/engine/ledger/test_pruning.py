"""Only what is old, or beyond the room there is, is dropped from the ledger."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.pruning import LedgerPruner

pytest.importorskip("torch")

DAY = 86_400.0
runs = st.lists(
    st.tuples(
        st.integers(0, 200),  # days ago
        st.booleans(),  # finished
        st.lists(st.tuples(st.integers(1, 900), st.booleans()), max_size=3),  # size, taken back
    ),
    max_size=6,
)


def ledger(past):
    """A ledger of these runs, oldest first, each with former contents of its own."""
    database = LedgerDatabase(Path(":memory:"))
    with database.transaction():
        for number, (days, finished, files) in enumerate(past, 1):
            database.execute(
                "INSERT INTO run (seq, id, command, version, settings, mode, started, finished)"
                " VALUES (?, ?, '', '', '', '', ?, ?)",
                *(number, str(number), time.time() - days * DAY, 1.0 if finished else None),
            )
            for file, (size, undone) in enumerate(files):
                name = f"{number}/{file}"
                after = name if undone else "after"
                row = (number, f"{name}.py", "corrected", "", name, after)
                database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", *row)
                database.execute("INSERT INTO preimage VALUES (?, ?)", name, bytes(size))
    return database


@settings(deadline=None)
@example([(0, True, [(254, False)]), (0, False, [(1, False), (1, True)])], 1, 255)
@given(runs, st.integers(0, 200), st.integers(0, 3_000))
def test_what_may_still_be_taken_back_within_the_limits_stays(past, days, room):
    past = sorted(past, key=lambda run: -run[0])
    database = ledger(past)
    LedgerPruner(database).tidy(days * DAY - 60, room)
    kept = {name for (name,) in database.rows("SELECT digest FROM preimage")}

    wanted = [
        (ago, number, f"{number}/{file}", size, finished)
        for number, (ago, finished, files) in enumerate(past, 1)
        for file, (size, undone) in enumerate(files)
        if not undone
    ]
    last = max((number for _, number, *_ in wanted), default=0)
    always = {name for _, number, name, _, done in wanted if number == last or not done}
    assert always <= kept
    for ago, number, name, *_ in wanted:
        newer = [
            size
            for _, other, one, size, _ in wanted
            if one in always or other >= number or (past[other - 1][0] == ago)
        ]
        if ago < days and sum(newer) <= room:
            assert name in kept
        if ago > days and name not in always:
            assert name not in kept
    assert sum(size for *_, name, size, _ in wanted if name in kept - always) <= room


def test_it_is_done_once_a_day():
    pruner = LedgerPruner(ledger([(1, True, [(9, False)])]))
    assert pruner.due()
    pruner.tidy(90 * DAY, 1_000)
    assert not pruner.due()


def test_what_is_about_to_be_written_can_be_taken_back_whatever_the_limits():
    database = ledger([(100, True, [(9, False), (9, False)]), (1, True, [(9, False)])])
    with database.transaction():
        database.execute(
            "INSERT INTO intent SELECT run, path, after, '[]', '[]', '', '', after FROM file"
            " WHERE before = '1/0'"
        )
    LedgerPruner(database).tidy(0.0, 0)
    kept = database.rows("SELECT digest FROM preimage ORDER BY digest")
    assert kept == [("1/0",), ("2/0",)]
