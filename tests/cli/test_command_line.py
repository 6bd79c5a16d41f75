"""The command line itself: what it imports, what it says about mistakes, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "ray", "rich", "numpy", "pydantic_settings"}


def thea(*arguments, cwd, stdin="", env=None, timeout=120):
    return subprocess.run(
        [sys.executable, "-m", "thea_cli", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def python(code, cwd):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False
    )


def imported(*arguments, cwd):
    """The top-level modules that a command line loads."""
    code = (
        "import sys, runpy, atexit\n"
        f"sys.argv = ['thea', *{list(arguments)!r}]\n"
        "names = lambda: print(*{n.partition('.')[0] for n in sys.modules}, file=sys.stderr)\n"
        "atexit.register(names)\n"
        "runpy.run_module('thea_cli', run_name='__main__')\n"
    )
    done = python(code, cwd=cwd)
    return set(done.stderr.split()), done


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["correct", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments, tmp_path):
    modules, done = imported(*arguments, cwd=tmp_path)
    assert done.returncode == 0
    assert not modules & HEAVY


def test_version_does_not_even_import_typer(tmp_path):
    assert "typer" not in imported("--version", cwd=tmp_path)[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["corect"], ["there is no command corect", "Did you mean `thea correct`?"]),
        (["correct", "--bogus"], ["--bogus", "thea correct --help"]),
        (["correct", "nowhere"], ["there is no file or folder nowhere"]),
        (
            ["correct", "--min-confidence", "2"],
            ["--min-confidence", "cannot be 2", "less than or equal to 1"],
        ),
        (["correct", "--device", "abacus"], ["--device", "abacus", "a device is auto, cpu"]),
        (["correct", "--output-format", "xml"], ["--output-format", "'xml'"]),
        (["correct", "--fail-on", "errors"], ["--fail-on suggestions=0.5"]),
        (["correct", "--staged", "--since", "HEAD"], ["--staged and --since both say which"]),
        (["correct", "--stdin-filename", "a.py"], ["--stdin-filename is for `-`"]),
        (["correct", "-", "a.py"], ["cannot be combined with other paths"]),
        (["correct", "-o", "no/such/folder/x", "."], ["cannot write the report"]),
        (["correct", "--files-from", "nowhere.txt"], ["cannot read the file list"]),
        (["correct", "--log-file", "no/such/folder/x", "."], ["cannot write the log file"]),
        (["undo", "--forget", "somerun"], ["--forget takes no run"]),
        (["rules", "cooking"], ["there is no family cooking", "syntax"]),
        (["explain", "syntax/missing-colom"], ["Did you mean syntax/missing-colon?"]),
        (["explain", "ruff/F99999"], ["there is no rule ruff/F99999", "thea rules"]),
        (["explain", "oxlint/nonsense"], ["there is no rule oxlint/nonsense"]),
        (["explain", "patterns/none"], ["there is no rule patterns/none"]),
        (["stats", "--format", "xml"], ["--format cannot be xml"]),
        (["stats", "--calibration", "--format", "prometheus"], ["one of table, json"]),
        (["config", "nowhere"], ["there is no file or folder nowhere"]),
        (["undo", "--forget", "--correction", "x"], ["there is no correction x"]),
    ],
)
def test_a_mistake_is_explained_and_exits_2_without_a_traceback(arguments, words, tmp_path):
    done = thea(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


def test_a_path_outside_the_project_is_refused(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    done = thea("correct", "one", "two", cwd=tmp_path)
    assert done.returncode == 2
    assert "outside the project root" in done.stderr


def test_an_unexpected_error_says_where_its_traceback_is(tmp_path):
    code = (
        "from thea_cli.boundary import Boundary\n"
        "def wrong(): raise ZeroDivisionError('of all things')\n"
        "raise SystemExit(Boundary().run(wrong))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "ZeroDivisionError: of all things" in done.stderr
    assert "Traceback" not in done.stderr
    (log,) = tmp_path.glob("thea-*.log")
    assert str(log) in done.stderr
    assert "Traceback" in log.read_text()


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    command = f"{sys.executable} -m thea_cli rules | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "family" in done.stdout
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_can_be_shown(shell, tmp_path):
    # Typer otherwise asks which shell it runs under, and `make` runs tests under plain sh.
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = thea("--show-completion", shell, cwd=tmp_path, env=named)
    assert done.returncode == 0, done.stderr
    assert "thea" in done.stdout


def test_shell_completion_knows_commands_and_flags(tmp_path):
    def complete(words):
        env = {
            "_THEA_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        done = subprocess.run(
            [Path(sys.executable).with_name("thea")], env={**os.environ, **env}, cwd=tmp_path,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.split()

    assert "correct" in complete("thea cor")
    assert "--min-confidence" in complete("thea correct --min")


def test_config_shows_values_with_their_origins(tmp_path):
    (tmp_path / "thea.toml").write_text("\nwords = ['frob']\nworkers = 3\n")
    done = thea("config", "--format", "json", cwd=tmp_path, env={"THEA_MAX_WORKERS": "2"})
    settings = json.loads(done.stdout)["settings"]
    assert settings["words"] == {"value": ["frob"], "origin": f"{tmp_path}/thea.toml:2"}
    assert settings["max-workers"] == {"value": 2, "origin": "env THEA_MAX_WORKERS"}
    assert settings["device"]["origin"] == "default"
    assert "workers does not count: it needs --trust" in done.stderr
    table = thea("config", "--changed", cwd=tmp_path, env={"THEA_MAX_WORKERS": "2"}).stdout
    assert "max-workers  env THEA_MAX_WORKERS" in table
    assert "device" not in table


def test_explain_shows_examples_of_our_rules_and_the_words_of_the_tools(tmp_path):
    ours = thea("explain", "syntax/missing-colon", cwd=tmp_path)
    assert "mends:" in ours.stdout
    assert "confidence:" in ours.stdout
    theirs = thea("explain", "F401", cwd=tmp_path)
    assert "unused-import" in theirs.stdout


def test_rules_lists_every_family(tmp_path):
    listed = json.loads(thea("rules", "--format", "json", cwd=tmp_path).stdout)
    names = {family["name"] for family in listed["families"]}
    assert {"syntax", "ruff", "oxlint", "spelling", "patterns"} <= names
    assert any(rule["code"] == "syntax/missing-colon" for rule in listed["rules"])


@pytest.mark.torch
def test_doctor_checks_tools_correctors_and_devices(tmp_path):
    done = thea("doctor", "--quick", "--format", "json", cwd=tmp_path)
    findings = {each["subject"]: each for each in json.loads(done.stdout)}
    assert done.returncode == 0, findings
    assert findings["tool ruff"]["state"] == "ok"
    assert findings["corrector syntax"]["state"] == "ok"
    assert "torch" in findings


@pytest.mark.torch
def test_torch_does_not_complain_of_a_missing_numpy(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['numpy'] = None\n"
        "sys.argv = ['thea', 'doctor', '--quick']\n"
        "from thea_cli.app import main\n"
        "main()\n"
    )
    done = python(code, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_doctor_says_what_to_do_about_a_missing_tool(tmp_path):
    code = (
        "import thea_code_system.tools.runner as r\n"
        "r.ToolRunner._folders = lambda self: iter(())\n"
        "from thea_cli.commands.doctor import Doctor\n"
        "raise SystemExit(Doctor(quick=True, format='json').run())\n"
    )
    done = python(code, cwd=tmp_path)
    findings = {each["subject"]: each for each in json.loads(done.stdout)}
    assert findings["tool ruff"]["state"] == "failed"
    assert "pip install ruff" in findings["tool ruff"]["advice"]
    assert done.returncode == 1


@pytest.mark.parametrize(("command", "code"), [("correct", 0), ("history", 2)])
def test_on_windows_only_some_commands_run(command, code, tmp_path, monkeypatch, capsys):
    from thea_cli.boundary import Boundary
    from thea_cli.commandline import CommandLine

    monkeypatch.setattr("thea_cli.commandline.WINDOWS", True)
    assert Boundary().run(lambda: CommandLine().run([command, "--help"])) == code
    assert ("does not run on Windows" in capsys.readouterr().err) == bool(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "missing-colon",
            ["syntax/missing-colon", "mends:", "# thea: ignore[syntax/missing-colon]"],
        ),
        ("F401", ["ruff/F401", "in the words of Ruff"]),
        ("no-debugger", ["oxlint/no-debugger belongs to the family oxlint", "https://oxc.rs"]),
        ("spelling/typo", ["belongs to the family spelling", "confidence:"]),
        ("ruff/F", ["ruff/F belongs to the family ruff"]),
        ("syntax", ["syntax/missing-colon", "syntax/merge-conflict"]),
        ("thea/unused-suppression", ["display-only", "# thea: ignore[ruff/F401]"]),
    ],
)
def test_every_code_that_a_report_names_can_be_explained(code, words, tmp_path):
    done = thea("explain", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout


def test_without_a_command_the_help_is_shown_and_nothing_is_done(tmp_path):
    done = thea(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: thea")
    assert "correct" in done.stderr
