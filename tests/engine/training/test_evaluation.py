"""Predictions are judged as the shared scorer of repairs judges them.

`scored/` holds cases, predictions, and what the scorer printed for them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from thea_code_system.training.cases import CaseFile
from thea_code_system.training.evaluation import Evaluation
from thea_code_system.values.evaluation import Candidate, Prediction, RepairCase

pytest.importorskip("torch")

SCORED = Path(__file__).with_name("scored")
SCORER = Path(__file__).parents[4] / "shared" / "eval" / "score_repair.py"
RUNS = [("table.txt", 0.8, 5), ("at_05_top_2.txt", 0.5, 2)]


def predicted(row):
    given = [{"output": row.get("output"), "confidence": row.get("confidence")}]
    offers = row.get("candidates") or given
    return Prediction(row["id"], tuple(Candidate(x["output"], x["confidence"]) for x in offers))


def evaluated(at=0.8, top=5):
    rows = map(json.loads, (SCORED / "predictions.jsonl").read_text("utf-8").splitlines())
    made = {row["id"]: predicted(row) for row in rows}
    evaluation = Evaluation(at, top)
    for case in reversed(CaseFile(str(SCORED / "cases.jsonl")).read()):
        evaluation.add(case, made.get(case.id, Prediction(case.id)))
    return evaluation.report()


def as_the_scorer_prints(report):
    for c in report.kinds:
        yield (
            f"{c.kind:28s} n={c.n} acted={c.acted} parse={c.parse:.1%} small={c.small:.1%}"
            f" exact={c.exact:.1%} top{report.top}={c.top:.1%} precision={c.precision:.1%}"
            f" edits={c.edits:.1f}"
        )
    whole = report.kinds[0]
    yield (
        f"at {report.at}: coverage={whole.sure_coverage:.1%} precision={whole.sure_precision:.1%}"
        f"   ece={report.ece:.3f} (noise floor {report.floor:.3f}) over {report.scored} acted"
        f" cases, {report.distinct} distinct confidences"
    )


@pytest.mark.parametrize(("table", "at", "top"), RUNS)
def test_every_figure_is_the_scorers(table, at, top):
    wanted = (SCORED / table).read_text("utf-8").splitlines()
    assert list(as_the_scorer_prints(evaluated(at, top))) == wanted


@pytest.mark.skipif(not SCORER.exists(), reason="the shared scorer is not at hand")
@pytest.mark.parametrize(("table", "at", "top"), RUNS)
def test_the_tables_are_what_the_scorer_prints_today(table, at, top):
    files = (str(SCORED / "cases.jsonl"), str(SCORED / "predictions.jsonl"))
    command = [sys.executable, str(SCORER), *files, "--at", str(at), "--top", str(top)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == (SCORED / table).read_text("utf-8")


def case(number, fixed="b\n", kind="k"):
    return RepairCase(f"c{number}", "python", kind, "a\n", fixed, number)


def offered(number, output, confidence=None):
    return Prediction(f"c{number}", (Candidate(output, confidence),))


def test_confidences_of_no_use_leave_the_calibration_out():
    evaluation = Evaluation()
    evaluation.add(case(1), offered(1, "b\n"))
    report = evaluation.report()
    assert (report.kinds[0].exact, report.scored, report.bins, report.curve) == (1.0, 0, (), ())


def test_the_figures_at_a_confidence_are_given_for_each_kind():
    evaluation = Evaluation(at=0.5)
    evaluation.add(case(1, kind="x"), offered(1, "b\n", 0.5))
    evaluation.add(case(2, kind="x"), offered(2, "c\n", 0.49))
    evaluation.add(case(3, kind="y"), offered(3, "c\n", 0.9))
    every, x, y = evaluation.report().kinds
    assert [one.kind for one in (every, x, y)] == ["ALL", "x", "y"]
    assert (x.sure_coverage, x.sure_precision) == (0.5, 1.0)
    assert (y.sure_coverage, y.sure_precision) == (1.0, 0.0)
    assert every.sure_coverage == pytest.approx(2 / 3)


def test_the_curve_runs_from_the_surest_to_all_and_equal_confidences_stand_together():
    evaluation = Evaluation()
    for number, (output, confidence) in enumerate(
        [("c\n", 0.4), ("b\n", 0.9), ("b\n", 0.4), ("c\n", 0.2), ("a\n", 1.0)], 1
    ):
        evaluation.add(case(number), offered(number, output, confidence))
    report = evaluation.report()
    told = [(point.confidence, point.coverage, point.risk) for point in report.curve]
    assert told == [
        (0.9, 0.2, 0.0),
        (0.4, pytest.approx(0.6), pytest.approx(1 / 3)),
        (0.2, 0.8, 0.5),
    ]
    assert report.area == pytest.approx((0 + 1 / 3 + 1 / 3 + 0.5) / 4)


def test_the_same_cases_in_another_order_give_the_same_figures():
    assert evaluated() == evaluated()
