"""Taking back a run, a file, a correction; accepting and refusing suggestions."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.choice import Choice
from thea_code_system.values.correction import Edit, State

A, B = b"import os\r\nimport sys\r\nx = 1\r\n", b"import re\ny = 2"
LONG = b"".join(
    b"%s\r\n" % word for word in b"one two three four five six seven eight nine".split()
)
FIRST, SECOND = Edit(0, 11, ""), Edit(11, 23, "")
FILES = {"a.py": [FIRST, SECOND], "b.py": [Edit(0, 10, "")]}


def texts(desk):
    return (desk.root / "a.py").read_bytes(), (desk.root / "b.py").read_bytes()


async def states(desk, run):
    files = await desk.ledger.run_details(run)
    return [one.state for record in files for one in record.corrections]


async def correction_ids(desk, run, path="a.py"):
    files = {record.path: record for record in await desk.ledger.run_details(run)}
    return [one.id for one in files[path].corrections]


async def test_a_run_is_remembered_as_it_was(desk):
    run = await desk.correct(FILES)
    assert texts(desk) == (b"x = 1\r\n", b"y = 2")
    (record,) = await desk.ledger.runs()
    assert (record.id, record.command, record.changed) == (run, "correct", ("a.py", "b.py"))
    assert record.report == {"files": 2}
    first, second = await desk.ledger.run_details(run)
    _, outcome = desk.outcome("b.py", [])
    assert [one.edits for one in first.corrections] == [(FIRST,), (SECOND,)]
    assert second.after == outcome.digest
    assert first.corrections[0].evidence == (("tool", "ruff"),)


async def test_undo_of_a_run_restores_every_byte_and_refuses_nothing(desk):
    run = await desk.correct(FILES)
    plan = await desk.undo(run)
    assert plan.left == ()
    assert texts(desk) == (A, B)
    assert set(await states(desk, run)) == {State.REVERTED}
    assert await desk.ledger.refusals() == ()
    again = await desk.correct(FILES)
    assert texts(desk) == (b"x = 1\r\n", b"y = 2")
    assert again != run


async def test_undo_of_a_file_takes_back_that_file_and_is_a_refusal(desk):
    run = await desk.correct(FILES)
    await desk.undo(run, files=["b*"])
    assert texts(desk) == (b"x = 1\r\n", B)
    (refusal,) = await desk.ledger.refusals()
    assert (refusal.path, refusal.rules) == ("b.py", ("ruff/F401",))
    assert (await desk.ledger.past()).judgements == (("ruff/F401", 0.97, "refused", "undo"),)


async def test_what_a_verifier_turns_down_is_evidence_once_however_often_it_is_met(desk):
    rejected = [await desk.correct(FILES, State.REJECTED) for _ in range(2)]
    said = ("ruff/F401", 0.97, "rejected", "verifier")
    assert (await desk.ledger.past()).judgements == (said,) * 3
    (desk.root / "b.py").write_bytes(B + b"\nz = 3\n")
    await desk.correct({"b.py": FILES["b.py"]}, State.REJECTED)
    assert (await desk.ledger.past()).judgements == (said,) * 3
    assert await desk.ledger.refusals() == ()
    assert len(set(rejected)) == 2


async def test_calibration_learns_from_answers_undo_of_a_file_and_verifiers_alone(desk):
    pytest.importorskip("torch")
    run = await desk.correct(FILES)
    assert await desk.ledger.calibration() == (), "silence is no evidence"
    await desk.undo(run)
    assert await desk.ledger.calibration() == (), "undo of a whole run is no judgement"
    run = await desk.correct(FILES)
    await desk.undo(run, files=["b.py"])
    (ruff,) = await desk.ledger.calibration()
    assert (ruff.family, ruff.whole.n, ruff.whole.hits) == ("ruff", 1, 0)
    run = await desk.correct({"b.py": FILES["b.py"]}, State.SUGGESTED)
    await desk.accept(run, await correction_ids(desk, run, "b.py"))
    (ruff,) = await desk.ledger.calibration()
    assert (ruff.whole.n, ruff.whole.hits, ruff.sources) == (1, 1, (("review", 1),))
    await desk.correct({"a.py": FILES["a.py"]}, State.REJECTED)
    (ruff,) = await desk.ledger.calibration()
    assert (ruff.whole.predicted, ruff.sources[-1]) == (pytest.approx(0.97), ("verifier", 2))


async def test_undo_of_one_correction_keeps_the_others(desk):
    run = await desk.correct(FILES)
    first, second = await correction_ids(desk, run)
    await desk.undo(run, correction=first)
    assert texts(desk)[0] == b"import os\r\nx = 1\r\n"
    await desk.undo(run, correction=second)
    assert texts(desk)[0] == A
    assert len(await desk.ledger.refusals()) == 2
    await desk.undo(run)
    assert texts(desk) == (A, B)


async def test_refusals_can_be_forgotten(desk):
    run = await desk.correct(FILES)
    first, _ = await correction_ids(desk, run)
    await desk.undo(run, files=["a.py"])
    await desk.ledger.forget([first])
    assert len(await desk.ledger.refusals()) == 1
    await desk.ledger.forget()
    assert await desk.ledger.refusals() == ()


async def test_a_file_that_has_changed_since_is_left_alone(desk):
    run = await desk.correct(FILES)
    (desk.root / "a.py").write_bytes(b"mine\n")
    (desk.root / "b.py").unlink()
    plan = await desk.undo(run)
    assert [(left.path, left.reason) for left in plan.left] == [
        ("a.py", "it has changed since"),
        ("b.py", "it no longer exists"),
    ]
    assert (desk.root / "a.py").read_bytes() == b"mine\n"


async def test_of_two_runs_over_the_same_lines_the_later_is_undone_first(desk):
    first = await desk.correct({"a.py": [FIRST]})
    second = await desk.correct({"a.py": [Edit(0, 12, "")]})
    plan = await desk.undo(first)
    assert second in plan.left[0].reason
    await desk.undo(second)
    await desk.undo(first)
    assert texts(desk)[0] == A


@pytest.mark.parametrize("first_first", [True, False])
async def test_of_two_runs_over_other_lines_any_is_undone_first(desk, first_first):
    (desk.root / "a.py").write_bytes(LONG)
    runs = [
        await desk.correct({"a.py": [Edit(LONG.index(b"two"), LONG.index(b"two") + 3, "2")]}),
        await desk.correct({"a.py": [Edit(LONG.index(b"six") - 2, LONG.index(b"six") + 1, "6")]}),
    ]
    assert texts(desk)[0] == LONG.replace(b"two", b"2").replace(b"six", b"6")
    once, then = runs if first_first else reversed(runs)
    assert (await desk.undo(once)).left == ()
    changed = {run.id: run.changed for run in await desk.ledger.runs()}
    assert changed == {once: (), then: ("a.py",)}
    assert [record.after == record.before for record in await desk.ledger.run_details(once)] == [
        True
    ]
    assert (await desk.undo(then)).left == ()
    assert texts(desk)[0] == LONG


async def test_what_the_user_changed_since_is_kept_and_in_its_way_nothing_is_undone(desk):
    (desk.root / "a.py").write_bytes(b"\xef\xbb\xbf" + LONG)
    edits = [Edit(LONG.index(word), LONG.index(word) + 3, "#") for word in (b"two", b"six")]
    run = await desk.correct({"a.py": edits})
    mine = texts(desk)[0].replace(b"five", b"5") + b"no newline at the end"
    (desk.root / "a.py").write_bytes(mine)
    plan = await desk.undo(run)
    (left,) = plan.left
    assert (left.correction.edits, left.reason) == ((edits[1],), "it has changed since")
    assert texts(desk)[0] == mine.replace(b"#\r\nthree", b"two\r\nthree")
    assert await states(desk, run) == [State.REVERTED, State.APPLIED]
    assert (await desk.undo(run)).changes == ()
    (desk.root / "a.py").write_bytes(texts(desk)[0].replace(b"5", b"five"))
    assert (await desk.undo(run)).left == ()
    assert texts(desk)[0] == b"\xef\xbb\xbf" + LONG + b"no newline at the end"


async def test_what_the_user_took_back_by_hand_counts_as_undone(desk):
    (desk.root / "a.py").write_bytes(LONG)
    words = (b"two\r\n", b"six\r\n")
    edits = [Edit(LONG.index(word), LONG.index(word) + 5, "") for word in words]
    run = await desk.correct({"a.py": edits})
    mine = LONG.replace(b"six\r\n", b"").replace(b"nine", b"9")
    (desk.root / "a.py").write_bytes(mine)
    assert (await desk.undo(run, correction=(await correction_ids(desk, run))[0])).left == ()
    assert texts(desk)[0] == mine
    assert await states(desk, run) == [State.REVERTED, State.APPLIED]
    assert (await desk.undo(run)).left == ()
    assert texts(desk)[0] == LONG.replace(b"nine", b"9")


async def test_a_correction_beside_which_somebody_wrote_is_not_taken_for_undone(desk):
    """Though the same lines, as they were before it, stand elsewhere in the file."""
    twice = LONG + LONG
    (desk.root / "a.py").write_bytes(twice)
    run = await desk.correct({"a.py": [Edit(5, 8, "2")]})
    (desk.root / "a.py").write_bytes(texts(desk)[0].replace(b"one", b"1", 1))
    assert [left.reason for left in (await desk.undo(run)).left] == ["it has changed since"]
    assert await states(desk, run) == [State.APPLIED]


async def test_rules_are_chosen_as_by_select_and_those_of_one_correction_go_together(desk):
    source, corrected = desk.outcome("a.py", [FIRST, SECOND])
    joined = replace(corrected.corrections[1], rules=("syntax/search", "ruff/E999"))
    made = replace(corrected, corrections=(corrected.corrections[0], joined))
    desk.outcome = lambda *_: (source, made)
    run = await desk.correct({"a.py": []})
    for code in ("ruff/W", "spelling", "F402", "E"):
        choice = Choice(rules=(code,))
        found = [one for one in made.corrections if choice.in_full(["ruff/E999"]).has(one)]
        assert bool(found) == (code == "E")
        if not found:
            with pytest.raises(LedgerError, match=f"nothing that matches rule {code}"):
                await desk.undo(run, rules=(code,))
    await desk.undo(run, rules=("syntax",))
    assert texts(desk)[0] == b"import sys\r\nx = 1\r\n"
    assert {one.rules for one in await desk.ledger.refusals()} == {("syntax/search", "ruff/E999")}
    with pytest.raises(LedgerError, match=r"file b\.py and rule ruff/ALL"):
        await desk.undo(run, rules=("ruff/ALL",), files=("b.py",))
    await desk.undo(run, rules=("F",))
    assert texts(desk)[0] == A


async def test_a_damaged_pre_image_is_not_written(desk):
    run = await desk.correct({"a.py": [FIRST]})
    await desk.ledger.shutdown()
    with sqlite3.connect(desk.root / ".thea" / "ledger.sqlite") as database:
        database.execute("UPDATE preimage SET data = x'00'")
    assert (await desk.undo(run)).left[0].reason == "its former content is damaged in the ledger"
    with sqlite3.connect(desk.root / ".thea" / "ledger.sqlite") as database:
        database.execute("DELETE FROM preimage")
    assert (await desk.undo(run)).left[0].reason == "its former content is no longer kept"


async def test_without_a_name_the_last_run_that_changed_something_is_meant(desk):
    run = await desk.correct({"a.py": [FIRST]})
    await desk.correct({"b.py": [Edit(0, 10, "")]}, write=False)
    assert (await desk.ledger.run()).id == run
    assert (await desk.ledger.run(run[:5])).id == run
    await desk.undo(run)
    with pytest.raises(LedgerError, match="no run has changed anything"):
        await desk.ledger.run()


async def test_what_cannot_be_found_is_an_error_that_says_where_to_look(desk):
    run = await desk.correct({"a.py": [FIRST]})
    for look in (
        desk.ledger.run("zzz"),
        desk.undo(run, files=["nothing.py"]),
        desk.undo(run, correction="0000"),
        desk.ledger.run_of_correction("0000"),
    ):
        with pytest.raises(LedgerError) as caught:
            await look
        assert "thea history" in caught.value.hint


async def test_suggestions_are_accepted_or_refused_once(desk):
    run = await desk.correct({"a.py": [FIRST, SECOND], "b.py": [Edit(0, 10, "")]}, State.SUGGESTED)
    assert [record.path for record in await desk.ledger.suggestions(run)] == ["a.py", "b.py"]
    first, second = await correction_ids(desk, run)
    await desk.accept(run, [second])
    assert texts(desk)[0] == b"import os\r\nx = 1\r\n"
    await desk.accept(run, [first])
    assert texts(desk)[0] == b"x = 1\r\n"
    await desk.ledger.refuse(run, await correction_ids(desk, run, "b.py"))
    assert await desk.ledger.suggestions(run) == ()
    verdicts = [verdict for _, _, verdict, _ in (await desk.ledger.past()).judgements]
    assert verdicts == ["kept", "kept", "refused"]
    await desk.undo(run)
    assert texts(desk) == (A, B)


async def test_a_suggestion_beside_an_applied_correction_is_accepted(desk):
    source, corrected = desk.outcome("a.py", [FIRST])
    suggested = desk.correction(source, SECOND, State.SUGGESTED)
    touching = desk.correction(source, Edit(5, 13, "?"), State.SUGGESTED)
    corrections = (*corrected.corrections, suggested, touching)
    desk.outcome = lambda *_: (
        source,
        type(corrected)("a.py", source.digest, corrected.after, corrections),
    )
    desk.bytes_of = lambda *_: b"import sys\r\nx = 1\r\n"
    run = await desk.correct({"a.py": [FIRST]})
    plan = await desk.accept(run, [touching.id])
    assert "touches" in plan.left[0].reason
    await desk.accept(run, [suggested.id])
    assert texts(desk)[0] == b"x = 1\r\n"
    await desk.undo(run)
    assert texts(desk)[0] == A


async def test_a_suggestion_for_a_file_that_changed_is_left_alone(desk):
    run = await desk.correct({"a.py": [FIRST]}, State.SUGGESTED)
    (desk.root / "a.py").write_bytes(b"mine\n")
    (one,) = await correction_ids(desk, run)
    plan = await desk.accept(run, [one])
    assert plan.left[0].reason == "it has changed since"


async def test_a_file_that_could_not_be_written_counts_as_not_corrected(desk):
    run = await desk.ledger.begin_run("correct", "{}", "0.1.0")
    source, outcome = desk.outcome("a.py", [FIRST])
    await desk.ledger.record(run, [outcome], {source.digest: source.encode()})
    (desk.root / "a.py").write_bytes(b"somebody was faster\n")
    from thea_code_system.values.workspace import Write

    results = await desk.workspace.write([Write("a.py", source.digest, b"x")])
    await desk.ledger.settle(run, results)
    (record,) = await desk.ledger.run_details(run)
    assert record.before == record.after
    assert record.corrections[0].state is State.REVERTED
    assert "changed by somebody else" in record.corrections[0].reason
    with pytest.raises(LedgerError):
        await desk.ledger.run()


async def test_the_ledger_can_be_read_again_by_another_process(desk):
    run = await desk.correct(FILES)
    await desk.ledger.shutdown()
    assert (await desk.ledger.run()).id == run
    assert [name for name, _ in (await desk.ledger.past()).corrections] == [run] * 3
    assert await desk.ledger.pre_image((await desk.ledger.run_details(run))[0].before) == A
