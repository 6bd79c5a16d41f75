"""Test suites before and after a run."""

from __future__ import annotations

import os
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

# Those that need neither a server nor the network and end within a minute or two.
SUITES = {
    "arrow": ["tests"],
    "attrs": ["tests", "--ignore=tests/test_mypy.yml"],
    "beautifulsoup4": ["bs4/tests"],
    "boltons": ["tests"],
    "bottle": ["test"],
    "cachetools": ["tests"],
    "click": ["tests"],
    "flask": ["tests"],
    "isort": ["tests/unit/test_parse.py", "tests/unit/test_settings.py"],
    "itsdangerous": ["tests"],
    "jinja2": ["tests"],
    "jsonschema": ["jsonschema/tests"],
    "marshmallow": ["tests"],
    "mistune": ["tests"],
    "more-itertools": ["tests"],
    "packaging": ["tests", "--ignore=tests/test_manylinux.py"],
    "pluggy": ["testing"],
    "pyflakes": ["pyflakes/test"],
    "pyparsing": ["tests"],
    "python-dateutil": ["tests", "dateutil/test"],
    "tabulate": ["test"],
    "tomlkit": ["tests"],
    "toolz": ["toolz/tests"],
    "werkzeug": ["tests", "--ignore=tests/test_serving.py"],
    "wtforms": ["tests"],
}

CLOCK = re.compile(r"\d\d:\d\d:\d\d")  # some tests are named after the time of their run


class Suites:
    """Runs the suite of a package as it lies in a tree, against that tree's own code."""

    def __init__(self, python: Path, seconds: int = 600) -> None:
        self.python = python
        self.seconds = seconds

    def outcomes(self, name: str, tree: Path, path: Path, results: Path) -> dict[str, str]:
        """``passed``, ``failed`` or ``skipped`` by test; ``path`` goes onto PYTHONPATH."""
        results.unlink(missing_ok=True)
        present = [part for part in SUITES[name] if part[0] == "-" or (tree / part).exists()]
        quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={results}"]
        subprocess.run(
            [str(self.python), "-B", "-m", "pytest", *quiet, *present],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": f"{path}{os.pathsep}{tree}", "PYTHONHASHSEED": "0"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=self.seconds,
            check=False,
        )
        return self.read(results) if results.exists() else {}

    @staticmethod
    def read(results: Path) -> dict[str, str]:
        """The outcomes in a file of pytest's; one name for the worst of several."""
        found: dict[str, str] = {}
        for case in ET.parse(results).iter("testcase"):
            name = CLOCK.sub("now", f"{case.get('classname')}::{case.get('name')}")
            kinds = {child.tag for child in case}
            outcome = "failed" if kinds & {"failure", "error"} else "passed"
            outcome = "skipped" if "skipped" in kinds else outcome
            found[name] = "failed" if found.get(name) == "failed" else outcome
        return found


def newly_failing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Tests that passed and do not any more."""
    return sorted(
        name for name in before if before[name] == "passed" and after.get(name) != "passed"
    )
