"""What a ledger adds up to."""

from __future__ import annotations

import dataclasses

import pytest
from prometheus_client.parser import text_string_to_metric_families

from thea_cli.commands.stats import StatsTables
from thea_cli.ledger_statistics import PSEUDO_OBSERVATIONS, LedgerStatistics
from thea_cli.prometheus import exposition
from thea_code_system.ledger.records import RunRecord
from thea_code_system.statistics import RunStatistics
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean

pytestmark = pytest.mark.torch


def correction(confidence, state=State.APPLIED, rule="ruff/F401"):
    edits = (Edit(0, 1, ""),)
    return Correction("i", "f", (rule,), "m", edits, Safety.SAFE, confidence, state)


def run(name, outcomes, **report):
    statistics = RunStatistics()
    statistics.observe(outcomes)
    return RunRecord(name, "correct", "0.1.0", "write", 1.0, 2.0, (), report, statistics.pack())


FOUND = [("r1", correction(c)) for c in (0.0, 0.05, 0.19, 0.9, 0.97, 1.0)]


def test_each_correction_falls_into_the_tenth_of_its_confidence():
    counts = dict(LedgerStatistics([], FOUND, []).histogram())
    assert counts == {n / 10: {0: 2, 1: 1, 9: 3}.get(n, 0) for n in range(10)}


def test_files_of_all_runs_are_merged_and_corrections_counted_as_they_are_now():
    undone = [(name, dataclasses.replace(one, state=State.REVERTED)) for name, one in FOUND]
    runs = [run("b", [Clean("a", "d")]), run("a", [Clean("a", "d"), Clean("b", "d")])]
    statistics = LedgerStatistics(runs, undone, [])
    assert statistics.files() == {"clean": 3}
    assert statistics.rules() == {"ruff/F401": {"reverted": 6}}


def test_acceptance_weighs_answers_against_the_calibrated_confidence():
    said = [("ruff/F401", 0.97, verdict, "review") for verdict in ("kept", "kept", "refused")]
    (row,) = LedgerStatistics([], [], said).acceptance()
    assert (row.kept, row.refused, row.rejected) == (2, 1, 0)
    wanted = (PSEUDO_OBSERVATIONS * 0.97 + 2) / (PSEUDO_OBSERVATIONS + 3)
    assert row.share == pytest.approx(wanted)
    (row,) = LedgerStatistics([], [], said[2:]).acceptance()
    assert row.share == pytest.approx(PSEUDO_OBSERVATIONS * 0.97 / (PSEUDO_OBSERVATIONS + 1))


def test_actors_of_the_latest_run_show_files_a_second():
    counted = RunStatistics()
    counted.count("files/clean", 6)
    counted.count("files/corrected", 2)
    counted.count("state/applied", 5)
    actor = {
        "healthy": True, "uptime": 4.0, "device": "cpu", "resident_bytes": 2**20,
        "counters": counted.pack()["counters"],
    }  # fmt: skip
    (row,) = LedgerStatistics([run("a", [], actors={"correction-0": actor})], [], []).actors()
    assert (row.name, row.files, row.rate, row.healthy) == ("correction-0", 8, 2.0, True)


def read_by_a_model():
    counted = RunStatistics()
    counted.count("files/corrected", 1)
    counted.count("model/tokens", 600)
    for windows, seconds, queue in ((8, 0.25, 0.0), (2, 0.125, 0.5)):
        counted.measure("model/windows", windows)
        counted.measure("model/seconds", seconds)
        counted.measure("model/queue", queue)
    actor = {"healthy": True, "uptime": 4.0, "resident_bytes": 0, **counted.pack()}
    return LedgerStatistics([run("a", [], actors={"correction-0": actor})], [], [])


def test_what_a_model_has_read_is_shown_for_its_actor(capsys):
    (row,) = read_by_a_model().actors()
    assert (row.tokens, row.token_rate) == (600, 1600)
    assert (row.windows, row.queue) == (5.0, 0.5)
    StatsTables(read_by_a_model()).print()
    (line,) = [x for x in capsys.readouterr().out.splitlines() if "1,600" in x]
    assert line.split() == ["correction-0", "600", "1,600", "5.0", "0.50", "s"]
    samples = exposition(read_by_a_model())
    assert 'thea_actor_model_tokens_per_second{actor="correction-0"} 1600' in samples
    assert 'thea_actor_model_queue_seconds{actor="correction-0"} 0.5' in samples


def test_prometheus_can_read_the_exposition():
    statistics = LedgerStatistics([run("a", [Clean("a", "d")], seconds=2.5)], FOUND, [])
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(exposition(statistics))
        for sample in family.samples
    }
    assert samples["thea_runs_total",] == 1
    assert samples["thea_files_total", "clean"] == 1
    assert samples["thea_corrections", "ruff/F401", "applied"] == 6
    assert samples["thea_last_run_seconds",] == 2.5
