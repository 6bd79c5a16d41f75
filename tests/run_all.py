"""Run every test, the slow ones too, and write their table to docs/test-all.md."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "test-all.md"
SLOWEST = 15


class Results:
    """What pytest wrote about one run, in JUnit's XML."""

    def __init__(self, report: Path) -> None:
        self.cases = list(ET.parse(report).iter("testcase"))

    def table(self) -> str:
        """One row a folder of tests, then the slowest tests."""
        rows = defaultdict(lambda: defaultdict(float))
        for case in self.cases:
            parts = case.get("classname", "").split(".")[:3]
            folder = "/".join(part for part in parts if not part.startswith("test_"))
            for row in (rows[folder], rows["all"]):
                row[self.outcome(case)] += 1
                row["seconds"] += float(case.get("time", 0))
        lines = ["| tests | passed | failed | skipped | seconds |", "|---|---:|---:|---:|---:|"]
        for folder, row in sorted(rows.items(), key=lambda item: (item[0] == "all", item[0])):
            counts = " | ".join(f"{row[name]:.0f}" for name in ("passed", "failed", "skipped"))
            lines.append(f"| {folder} | {counts} | {row['seconds']:.1f} |")
        return "\n".join(lines)

    def slowest(self) -> str:
        """Name the tests that took longest."""
        ranked = sorted(self.cases, key=lambda case: -float(case.get("time", 0)))
        lines = ["| slowest | seconds |", "|---|---:|"]
        for case in ranked[:SLOWEST]:
            name = f"{case.get('classname')}.{case.get('name')}".replace("|", "\\|")
            lines.append(f"| {name} | {float(case.get('time', 0)):.1f} |")
        return "\n".join(lines)

    @staticmethod
    def outcome(case: ET.Element) -> str:
        """Return passed, failed or skipped."""
        if case.find("failure") is not None or case.find("error") is not None:
            return "failed"
        return "passed" if case.find("skipped") is None else "skipped"


def commit() -> str:
    """Name the commit under test, and say so where files differ from it."""
    arguments = ["git", "describe", "--always", "--abbrev=12", "--dirty"]
    return subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def machine() -> str:
    """Describe what the run ran on, without naming the machine."""
    torch = "no torch"
    if importlib.util.find_spec("torch"):
        torch = f"torch {importlib.metadata.version('torch')}"
    python = platform.python_version()
    return f"Python {python}, {torch}, {os.cpu_count()} cores, {platform.system()}"


def main() -> int:
    """Run pytest and write the table; return pytest's exit code."""
    tested = commit()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *sys.argv[1:]]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        results = Results(report)
    TABLE.write_text(
        "# All tests\n\n"
        f"Written by `make test-all` on {datetime.now(timezone.utc):%Y-%m-%d}, "
        f"commit {tested}, {machine()}.\n\n{results.table()}\n\n{results.slowest()}\n",
        encoding="utf-8",
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
