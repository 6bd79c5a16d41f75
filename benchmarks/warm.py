"""Time `thea correct` through the warm process against `ruff check`, each as a whole process.

    python benchmarks/warm.py [--runs 30] [--write-docs]

Three files, as a hook is given them: with nothing to correct, with corrections by rules, and with
one that does not parse, for which the edit model reads. The two programs take turns, on the same
files, which are put back before each run. Prints medians in milliseconds and their ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from document import Document

BIN = Path(sys.executable).parent
CLEAN = '"""A module."""\n\nimport os\n\n\ndef here() -> str:\n    return os.getcwd()\n'
UNUSED = CLEAN.replace("import os\n", "import os\nimport sys\n")
BROKEN = CLEAN.replace("-> str:", "-> str")
CASES = {
    "nothing to correct": ([CLEAN] * 3, "at most 2 times Ruff"),
    "corrections by rules": ([UNUSED, UNUSED, CLEAN], "under 100 ms"),
    "with the edit model": ([BROKEN, UNUSED, CLEAN], "under 300 ms"),
}


class Stage:
    """A project, and a user whose warm process nobody else uses."""

    def __init__(self, folder: Path) -> None:
        self.root, self.names = folder / "project", [f"module_{n}.py" for n in range(3)]
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
            (self.root / name).write_text(f"{text}\n# {number}\n" if number else text)

    def medians(self, texts: list[str], runs: int) -> tuple[float, float]:
        """Of Thea and of Ruff."""
        times: tuple[list[float], list[float]] = ([], [])
        changes = texts != [CLEAN] * 3
        for number in range(runs + 1):
            self.put(texts, number if changes else 0)
            times[1].append(
                self.milliseconds(str(BIN / "ruff"), "check", "--no-cache", *self.names)
            )
            times[0].append(self.milliseconds(str(BIN / "thea"), "correct", *self.names))
        thea, ruff = (statistics.median(each[1:]) for each in times)
        return thea, ruff


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))
    stage = Stage(folder)
    stage.milliseconds(str(BIN / "thea"), "cluster", "up")
    rows = []
    try:
        for name, (texts, goal) in CASES.items():
            thea, ruff = stage.medians(texts, options.runs)
            rows.append(f"| {name} | {thea:.0f} | {ruff:.0f} | {thea / ruff:.1f} | {goal} |")
            print(rows[-1], flush=True)
    finally:
        stage.milliseconds(str(BIN / "thea"), "cluster", "down")
        shutil.rmtree(folder)
    if options.write_docs:
        command = f"`python benchmarks/warm.py --runs {options.runs}`"
        how = "three files, whole processes, medians in milliseconds, in turns"
        head = [
            "## Warm hooks",
            "",
            f"{command}: {how}; load {Document.load()}.",
            "",
            "| three files | thea, warm | ruff check | ratio | goal |",
            "|---|--:|--:|--:|---|",
        ]
        Document().write("warm", [*head, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
