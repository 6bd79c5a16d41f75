"""`thea correct` and what looks back at it, as a user runs them on a real tree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
HEALTHY = b"print('fine')\n"
BROKEN = b"x = = = )(\n"
MAYBE = b"import os\n\n\ndef f():\n    value = 1\n"  # the assignment is an unsafe fix


def test_a_run_corrects_is_remembered_and_taken_back(tree):
    tree.put(a=UNUSED, b=HEALTHY)
    out, err = tree.correct("--show-fixes")
    assert tree.read("a") == FIXED
    assert "corrected src/a.py (ruff/F401)" in out
    assert "-import os" in out
    assert "Corrected 1 file (1 correction), 1 clean" in err
    (run,) = json.loads(tree.thea("history", "--format", "json")[0])
    assert run["changed"] == ["src/a.py"]
    assert f"thea undo {run['run']}" in err

    (file,) = json.loads(tree.thea("history", run["run"], "--format", "json")[0])["files"]
    assert (file["path"], file["status"]) == ("src/a.py", "corrected")
    details, _ = tree.thea("history", run["run"])
    assert "src/a.py:1" in details
    assert "ruff/F401" in details

    statistics = json.loads(tree.thea("stats", "--format", "json")[0])
    assert statistics["rules"]["ruff/F401"] == {"applied": 1}
    assert statistics["files"] == {"clean": 1, "corrected": 1}
    assert sum(each["count"] for each in statistics["confidence"]) == 1
    table, _ = tree.thea("stats")
    assert "█" in table
    exposed, _ = tree.thea("stats", "--format", "prometheus")
    assert 'thea_corrections{rule="ruff/F401",state="applied"} 1.0' in exposed
    assert "thea_actor_healthy" in exposed

    assert "would restore src/a.py" in tree.thea("undo", "--dry-run")[0]
    assert tree.read("a") == FIXED
    assert "1 file" in tree.thea("undo")[0]
    assert tree.read("a") == UNUSED
    tree.correct()
    assert tree.read("a") == FIXED, "undoing a whole run is no refusal"


def test_what_was_taken_back_by_file_is_not_applied_again_until_it_is_forgotten(tree):
    tree.put(a=UNUSED)
    tree.correct()
    assert "not applied again" in tree.thea("undo", "--file", "src/*.py")[0]
    tree.correct()
    assert tree.read("a") == UNUSED
    assert "Forgot 1" in tree.thea("undo", "--forget")[0]
    tree.correct()
    assert tree.read("a") == FIXED


def test_check_and_diff_write_nothing_and_exit_1(tree):
    tree.put(a=UNUSED)
    out, err = tree.correct("--check", code=1)
    assert "would correct src/a.py" in out
    assert "Nothing was written" in err
    diff, _ = tree.correct("--diff", code=1)
    assert tree.read("a") == UNUSED
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tree.root, check=True)
    assert tree.read("a") == FIXED
    tree.correct("--check", code=0)


def test_a_second_run_over_a_healthy_tree_loads_next_to_nothing(tree):
    tree.put(a=HEALTHY, b=FIXED)
    os.utime(tree.root / "src/a.py", (1, 1))
    os.utime(tree.root / "src/b.py", (1, 1))
    time.sleep(0.1)  # past the tick in which folders were stamped: racy stamps prove nothing
    tree.correct()
    code = (
        "import sys, runpy, atexit\n"
        "sys.argv = ['thea', 'correct', '--select', 'ruff']\n"
        "heavy = {'torch', 'ray', 'typer', 'rich', 'pydantic', 'tomli', 'ruff'}\n"
        "atexit.register(lambda: print(*heavy.intersection(sys.modules)))\n"
        "runpy.run_module('thea_cli', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree.root, env=tree.env, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    first = done.stdout.split()
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=tree.root, env=tree.env, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert again.stdout.split() == [], first
    assert "2 files clean" in again.stderr


def test_a_new_configuration_file_is_noticed_by_the_next_run(tree):
    tree.put(a=UNUSED)
    tree.correct("--check", code=1)
    (tree.root / "thea.toml").write_text("ignore = ['ruff/F401']\n")
    tree.correct("--check", code=0)
    (tree.root / "thea.toml").write_text("ignor = []\n")
    _, err = tree.correct("--check", code=2)
    assert "thea.toml:1: there is no key ignor" in err


def test_standard_input_is_a_filter_that_keeps_every_byte(tree):
    out = subprocess.run(
        [sys.executable, "-m", "thea_cli", "correct", "--select", "ruff", "-", "--stdin-filename",
         "src/a.py"], input=UNUSED, cwd=tree.root, env=tree.env, capture_output=True, check=True,
    )  # fmt: skip
    assert out.stdout == FIXED
    assert not (tree.root / "src/a.py").exists()
    clean = tree.correct("-", stdin=HEALTHY)[0]
    assert clean.encode() == HEALTHY
    diff, _ = tree.correct("-", "--stdin-filename", "src/a.py", "--diff", stdin=UNUSED, code=1)
    assert diff.startswith("--- a/src/a.py")
    _, err = tree.correct("-", stdin=b"a\0b", code=2)
    assert "standard input cannot be corrected: binary" in err


def test_standard_input_in_the_place_of_a_file_that_is_left_out_comes_back_as_it_is(tree):
    asked = ["-", "--stdin-filename", "src/a.py", "--exclude", "src", "--force-exclude"]
    out, err = tree.correct(*asked, stdin=UNUSED)
    assert out == UNUSED.decode()
    assert "1 skipped (1 excluded)" in err


def test_a_broken_file_exits_1_and_exit_zero_hides_it(tree):
    tree.put(a=BROKEN)
    out, err = tree.thea("correct", "--select", "syntax", code=1)
    assert "failed src/a.py" in out
    assert "does not parse" in err
    assert tree.read("a") == BROKEN
    tree.thea("correct", "--select", "syntax", "--exit-zero", code=0)


def test_suggestions_fail_nothing_unless_asked_to(tree):
    tree.put(a=MAYBE)
    _, err = tree.correct("--check", "--extend-select", "ruff/F841", "--ignore", "ruff/F401")
    assert "1 suggestion: thea review" in err
    tree.correct(
        "--check", "--extend-select", "ruff/F841", "--ignore", "ruff/F401", "--fail-on",
        "suggestions", code=1,
    )  # fmt: skip


def test_review_applies_turns_down_and_quits(tree):
    tree.put(a=MAYBE, b=MAYBE, c=MAYBE)
    flags = ("--extend-select", "ruff/F841", "--ignore", "ruff/F401")
    tree.correct(*flags)
    out, _ = tree.thea("review", stdin=b"y\nwhat\nn\nq\n")
    assert "[1 of 3] src/a.py" in out
    assert "-    value = 1" in out
    assert "1 applied, 1 turned down" in out
    assert tree.read("a") != MAYBE
    assert tree.read("b") == MAYBE
    out, _ = tree.thea("review", stdin=b"")
    assert "[1 of 1] src/c.py" in out, "what was answered is not asked again"
    _, err = tree.correct(*flags, "--show-suggestions")
    assert "1 suggestion: thea review" in err, "what was turned down is not suggested again"
    acceptance = json.loads(tree.thea("stats", "--format", "json")[0])["acceptance"]
    assert (acceptance[0]["kept"], acceptance[0]["refused"]) == (1, 1)


@pytest.mark.slow
def test_stats_compare_predicted_confidence_with_what_was_made_of_it(tree):
    out, _ = tree.thea("stats", "--calibration")
    assert "Nothing has been judged here yet" in out
    tree.put(a=MAYBE, b=MAYBE, c=MAYBE)
    tree.correct("--extend-select", "ruff/F841", "--ignore", "ruff/F401")
    tree.thea("review", stdin=b"y\ny\nn\n")
    (run,) = json.loads(tree.thea("history", "--format", "json")[0])
    files = json.loads(tree.thea("history", run["run"], "--format", "json")[0])["files"]
    made = [one["id"] for file in files for one in file["corrections"] if one["state"] == "applied"]
    tree.thea("undo", "--correction", made[0])
    families = json.loads(tree.thea("stats", "--calibration", "--format", "json")[0])["families"]
    (ruff,) = families
    assert (ruff["family"], ruff["whole"]["n"], ruff["whole"]["hits"]) == ("ruff", 3, 1)
    assert ruff["sources"] == {"review": 2, "undo": 1}
    assert [each["n"] for each in ruff["bins"]] == [0, 0, 0, 0, 0, 0, 0, 0, 3, 0]
    assert ruff["whole"]["actual"] < ruff["whole"]["posterior"] < ruff["whole"]["predicted"]
    out, _ = tree.thea("stats", "--calibration")
    row = next(line for line in out.splitlines() if "0.8 to 0.9" in line)
    assert row.split()[:6] == ["ruff", "0.8", "to", "0.9", "3", "1"]
    assert "said by: review 2, undo 1" in out


def test_json_goes_to_a_file_whole_and_is_quiet_otherwise(tree):
    tree.put(a=UNUSED, b=HEALTHY)
    out, err = tree.correct("--check", "-q", "--output-format", "json", "-o", "r.json", code=1)
    assert (out, err) == ("", "")
    document = json.loads((tree.root / "r.json").read_text())
    assert [each["status"] for each in document["files"]] == ["corrected", "clean"]
    edit = document["files"][0]["corrections"][0]["edits"][0]
    assert edit == {
        "start": {"line": 1, "column": 1}, "end": {"line": 2, "column": 1}, "replacement": "",
    }  # fmt: skip


def test_json_lists_clean_files_and_positions_also_when_everything_is_remembered(tree):
    tree.put(a=MAYBE, b=HEALTHY)
    flags = ("--extend-select", "ruff/F841", "--ignore", "ruff/F401", "--output-format", "json")
    first = json.loads(tree.correct(*flags)[0])
    second = json.loads(tree.correct(*flags)[0])
    assert first["files"] == second["files"]
    assert first["files"][0]["corrections"][0]["edits"][0]["start"]["line"] == 5


def test_the_log_file_names_actors_and_runs(tree):
    tree.put(a=UNUSED)
    tree.correct("--log-file", "thea.log")
    records = [json.loads(line) for line in (tree.root / "thea.log").read_text().splitlines()]
    (run,) = json.loads(tree.thea("history", "--format", "json")[0])
    assert {each["run"] for each in records if each["actor"]} == {run["run"]}
    assert {"OrchestrationActor-0", "correction-0"} <= {each["actor"] for each in records}
    assert all({"time", "level", "message"} <= set(each) for each in records)


def test_colours_appear_when_forced_and_never_with_no_color(tree):
    tree.put(a=UNUSED)
    assert "\033[" in tree.correct("--check", code=1, FORCE_COLOR="1")[0]
    assert "\033[" not in tree.correct("--check", code=1, FORCE_COLOR="1", NO_COLOR="1")[0]


def test_staged_corrects_the_working_tree_and_exits_1(tree):
    tree.put(a=UNUSED, b=UNUSED)
    tree.git("add", "src/a.py")
    staged = tree.git("diff", "--cached")
    out, err = tree.correct("--staged", code=1)
    assert "corrected src/a.py" in out
    assert "Stage the corrected files again" in err
    assert (tree.read("a"), tree.read("b")) == (FIXED, UNUSED)
    assert tree.git("diff", "--cached") == staged, "the index is never changed"
    tree.git("add", "src/a.py")
    tree.correct("--staged", code=0)


def test_since_and_files_from_choose_files(tree):
    tree.put(a=UNUSED)
    tree.git("add", ".")
    tree.git("commit", "-qm", "one")
    tree.put(b=UNUSED)
    tree.correct("--since", "HEAD")
    assert (tree.read("a"), tree.read("b")) == (UNUSED, FIXED)
    tree.put(c=UNUSED)
    tree.correct("--files-from", "-", stdin=b"src/c.py\n")
    assert (tree.read("a"), tree.read("c")) == (UNUSED, FIXED)
    _, err = tree.correct("--files-from", "-", stdin=b"src/c.py\nsrc/gone.py\n", code=0)
    assert "--files-from names a file that does not exist, first src/gone.py" in err
    _, err = tree.correct("--since", "nothing-of-the-kind", code=2)
    assert "nothing-of-the-kind" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_in_order(tree, number, code):
    tree.put(a=BROKEN * 200)
    process = subprocess.Popen(
        [sys.executable, "-m", "thea_cli", "correct", "--no-cache", "-vv", "--log-file", "log"],
        cwd=tree.root, env=tree.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    ledger = tree.root / ".thea" / "ledger.sqlite"
    while not ledger.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert tree.read("a") == BROKEN * 200


@pytest.mark.parametrize("command", ["history", "stats", "review", "config"])
def test_looking_back_leaves_no_trace(tree, command):
    tree.put(a=UNUSED)
    tree.thea(command)
    assert not (tree.root / ".thea").exists()
    assert not (tree.root.parent / "state").exists()


def test_a_damaged_ledger_keeps_no_check_from_running_but_nothing_is_written_without_it(tree):
    tree.put(a=UNUSED)
    tree.correct("--check", code=1)
    for file in (tree.root / ".thea").glob("ledger.sqlite*"):
        file.write_bytes(b"garbage" * 1000)
    for more in ([], ["--no-cache"]):
        out, err = tree.correct("--check", *more, code=1)
        assert "would correct src/a.py" in out
        assert "what you turned down is not known" in err
    assert tree.correct("-", stdin=b"x = 1\n")[0] == "x = 1\n"
    _, err = tree.correct(code=2)
    assert "cannot be opened" in err
    assert tree.read("a") == UNUSED


def test_a_configuration_that_cannot_be_read_is_said_with_what_to_do(tree):
    own = tree.root / "thea.toml"
    for data, words in {
        b"select = [": "is no valid TOML",
        b"\xff": "is not UTF-8",
        b"select = 3": 'thea.toml:1: select cannot be 3: write a list, such as ["ruff"',
        b"extend = 'nowhere.toml'": "there is no configuration file",
    }.items():
        own.write_bytes(data)
        _, err = tree.thea("correct", code=2)
        assert words in err
        assert "hint:" in err


def test_a_report_goes_through_links_and_devices_and_never_replaces_them(tree):
    tree.put(a=UNUSED)
    pipe, link = tree.root.parent / "pipe", tree.root.parent / "link"
    os.mkfifo(pipe)
    link.symlink_to("target.txt")
    arguments = ["--check", "--output-format", "concise", "-o"]
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        tree.correct(*arguments, str(pipe), code=1)
        said, _ = reader.communicate(timeout=60)
    assert b"src/a.py:1:1: ruff/F401" in said
    tree.correct(*arguments, str(link), code=1)
    assert link.is_symlink()
    assert (tree.root.parent / "target.txt").read_bytes() == said
    assert "Is a directory" in tree.correct(*arguments, "src", code=2)[1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_said_plainly(tree):
    tree.put(a=UNUSED)
    _, err = tree.correct("--check", "--output-format", "json", "-o", "/dev/full", code=2)
    assert "error: cannot write: No space left on device" in err


def test_every_report_puts_a_file_that_does_not_parse_where_its_parser_objects(tree):
    tree.put(b=b"x = 1\n\n" + BROKEN)
    for form, words in {
        "concise": "src/b.py:3:1: does not parse: line 3",
        "github": "::error file=src/b.py,line=3,endLine=3,col=1,",
        "gitlab": '"begin": 3',
        "sarif": '"startLine": 3',
    }.items():
        out, _ = tree.thea("correct", "--check", "--output-format", form, code=1)
        assert words in out
    document = tree.thea("correct", "--check", "--output-format", "json", code=1)[0]
    assert [file["line"] for file in json.loads(document)["files"]] == [3]


def test_syntax_of_a_later_python_is_skipped_and_the_summary_says_what_to_do(tree):
    tree.put(a=b"lazy import os\n")
    out, err = tree.thea("correct", "--show-suggestions", "--unsafe-fixes")
    assert out == ""
    assert "1 skipped (1 newer-syntax)" in err
    assert "1 file uses syntax that is newer than Python 3." in err
    (file,) = json.loads(tree.thea("correct", "--check", "--output-format", "json")[0])["files"]
    assert "newer-syntax: line 1: Cannot use `lazy` import statement" in file["reason"]
    assert tree.read("a") == b"lazy import os\n"
