"""How time and memory grow with the tree, and with the share of it that changed.

    python benchmarks/growth.py [--sizes 1000,10000,100000] [--shares 1,10,100] [--write-docs]

The files are small, all different, and one in ten has something to correct (Ruff's F541). A tree is
corrected cold, then once more with nothing changed; then a share of its files is changed. Time is
processor time of the whole process and its children, as other work here cannot change it much;
memory is the peak of the one process that corrects. Straight lines are fitted by least squares of
relative deviations, and drawn with the points. One worker, so that nothing is placed elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from chart import LogChart
from document import Document
from figures import FAULT, Commands, Figures, Trees

MIB = 2.0**20


class Line:
    """A straight line through points, by least squares of relative deviations."""

    def __init__(self, points):
        weights = [1 / y**2 for _, y in points]
        total = sum(weights)
        x0 = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
        y0 = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
        spread = sum(w * (x - x0) ** 2 for w, (x, _) in zip(weights, points, strict=True))
        lean = sum(w * (x - x0) * (y - y0) for w, (x, y) in zip(weights, points, strict=True))
        self.slope = lean / spread
        self.start = y0 - self.slope * x0
        self.worst = max(abs(self.at(x) / y - 1) for x, y in points)

    def at(self, x):
        return self.start + self.slope * x

    def drawn(self, points):
        """Points between the outermost ones, close enough for a curve on logarithmic axes."""
        low, high = min(x for x, _ in points), max(x for x, _ in points)
        between = [low * (high / low) ** (step / 40) for step in range(41)]
        return [(x, self.at(x)) for x in between if self.at(x) > 0]


class Growth:
    """Runs over trees of several sizes, and with several shares changed."""

    def __init__(self, work):
        self.trees, self.commands = Trees(work, work), Commands(work)
        self.figures = Figures()
        self.series: dict[str, list[tuple[float, float]]] = {}

    def run(self, sizes, shares, share_size):
        for size in sizes:
            tree = self.trees.small(size)
            time.sleep(0.1)  # stamps of files that are just written prove nothing
            self._note("cold", size, *self._spent(tree))
            self._note("nothing changed", size, *self._spent(tree))
            for share in shares if size == share_size else ():
                changed = self._change(tree, share)
                self._note(f"changed of {size:,}", changed, *self._spent(tree))
            shutil.rmtree(tree)

    def _change(self, tree, share):
        """Add a fault to every tenth of a share of the files, and a comment to the others of it."""
        chosen = sorted(tree.rglob("*.py"))[:: 100 // share]
        for number, path in enumerate(chosen):
            line = FAULT if number % 10 == 0 else f"# {time.time_ns()}\n"
            path.write_bytes(path.read_bytes() + line.encode())
        time.sleep(0.1)
        return len(chosen)

    def _spent(self, tree):
        """Processor seconds and the peak of resident bytes of one run."""
        process = self.commands.start(self.commands.thea("correct", "--workers", "1", "."), tree)
        with process.stderr as words:
            said = words.read()
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) not in {0, 1}:
            raise SystemExit(said.decode())
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024.0

    def _note(self, name, size, seconds, memory):
        self.series.setdefault(f"{name}, processor s", []).append((size, seconds))
        self.series.setdefault(f"{name}, MiB", []).append((size, memory / MIB))
        words = f"{size:,} files {name}"
        self.figures.note(words, f"{seconds:.2f} s", f"{memory / MIB:.0f} MiB")

    def chart(self, file, title, across, unit, names):
        """Draw some series with their lines, and note what a thousand files cost."""
        chart = LogChart(title, across, unit)
        for name in names:
            points = self.series[f"{name}, {unit}"]
            line = Line(points)
            chart.add(f"{name}: {line.start:.3g} + {1000 * line.slope:.3g} for each 1,000 files",
                      points, line.drawn(points))  # fmt: skip
            words = f"  {name}: each 1,000 files more, {unit}"
            off = f"{line.worst:.0%} off at most"
            self.figures.note(words, f"{1000 * line.slope:.3g}", "", off)
        chart.save(file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--shares", default="1,10,100", help="per cent of the middle tree")
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    sizes = [int(one) for one in options.sizes.split(",")]
    shares = [int(one) for one in options.shares.split(",")]
    middle = sizes[len(sizes) // 2]
    load = Document.load()
    with tempfile.TemporaryDirectory(prefix="thea-growth-") as folder:
        growth = Growth(Path(folder).resolve())
        growth.run(sizes, shares, middle)
    whole = ("cold", "nothing changed")
    for file, unit in (("growth-time", "processor s"), ("growth-memory", "MiB")):
        growth.chart(file, "A tree of small files", "files", unit, whole)
    changed = (f"changed of {middle:,}",)
    growth.chart("growth-changed", "A share has changed", "files changed", "processor s", changed)
    if options.write_docs:
        command = f"`python benchmarks/growth.py --sizes {options.sizes} --shares {options.shares}`"
        head = [
            "## Growth",
            "",
            f"{command}, one worker; load {load}.",
            "",
            *(f"![{name}](plots/growth-{name}.svg)" for name in ("time", "memory", "changed")),
            "",
            "| | processor time | peak memory | |",
            "|---|--:|--:|---|",
        ]
        Document().write("growth", [*head, *list(growth.figures.table())[2:]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
