"""What a run costs after one function of a large file was edited: in processor time, and in tokens.

    python benchmarks/cache.py [--runs 5] [--write-docs]

The file is typing_extensions.py, 4,400 lines, as it is installed here. Whole cold processes, with
the edit model and with all families; user and system time. Each edit adds a line to a function that
was not edited before. The same runs without a cache take turns with them. What starting takes is
told by runs over a file of one line: torch and the weights come in for that, too.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import typing_extensions
from document import Document

THEA = str(Path(sys.executable).with_name("thea"))
FAMILIES = {"`--select learned`": "--select", "all families": "--extend-select"}


class Project:
    """A copy of the file, in a project that nothing else knows of."""

    def __init__(self, folder: Path, option: str) -> None:
        self.file = folder / "project" / "m.py"
        self.file.parent.mkdir(parents=True)
        self.text = Path(typing_extensions.__file__).read_text("utf-8")
        self.file.write_text(self.text, "utf-8")
        self.command = [THEA, "correct", "--check", option, "learned", "--output-format", "json"]
        own = {"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"}
        self.env = {**os.environ, **{name: str(folder / place) for name, place in own.items()}}
        lines = self.text.split("\n")
        bodies = [
            node.body[-1]
            for node in ast.walk(ast.parse(self.text))
            if isinstance(node, ast.FunctionDef) and len(node.body) > 2
        ]
        self.places = [(one.lineno - 1, one.col_offset) for one in bodies if lines[one.lineno - 1]]

    def edit(self, number: int, runs: int) -> None:
        """The file with one line more, in a function that is another for each number."""
        lines = self.text.split("\n")
        line, column = self.places[number * len(self.places) // runs]
        lines.insert(line, f"{' ' * column}found = lookup({number}, None)")
        self.file.write_text("\n".join(lines), "utf-8")

    def run(self, *more: str) -> tuple[float, int]:
        """Seconds of processor time, and tokens that the model has read."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command, where = [*self.command, *more], self.file.parent
        done = subprocess.run(command, cwd=where, env=self.env, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        counters = json.loads(done.stdout)["statistics"].get("counters", {})
        return seconds, counters.get("model/tokens", 0)


def measured(folder: Path, option: str, runs: int) -> list[tuple[str, float, float]]:
    """Rows of name, seconds and tokens; medians where there are several runs."""
    project = Project(folder, option)
    rows = [("first run, no cache yet", *project.run()), ("nothing changed", *project.run())]
    names = ("one function edited", "without cache", "a file of one line")
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
    for number in range(runs):
        project.edit(number, runs)
        found[names[0]].append(project.run())
        found[names[1]].append(project.run("--no-cache"))
        project.file.write_text("x = 1\n", "utf-8")
        found[names[2]].append(project.run("--no-cache"))
    for name, values in found.items():
        seconds, tokens = (statistics.median(each) for each in zip(*values, strict=True))
        rows.append((name, seconds, tokens))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    lines = []
    for name, option in FAMILIES.items():
        folder = Path(tempfile.mkdtemp(prefix="thea-cache-"))
        try:
            rows = measured(folder, option, options.runs)
        finally:
            shutil.rmtree(folder)
        start, whole = rows[-1][1], rows[-2][1] - rows[-1][1]
        for what, seconds, tokens in rows:
            share = f"{100 * max(seconds - start, 0) / whole:.0f} %"
            lines.append(f"| {name} | {what} | {seconds:.2f} | {share} | {tokens:,.0f} |")
            print(lines[-1], flush=True)
    if options.write_docs:
        how = "typing_extensions.py (4,400 lines), whole cold processes, processor time"
        command = f"`python benchmarks/cache.py --runs {options.runs}`"
        head = [
            "## Work in proportion to the change",
            "",
            f"{command}: {how}, medians of the last three in turns; load {Document.load()}.",
            "",
            "| correctors | run | seconds | beyond starting | tokens read |",
            "|---|---|--:|--:|--:|",
        ]
        Document().write("cache", [*head, *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
