"""Bug-finding as a user sees it: suggestions, what a line looks like to the model, and errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from thea_cli.suggestions import presentable
from thea_code_system.values.correction import Correction, Edit, Safety, State

AREA = "def area(width, height):\n    return width * width\n"
BROKEN = "def area(width, height)\n    return width\n\n\ntotal = 1\n"


@pytest.fixture
def thea(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    subprocess.run(["git", "init", "-q", root], check=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("THEA_", "PRE_COMMIT"))}
    homes = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "STATE", "CONFIG")}

    def run(*arguments, code=0, text="", **env):
        done = subprocess.run(
            [sys.executable, "-m", "thea_cli", *arguments],
            cwd=root,
            env={**kept, **homes, "HOME": str(tmp_path), **env},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    run.root = root
    (root / "area.py").write_text(AREA)
    (root / "broken.py").write_text(BROKEN)
    return run


@pytest.fixture
def model(hand_made, tmp_path):
    return hand_made({"width": "height"}).save(tmp_path / "model")


@pytest.mark.torch
def test_bugs_are_looked_for_in_what_an_editor_asks_about(thea, model):
    asked = ["correct", "-", "--stdin-filename", "a.py", "--model", model]
    report = thea(*asked, "--check", "--output-format", "json", text=AREA)[0]
    found = [one["rules"] for one in json.loads(report)["files"][0]["corrections"]]
    assert ["learned/variable-misuse"] in found
    assert "suggestion" not in thea(*asked, text=AREA)[1], "a filter cannot show any"


@pytest.mark.torch
def test_suggestions_come_with_their_evidence_and_nothing_is_written(thea, model):
    asked = ["correct", "--select", "learned", "area.py"]
    out, err = thea(*asked, "--show-suggestions", "--model", model)
    assert "suggestion: learned/variable-misuse `height` is expected here, not `width`" in out
    assert "+    return height * width" in out
    assert "2 suggestions: thea review" in err
    out, _ = thea(*asked, "--output-format", "json", THEA_MODEL=model)
    first, _ = json.loads(out)["files"][0]["corrections"]
    assert first["rules"] == ["learned/variable-misuse"]
    assert first["safety"] == "unsafe"
    assert first["evidence"]["expected"] == "height"
    assert (thea.root / "area.py").read_text() == AREA


@pytest.mark.torch
def test_a_hook_looks_for_bugs_and_an_unreadable_model_stops_nothing_else(thea, tmp_path):
    (tmp_path / "none").mkdir()
    (thea.root / "area.py").write_text(f"import os\n{AREA}")
    asked = ["correct", "area.py", "--model", str(tmp_path / "none")]
    _, err = thea(*asked, PRE_COMMIT="1")
    assert err.count("the edit model in") == 1
    assert f"Without learned: the edit model in {tmp_path / 'none'} cannot be read: " in err
    assert (thea.root / "area.py").read_text() == AREA


@pytest.mark.torch
def test_all_who_miss_the_same_model_are_named_in_one_sentence(thea, tmp_path):
    asked = ["correct", "--check", "area.py", "broken.py", "--model", str(tmp_path / "none")]
    _, err = thea(*asked, code=1, PRE_COMMIT="1")
    (line,) = [line for line in err.splitlines() if line.startswith("Without ")]
    assert "Without learned and the edit model: the edit model in" in line
    assert "there is no such folder. Name another folder with --model" in line


@pytest.mark.torch
def test_a_line_is_explained_token_by_token(thea, model, hand_made, tmp_path):
    missing_colon = hand_made({}, {"<line>": ":"}).save(tmp_path / "colon")
    out, _ = thea("explain", "--at", "area.py:2", "--model", model)
    assert "area.py:2\n        return width * width\n" in out
    assert "^^^^^   ^^^^^" in out
    assert "column 12: `width` is wrong with 0.9" in out
    assert "expected: `height` 0." in out
    coloured, _ = thea("explain", "--at", "area.py:2", "--model", model, FORCE_COLOR="1")
    assert "\033[31;1mwidth\033[0m" in coloured
    out, _ = thea("explain", "--at", "broken.py:1", "--model", missing_colon)
    assert "does not parse: line 1: " in out
    assert "column 24: the end of the line is wrong with 0.9" in out
    assert "expected: `:` 0.9" in out


@pytest.mark.torch
def test_what_is_offered_on_a_line_follows_with_confidence_and_evidence(thea, model):
    out, _ = thea("explain", "--at", "area.py:2", "--model", model)
    place, offers = out.split("Thea offers:\n")
    assert "wrong with" in place
    assert " learned/variable-misuse `height` is expected here, not `width` " in offers
    assert "(suggested: unsafe: applied with --unsafe-fixes)" in offers
    assert "expected: height" in offers
    assert "-    return width * width\n   " in offers
    out, _ = thea("explain", "--at", "area.py:1", "--model", model)
    assert out.endswith("Thea offers nothing here.\n")
    assert (thea.root / "area.py").read_text() == AREA


@pytest.mark.torch
def test_in_a_broken_file_the_repairs_follow_wherever_they_are(thea, hand_made, tmp_path):
    missing_colon = hand_made({}, {"<line>": ":"}).save(tmp_path / "colon")
    asked = ["explain", "--model", missing_colon, "--at"]
    out, _ = thea(*asked, "broken.py:1", FORCE_COLOR="1")
    offers = out.split("Thea offers:\n")[1]
    assert offers.lstrip().startswith("\033[")
    assert "syntax/missing-colon" in offers
    assert "\033[32m+def area(width, height):\033[0m" in offers
    out, _ = thea(*asked, "broken.py:5")
    assert "Thea offers, elsewhere in the file:\n" in out
    assert "+def area(width, height):" in out


@pytest.mark.torch
def test_programs_get_the_explanation_as_json(thea, model):
    out, _ = thea("explain", "--at", "area.py:2", "--model", model, "--format", "json")
    found = json.loads(out)
    assert (found["version"], found["path"], found["line"]) == (1, "area.py", 2)
    assert found["text"] == "    return width * width"
    assert found["fault"] is None
    first = found["tokens"][2]
    assert (first["text"], first["start"], first["end"]) == ("width", 12, 17)
    assert first["wrong"] > 0.9
    assert first["expected"][0]["what"] == "`height`"
    offered = found["candidates"][0]
    assert offered["here"]
    assert offered["rules"] == ["learned/variable-misuse"]
    assert offered["edits"][0]["start"] == {"line": 2, "column": 12}
    out, _ = thea("explain", "--at", "broken.py:5", "--model", model, "--format", "json")
    found = json.loads(out)
    assert found["fault"] == {"line": 1, "message": "expected ':'"}
    assert (found["status"], found["reason"][:14]) == ("failed", "does not parse")
    assert not found["candidates"][0]["here"]


MISTAKES = {
    "area.py": "--at cannot be area.py",
    "area.py:x": "--at cannot be area.py:x",
    "none.py:1": "there is no file none.py",
    "area.py:3": "area.py has 2 lines, and no line 3",
    "area.py:0": "area.py has 2 lines, and no line 0",
    "read.me:1": "does not know the language of read.me",
}


@pytest.mark.parametrize("at", MISTAKES)
def test_a_place_that_is_not_there_is_an_error_that_names_it(thea, at):
    _, err = thea("explain", "--at", at, code=2)
    assert MISTAKES[at] in err


@pytest.mark.torch
def test_explaining_without_a_model_is_an_error(thea, tmp_path):
    _, err = thea("explain", "--at", "area.py:1", "--model", str(tmp_path), code=2)
    assert f"the edit model in {tmp_path} cannot be read: there is no weights.safetensors" in err


def test_explain_takes_a_code_or_a_place(thea):
    assert "explain takes a code, or --at" in thea("explain", code=2)[1]
    assert "--format is for --at" in thea("explain", "ruff/F401", "--format", "json", code=2)[1]
    assert "--format cannot be" in thea("explain", "--at", "a.py:1", "--format", "x", code=2)[1]
    assert "--model is for --at" in thea("explain", "ruff/F401", "--model", "x", code=2)[1]


def guess(number, confidence, rule="learned/negation", state=State.SUGGESTED):
    return Correction(
        f"{number}", "", (rule,), "", (Edit(number, number, ""),), Safety.UNSAFE, confidence, state
    )


def test_people_see_at_most_five_guesses_a_file_and_no_improbable_one():
    sure = [guess(n, 0.6 + n / 100) for n in range(7)]
    rest = [guess(10, 0.49), guess(11, 0.1, "ruff/F401"), guess(12, 0.1, state=State.APPLIED)]
    shown = presentable([*sure, *rest])
    assert shown == [*sure[2:], *rest[1:]]
    assert presentable(rest[:1]) == []
