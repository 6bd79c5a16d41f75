"""Time `thea correct` through the warm process against `ruff check`, each as a whole process.

    python benchmarks/warm.py [--runs 30] [--tree DIR] [--files 10000] [--write-docs]

Three files, as a hook is given them: with nothing to correct, with corrections by rules, and with
one that does not parse, for which the edit model reads. They are written before each run, with a
line that no cache has seen, but for those "as before". Then the files of DIR on which Ruff finds
nothing, unchanged since the last run; there Ruff has its cache. The programs take turns. Prints
medians in milliseconds and their ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from document import Document
from figures import Trees

BIN = Path(sys.executable).parent
CLEAN = '"""A module."""\n\nimport os\n\n\ndef here() -> str:\n    return os.getcwd()\n'
UNUSED = CLEAN.replace("import os\n", "import os\nimport sys\n")
BROKEN = CLEAN.replace("-> str:", "-> str")
AS_BEFORE = "3 files, nothing to correct, as before"
CASES = {
    "a start of Python that does nothing": ([CLEAN] * 3, ""),
    AS_BEFORE: ([CLEAN] * 3, "at most 2 times Ruff"),
    "3 files, nothing to correct, new": ([CLEAN] * 3, "at most 2 times Ruff"),
    "3 files, corrections by rules": ([UNUSED, UNUSED, CLEAN], "under 100 ms"),
    "3 files, with the edit model": ([BROKEN, UNUSED, CLEAN], "under 300 ms"),
}
ERRORS = ("check", "--select", "F,E9", "--isolated", "--quiet")


class Stage:
    """A project, and a user whose warm process nobody else uses."""

    def __init__(self, folder: Path) -> None:
        self.root, self.names = folder / "project", [f"module_{n}" for n in range(3)]
        self.root.mkdir()
        (self.root / "thea.toml").touch()
        (folder / "run").mkdir(mode=0o700)
        own = {"XDG_RUNTIME_DIR": "run", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"}
        self.env = {**os.environ, **{name: str(folder / place) for name, place in own.items()}}

    def milliseconds(self, *command: str) -> float:
        start = time.perf_counter()
        subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, check=False)
        return 1000 * (time.perf_counter() - start)

    def put(self, texts: list[str], number: int) -> None:
        """The files as they were, with a line that no cache has seen."""
        for name, text in zip(self.names, texts, strict=True):
            fresh = f"{text}\n# {time.time_ns()}\n" if number else text
            (self.root / f"{name}.py").write_text(fresh)

    def medians(self, name: str, texts: list[str], runs: int) -> tuple[float, float]:
        """Of Thea and of Ruff."""
        files = [f"{module}.py" for module in self.names]
        ours = [str(BIN / "thea"), "correct", *files]
        if name not in list(CASES)[1:]:
            ours = [sys.executable, "-c", "pass"]
        theirs = [str(BIN / "ruff"), "check", "--no-cache", *files]
        return self.in_turns(
            ours, theirs, runs, lambda number: self.put(texts, 0 if name == AS_BEFORE else number)
        )

    def in_turns(
        self, ours: list[str], theirs: list[str], runs: int, before: Callable[[int], None]
    ) -> tuple[float, float]:
        """Medians of two commands, each after what is done before a run."""
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(runs + 1):
            for taken, command in zip(times, (ours, theirs), strict=True):
                before(number)
                time.sleep(0.3)  # as after saving: the warm process has forked what waits next
                taken.append(self.milliseconds(*command))
        thea, ruff = (statistics.median(each[1:]) for each in times)
        return thea, ruff

    def unchanged(self, tree: Path, files: int, runs: int) -> tuple[int, float, float]:
        """How many files Ruff finds clean, and medians of Thea and of Ruff over them."""
        Trees(tree, self.root).real(files).rename(self.root / "tree")
        self.root = self.root / "tree"
        for listed in self._flagged():
            Path(listed).unlink()
        ours, theirs = [str(BIN / "thea"), "correct", "."], [str(BIN / "ruff"), *ERRORS, "."]
        for command in (ours, ours, theirs):
            self.milliseconds(*command)
        count = sum(1 for _ in self.root.rglob("*.py"))
        return count, *self.in_turns(ours, theirs, runs, lambda _: None)

    def _flagged(self) -> set[str]:
        command = [str(BIN / "ruff"), *ERRORS, "--no-cache", "--output-format", "json", "."]
        done = subprocess.run(
            command, cwd=self.root, env=self.env, capture_output=True, check=False
        )
        return {finding["filename"] for finding in json.loads(done.stdout)}


def row(name: str, thea: float, ruff: float, goal: str) -> str:
    """A line of the table, also printed."""
    line = f"| {name} | {thea:.0f} | {ruff:.0f} | {thea / ruff:.1f} | {goal} |"
    print(line, flush=True)
    return line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--tree", type=Path, help="real Python projects")
    parser.add_argument("--files", type=int, default=10_000, help="files of the tree to take")
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))
    stage = Stage(folder)
    stage.milliseconds(str(BIN / "thea"), "cluster", "up")
    rows = []
    try:
        for name, (texts, goal) in CASES.items():
            rows.append(row(name, *stage.medians(name, texts, options.runs), goal))
        if options.tree:
            count, *both = stage.unchanged(options.tree, options.files, options.runs)
            rows.append(row(f"{count:,} files, unchanged", *both, "at most Ruff's with its cache"))
    finally:
        stage.milliseconds(str(BIN / "thea"), "cluster", "down")
        shutil.rmtree(folder)
    if options.write_docs:
        command = f"`python benchmarks/warm.py --runs {options.runs} --tree DIR`"
        how = "whole processes, medians in milliseconds, in turns"
        head = [
            "## Warm hooks",
            "",
            f"{command}: {how}; load {Document.load()}.",
            "",
            "| | thea, warm | ruff check | ratio | goal |",
            "|---|--:|--:|--:|---|",
        ]
        Document().write("warm", [*head, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
