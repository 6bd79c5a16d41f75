"""`thea evaluate` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser

import pytest

pytestmark = pytest.mark.torch

CASES = [
    ("colon", "if a\n    b()\n", "if a:\n    b()\n"),
    ("colon", "while a\n    b()\n", "while a:\n    b()\n"),
    ("<misc>", "def f(a b):\n    return a\n", "def f(b):\n    return a\n"),
    ("parses", '"""Words."""\n', "a = 2\n"),
]


@pytest.fixture
def thea(tmp_path):
    rows = [
        {"id": f"c{n}", "language": "python", "kind": kind, "broken": broken, "fixed": fixed}
        for n, (kind, broken, fixed) in enumerate(CASES)
    ]
    (tmp_path / "cases.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    places = ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
    env = {**os.environ, **dict.fromkeys(places, str(tmp_path / "home"))}

    def run(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "thea_cli", "evaluate", *arguments],
            cwd=tmp_path, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    run.folder = tmp_path
    return run


class Page(HTMLParser):
    """What a page loads, and the words of its pictures."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_terminal_shows_table_diagram_and_curve(thea):
    out, err = thea("cases.jsonl", "--at", "0.5", "--top", "3")
    lines = out.splitlines()
    assert lines[0].startswith("4 cases in ")
    heading = next(line for line in lines if line.startswith("kind"))
    assert heading.split("  ")[-1].strip() == "at 0.5: precision"
    assert "top 3" in heading
    every = next(line for line in lines if line.startswith("ALL"))
    assert every.split()[1:3] == ["4", "3"]
    assert any(line.startswith("colon") and line.split()[5] == "100.0%" for line in lines)
    assert "ECE " in out
    assert "(noise floor " in out
    assert "0.9 to 1.0" in out
    assert "mean risk along the whole curve" in out
    assert not err or "1 of the cases parse" in err


def test_predictions_are_written_in_the_scorers_format_and_the_page_stands_alone(thea):
    thea("cases.jsonl", "--limit", "3", "--predictions", "p.jsonl", "--html", "page.html")
    rows = [json.loads(line) for line in (thea.folder / "p.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["c0", "c1", "c2"]
    best = rows[0]["candidates"][0]
    assert (best["output"], best["rules"]) == (CASES[0][2], ["syntax/missing-colon"])
    assert 0 <= best["confidence"] <= 1
    text = (thea.folder / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.links == []
    assert "script" not in page.tags
    assert page.tags.count("svg") == 2
    assert "&lt;misc&gt;" in text
    assert "@import" not in text
    assert "url(" not in text


def test_json_holds_every_figure(thea):
    out, _ = thea("cases.jsonl", "--limit", "3", "--format", "json")
    report = json.loads(out)
    assert report["version"] == 1
    assert [row["kind"] for row in report["kinds"]] == ["ALL", "colon", "<misc>"]
    assert report["kinds"][0]["exact"] == pytest.approx(2 / 3)
    assert len(report["bins"]) == 10
    assert report["curve"][-1]["coverage"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl"),
        (["cases.jsonl", "--format", "xml"], "--format cannot be xml"),
        (["cases.jsonl", "--at", "2"], "--at"),
        (["cases.jsonl", "--top", "0"], "--top"),
        (["cases.jsonl", "--select", "cooking"], "there is no rule cooking"),
        (["cases.jsonl", "--html", "no/such/folder/x.html"], "cannot write"),
    ],
)
def test_mistakes_are_named(thea, arguments, words):
    _, err = thea(*arguments, code=2)
    assert words in err
    assert "Traceback" not in err


def test_nothing_is_left_behind_but_what_was_asked_for(thea):
    thea("cases.jsonl", "--limit", "1")
    assert {path.name for path in thea.folder.iterdir()} <= {"cases.jsonl", "home"}
