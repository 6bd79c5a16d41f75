"""`thea learn` as a team uses it: on a small history, with a tiny model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

WHO = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000",
}  # fmt: skip
BODY = """\
def area{0}(width, height):
    total = 0
    for value in range(height):
        total = total + width
    return total


def volume{0}(width, height, depth):
    return area{0}(width, height) * depth
"""
HALF = {
    "syntax": BODY.replace("height):\n", "height)\n", 1),
    "bug": BODY.replace("* depth", "* width"),
}


class Team:
    """A project with a history, and Thea run in it."""

    def __init__(self, folder):
        self.root, self.home = folder / "team", folder / "home"
        self.root.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("THEA_", "PRE_COMMIT"))}
        places = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        self.env = {**kept, **WHO, **dict.fromkeys(places, str(self.home)), "OMP_NUM_THREADS": "1"}
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments):
        subprocess.run(
            ["git", "-c", "commit.gpgsign=false", *arguments],
            cwd=self.root, env=self.env, check=True, capture_output=True,
        )  # fmt: skip

    def fixes(self, count=8):
        """As many repairs, every fourth one of a bug."""
        for stage, message in ((HALF, "Add"), (None, "Fix a mistake")):
            for number in range(count):
                family = "bug" if number % 4 == 3 else "syntax"
                text = (stage or {family: BODY})[family].format(number)
                (self.root / f"shapes{number}.py").write_text(text)
                self.git("add", "-A")
                self.git("commit", "-q", "-m", f"{message} {number}")

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "thea_cli", *arguments],
            cwd=self.root, env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def thea(self, *arguments, code=0, given=""):
        process = self.start(*arguments)
        out, err = process.communicate(given)
        assert "Traceback" not in err
        assert process.returncode == code, out + err
        return out, err


@pytest.fixture
def team(tmp_path):
    return Team(tmp_path)


def test_pairs_are_mined_and_saved_without_training(team):
    team.fixes()
    out, err = team.thea(
        "learn", "--from-git", ".", "--minutes", "0", "--save-pairs", "fixes.jsonl"
    )
    assert out.splitlines()[1].split() == ["team", "16", "6", "2"]
    assert "8 pairs" in out
    assert "8 pairs are in fixes.jsonl" in err
    rows = [json.loads(line) for line in (team.root / "fixes.jsonl").read_text().splitlines()]
    assert {row["family"] for row in rows} == {"syntax", "bug"}
    assert all({"id", "language", "kind", "broken", "fixed"} <= row.keys() for row in rows)
    assert not (team.root / ".thea" / "model").exists()


@pytest.mark.slow
@pytest.mark.torch
def test_a_team_adapts_a_model_that_every_command_can_read(team, untaught_model):
    team.fixes(12)
    out, err = team.thea("learn", "--model", str(untaught_model), "--minutes", "0.05", "--force")
    assert "training …" in err
    assert "comparing on held-out pairs …" in err
    assert "held-out pairs" in out
    assert "too few to fit it, 50 would do" in out
    assert 'Written to .thea/model. Use it: thea correct --model ".thea/model"' in out
    folder = team.root / ".thea" / "model"
    names = {"weights.safetensors", "tokenizer.json", "ranking.json", "learned.json"}
    assert {file.name for file in folder.iterdir()} == names
    card = json.loads((folder / "learned.json").read_text())
    assert card["steps"] > 0
    assert card["learned"] + card["held"] == card["pairs"] == 12
    assert card["scores"][0]["n"] == card["held"] > 0
    assert not (team.root / ".thea" / "learning").exists()
    broken = team.root / "broken.py"
    broken.write_text(HALF["syntax"].format(""))
    team.thea("correct", "--model", ".thea/model", "broken.py")
    assert broken.read_text() == BODY.format("")
    out, _ = team.thea("explain", "--at", "shapes0.py:1", "--model", ".thea/model")
    assert "shapes0.py:1" in out


@pytest.mark.slow
@pytest.mark.torch
def test_an_interrupted_run_is_kept_and_gone_on_with(team, untaught_model):
    team.fixes(12)
    process = team.start(
        "learn", "--model", str(untaught_model), "--minutes", "5", "--output", "ours"
    )
    for line in process.stderr:
        if line.startswith("training"):
            break
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130, err
    assert "What was learned is kept: `thea learn --resume` goes on." in err
    assert not list((team.root / "ours").iterdir())
    asked = ["learn", "--resume", "--minutes", "0", "--output", "ours", "--force"]
    _, err = team.thea(*asked)
    assert "looking for pairs" not in err
    card = json.loads((team.root / "ours" / "learned.json").read_text())
    assert card["steps"] > 0
    assert card["repositories"][0]["name"] == "team"
    _, err = team.thea(*asked, code=2)
    assert "there is no interrupted run to go on with" in err


MISTAKES = {
    "learn": "no commit can be read in",
    "learn --from-git nowhere": "there is no folder nowhere",
    "learn --pairs none.jsonl": "cannot read the cases",
    "learn --save-pairs none/x.jsonl --minutes 0": "cannot write the pairs none/x.jsonl",
    "learn --output taken": "cannot write a model to",
    "learn --minutes -1": "--minutes",
    "learn --resume": "there is no interrupted run to go on with",
    "learn --resume --pairs x.jsonl": "--pairs cannot go with --resume",
    "learn --calibrate --output x": "--output cannot go with --calibrate",
    "learn --calibrate .": "repositories cannot go with --calibrate",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_mistakes_are_named(team, line):
    (team.root / "taken").write_text("a file")
    if "--pairs" in line:
        team.fixes(1)
    _, err = team.thea(*line.split(), code=2)
    assert MISTAKES[line] in err
    assert "hint:" in err


def test_without_a_pair_it_says_what_was_looked_at(team):
    (team.root / "a.py").write_text("a = 1\n")
    team.git("add", "-A")
    team.git("commit", "-q", "-m", "Begin")
    _, err = team.thea("learn", "--minutes", "0", code=2)
    assert "there is no pair to learn from in team (1 commits read)" in err
    assert "--pairs" in err


@pytest.mark.torch
def test_a_missing_model_is_named_before_anything_is_mined(team):
    team.fixes(1)
    _, err = team.thea("learn", "--model", "none", code=2)
    assert "cannot be read: there is no such folder" in err


@pytest.mark.slow
@pytest.mark.torch
def test_answers_become_a_calibration_that_the_next_run_reads(team):
    (team.root / "a.py").write_text("import os\n")
    out, _ = team.thea("learn", "--calibrate")
    assert "Nothing has been judged here yet" in out
    team.thea("correct", "--select", "ruff/F401", "--min-confidence", "1", "a.py")
    team.thea("review", given="n\n")
    out, _ = team.thea("learn", "--calibrate")
    assert "Without --trust it can only lower confidences." in out
    text = (team.root / "thea-calibration.toml").read_text()
    assert '"ruff/F401" = 0.80  # 0 of 1 kept, 0.84 predicted' in text
    (team.root / "b.py").write_text("import os\n")
    asked = ["correct", "--check", "--select", "ruff/F401", "--output-format", "json", "b.py"]
    out, _ = team.thea(*asked, code=1)
    first = json.loads(out)["files"][0]["corrections"][0]
    assert first["confidence"] == 0.8
    (team.root / "thea-calibration.toml").write_text('[confidence]\n"ruff/F401" = 0.3\n')
    out, _ = team.thea(*asked)
    assert json.loads(out)["files"][0]["corrections"][0]["confidence"] == 0.3


def test_a_calibration_that_is_a_link_is_not_written(team):
    (team.root / "thea-calibration.toml").symlink_to(team.root / "elsewhere")
    _, err = team.thea("learn", "--calibrate", code=2)
    assert "is a link, and is not written" in err
    assert not (team.root / "elsewhere").exists()
