"""Every rule and every command explains itself, and the generated pages say the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from thea_cli.commandline import COMMANDS, CommandLine
from thea_code_system.correctors.syntax.discovery import RuleBook

ROOT = Path(__file__).resolve().parents[2]
RULES = {rule.name: rule for rule in RuleBook().rules}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_docstring_and_examples_of_both_kinds(name):
    rule = type(RULES[name])
    assert rule.__doc__, "its own docstring, not an inherited one"
    assert rule.CLEAN, "what it leaves alone"
    assert rule.FIXES, "what it mends"
    assert all(before != after for before, after in rule.FIXES.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_examples_and_a_page(name):
    done = subprocess.run(
        [sys.executable, "-m", "thea_cli", name, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _, found, examples = done.stdout.partition("Examples:")
    assert found, "its help ends with examples"
    assert f"thea {name}" in examples
    assert (ROOT / "docs" / "commands" / f"{name}.md").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_has_help(name):
    group = CommandLine().group
    bare = [
        option.name
        for option in group.get_command(None, name).params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ]
    assert not bare


def test_the_generated_pages_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run `make docs`:\n{done.stdout}{done.stderr}"
