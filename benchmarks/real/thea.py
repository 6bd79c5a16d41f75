"""Runs the program, and reads its reports."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from real.trees import Tree
from thea_code_system.values.source import LineMap

SECONDS = 3600
ENVIRONMENT = {
    "NO_COLOR": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONSAFEPATH": "1",
}


@dataclass(frozen=True)
class Applied:
    """One correction that was applied; ``diff`` has no line numbers, so its hash survives moves."""

    file: str
    line: int
    rule: str
    message: str
    parsed: bool
    diff_hash: str
    diff: str


class Run:
    """What one run of the program came to."""

    def __init__(self, code: int, errors: str, report: dict) -> None:
        self.code = code
        self.errors = errors
        self.report = report

    @property
    def crashed(self) -> str:
        """Why this is no run that a user should see; empty if it is one."""
        failed = [
            file
            for file in self.report.get("files", ())
            if file["status"] == "failed" and not file["reason"].startswith("does not parse")
        ]
        if failed:
            return f"{len(failed)} failed: {failed[0]['path']}: {failed[0]['reason'][-300:]}"
        if self.code not in {0, 1} or "Traceback" in self.errors:
            return f"exit {self.code}: {self.errors[-300:]}"
        return ""

    def applied(self, original: Tree) -> list[Applied]:
        """Every correction that was applied, as one hunk of its own."""
        return [
            self._applied(original, file["path"], correction)
            for file in self.report.get("files", ())
            for correction in file["corrections"]
            if correction["state"] == "applied"
        ]

    @staticmethod
    def _applied(original: Tree, path: str, correction: dict) -> Applied:
        source = original.source(path)
        before = source.text
        lines, after = LineMap.of(before), before
        edits = sorted(correction["edits"], key=lambda one: tuple(one["start"].values()))
        for edit in reversed(edits):
            start, end = (lines.offset(**edit[side]) for side in ("start", "end"))
            after = after[:start] + edit["replacement"] + after[end:]
        hunks = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        diff = "\n".join(line for line in list(hunks)[2:] if not line.startswith("@@"))
        return Applied(
            file=path,
            line=min((edit["start"]["line"] for edit in correction["edits"]), default=1),
            rule="+".join(correction["rules"]),
            message=correction["message"],
            parsed=original.parses(path),
            diff_hash=hashlib.blake2b(diff.encode(), digest_size=6).hexdigest(),
            diff=diff,
        )


class Thea:
    """The program, as a user starts it."""

    def __init__(self, state: Path) -> None:
        """``state`` is a folder for the report, and for what the program keeps for its user."""
        self.state = state
        self.command = [sys.executable, "-m", "thea_cli"]
        homes = {"XDG_STATE_HOME": str(state / "home"), "XDG_CACHE_HOME": str(state / "home")}
        self.environment = {**os.environ, **ENVIRONMENT, **homes}

    def correct(self, tree: Tree, *flags: str, environment: dict[str, str] | None = None) -> Run:
        """``thea correct .`` in a tree."""
        self.state.mkdir(parents=True, exist_ok=True)
        report = self.state / "report.json"
        report.unlink(missing_ok=True)
        done = self._run(
            tree,
            ["correct", ".", "--output-format", "json", "-o", str(report), *flags],
            environment or {},
        )
        known = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        return Run(done.returncode, done.stderr, known)

    def undo(self, tree: Tree) -> int:
        """``thea undo`` in a tree; its exit status."""
        return self._run(tree, ["undo"], {}).returncode

    def _run(self, tree: Tree, arguments: list[str], environment: dict[str, str]):
        return subprocess.run(
            [*self.command, *arguments],
            cwd=tree.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def rows(applied: list[Applied]) -> list[dict]:
    """The same for JSON."""
    return [asdict(one) for one in applied]
