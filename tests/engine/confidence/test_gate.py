"""The gate: what is applied, what is only suggested, and why."""

from __future__ import annotations

import pytest

from thea_code_system.confidence.calibration import Calibration, Curve
from thea_code_system.confidence.gate import Candidate, Gate
from thea_code_system.errors import ConfigError
from thea_code_system.values.context import Settings
from thea_code_system.values.correction import Edit, Proposal, Safety, State

pytest.importorskip("torch")


def proposal(score, start=0, end=1, *, rule="ruff/F401", safety=Safety.SAFE):
    return Proposal((rule,), "message", (Edit(start, end, ""),), safety, score)


def candidate(score, start=0, end=1, path="a.py", **more):
    names = {key: more.pop(key) for key in ("suppressed", "held", "ceiling") if key in more}
    return Candidate(path, proposal(score, start, end, **more), "f", **names)


def gate(*, unsafe=False, threshold=0.8, calibration=None):
    settings = Settings(unsafe_fixes=unsafe, min_confidence=threshold)
    return Gate(settings, calibration or Calibration({}, {}))


def states(decisions):
    return [decision.state for decision in decisions]


def test_the_threshold_is_inclusive_after_rounding_to_two_decimals():
    decisions = gate().decide([candidate(0.795, 0, 1), candidate(0.794, 5, 6)])
    assert states(decisions) == [State.APPLIED, State.SUGGESTED]
    assert [decision.confidence for decision in decisions] == [0.8, 0.79]
    assert "0.80" in decisions[1].reason


def test_unsafe_needs_the_flag_and_display_only_is_never_applied():
    candidates = [
        candidate(1.0, 0, 1, safety=Safety.UNSAFE),
        candidate(1.0, 5, 6, safety=Safety.DISPLAY_ONLY),
    ]
    assert states(gate().decide(candidates)) == [State.SUGGESTED, State.SUGGESTED]
    assert states(gate(unsafe=True).decide(candidates)) == [State.APPLIED, State.SUGGESTED]


def test_of_two_that_overlap_the_more_confident_wins_whatever_their_order():
    better, worse = candidate(0.95, 2, 6), candidate(0.9, 4, 8)
    assert states(gate().decide([better, worse])) == [State.APPLIED, State.CONFLICTED]
    assert states(gate().decide([worse, better])) == [State.CONFLICTED, State.APPLIED]


def test_files_do_not_get_in_each_others_way():
    decisions = gate().decide([candidate(0.9, path="a.py"), candidate(0.9, path="b.py")])
    assert states(decisions) == [State.APPLIED, State.APPLIED]


def test_suppressed_and_held_candidates_say_why():
    decisions = gate().decide(
        [candidate(1.0, 0, 1, suppressed="a comment"), candidate(1.0, 5, 6, held="a deletion")]
    )
    assert states(decisions) == [State.SUPPRESSED, State.SUGGESTED]
    assert [decision.reason for decision in decisions] == ["a comment", "a deletion"]


def test_a_ceiling_bounds_the_confidence():
    (decision,) = gate().decide([candidate(0.99, ceiling=0.7)])
    assert decision.confidence == 0.7
    assert decision.state is State.SUGGESTED


def test_curves_interpolate_and_hold_their_ends():
    curve = Curve((0.2, 0.6, 1.0), (0.1, 0.5, 0.9))
    calibration = Calibration({"syntax": curve}, {})
    scores = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    read = calibration.confidences([proposal(s, rule="syntax/missing-colon") for s in scores])
    assert [round(float(value), 6) for value in read] == [0.1, 0.1, 0.3, 0.5, 0.7, 0.9]


def test_a_code_goes_before_its_family_and_others_keep_their_score():
    calibration = Calibration(
        {"ruff": Curve((1.0,), (0.5,)), "ruff/F401": Curve((1.0,), (0.9,))}, {}
    )
    rules = ["ruff/F401", "ruff/F541", "oxlint/no-debugger"]
    read = calibration.confidences([proposal(0.97, rule=rule) for rule in rules])
    assert [round(float(value), 6) for value in read] == [0.9, 0.5, 0.97]


def test_a_repair_of_several_rules_is_no_surer_than_the_least_sure_of_them():
    curves = {"syntax": Curve((1.0,), (0.9,)), "syntax/extra-bracket": Curve((1.0,), (0.6,))}
    rules = ("syntax/smart-quotes", "syntax/extra-bracket")
    pair = [
        Proposal(order, "", (Edit(0, 1, ""),), Safety.SAFE, 0.9) for order in (rules, rules[::-1])
    ]
    assert [round(float(v), 6) for v in Calibration(curves, {}).confidences(pair)] == [0.6, 0.6]


def test_the_lowest_ceiling_of_all_rules_counts():
    both = Proposal(
        ("syntax/missing-colon", "syntax/comment-out"), "", (Edit(0, 1, ""),), Safety.SAFE, 0.9
    )
    assert float(Calibration.packaged().confidences([both])[0]) <= 0.3


def test_an_untrusted_repository_can_only_lower_confidences():
    text = '[confidence]\n"ruff/F401" = 0.5\n"ruff/F541" = 1.0\n'
    rules = ["ruff/F401", "ruff/F541"]
    base = Calibration({}, {})
    asked = [proposal(0.97, rule=rule) for rule in rules]
    untrusted = base.with_repository(text, trust=False)
    assert [round(float(v), 2) for v in untrusted.confidences(asked)] == [0.5, 0.97]
    trusted = base.with_repository(text, trust=True)
    assert [round(float(v), 2) for v in trusted.confidences(asked)] == [0.5, 1.0]
    assert len({base.digest, untrusted.digest, trusted.digest}) == 3


def test_a_calibration_that_is_no_table_of_numbers_is_a_clear_error():
    with pytest.raises(ConfigError, match="thea-calibration"):
        Calibration({}, {}).with_repository('confidence = "high"', trust=False)


def test_repairs_of_one_file_are_alternatives_even_where_they_lie_apart():
    repairs = [
        Candidate(
            "a.py",
            Proposal((rule,), "", (Edit(at, at, ":"),), Safety.SAFE, 0.9, broken=True),
            "f",
        )
        for rule, at in (("syntax/a", 1), ("syntax/b", 9))
    ]
    assert states(gate().decide(repairs)) == [State.APPLIED, State.CONFLICTED]


def test_of_several_suggested_repairs_the_best_one_is_suggested():
    repairs = [
        Candidate(
            "a.py",
            Proposal((rule,), "", (Edit(1, 1, ":"),), Safety.SAFE, score, broken=True),
            "f",
        )
        for rule, score in (("syntax/a", 0.3), ("syntax/b", 0.5), ("syntax/c", 0.1))
    ]
    assert states(gate().decide(repairs)) == [
        State.CONFLICTED,
        State.SUGGESTED,
        State.CONFLICTED,
    ]
