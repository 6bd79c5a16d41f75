"""What tests keep Thea from breaking, over real projects that have some.

    python benchmarks/proofs.py CORPUS --out DIR --imports PYTHON [--packages a,b] [--write-docs]

CORPUS is what `corpus.py` brings, PYTHON an interpreter that has the packages' dependencies and
pytest. Each package that has a suite in `real/suites.py` is corrected twice, with every corrector
and `--unsafe-fixes`: with `--test-command`, and without. The suite runs before and after both.
A test that bears another name afterwards (`lambda x: f(x)` among its parameters became `f`) does
not count as failing. Results are kept under DIR, one file a package; what has a result there is not
run again. The exit status is 1 if a proven run left a suite worse than it was.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from pathlib import Path

from document import Document
from real.imports import Imports
from real.suites import SUITES, Suites, newly_failing
from real.thea import Run, Thea
from real.trees import Tree

EVERY = "syntax,ruff,oxlint,spelling,patterns,learned"
BUDGET = "20m"
HEAD = (
    "| package | tests passed | applied | rejected | by | trees | newly failing"
    " | without tests: applied | newly failing |"
)


class Project:
    """One package with its suite."""

    def __init__(self, source: Path, options: argparse.Namespace) -> None:
        self.name, _, self.version = source.name.rpartition("-")
        self._original, self._options = Tree(source), options
        self._work = options.out / "work" / source.name
        self._thea = Thea(self._work / "state")
        self._suites = Suites(options.imports, seconds=1_200)
        self._imports = Imports(options.imports)

    def measure(self) -> dict:
        """All about it; what was measured already is read."""
        kept = self._options.out / f"{self.name}.json"
        if kept.exists():
            return json.loads(kept.read_text(encoding="utf-8"))
        before = self._outcomes(self._copy("before"))
        flags = ("--unsafe-fixes", "--select", EVERY, "--workers", "2")
        proved = ("--test-command", self._command(), "--verify-budget", BUDGET)
        found = {
            "name": self.name,
            "version": self.version,
            "passed": sum(1 for outcome in before.values() if outcome == "passed"),
            "proved": self._corrected("proved", before, *flags, *proved),
            "bare": self._corrected("bare", before, *flags),
        }
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
        shutil.rmtree(self._work, ignore_errors=True)
        return found

    def _corrected(self, folder: str, before: dict[str, str], *flags: str) -> dict:
        tree = self._copy(folder)
        run = self._thea.correct(tree, *flags)
        rejected = [
            {"path": file["path"], "rules": one["rules"], "reason": one["reason"]}
            for file in run.report.get("files", ())
            for one in file["corrections"]
            if one["state"] == "rejected"
        ]
        after = self._outcomes(tree)
        worse = newly_failing(before, after)
        return {
            "crash": run.crashed,
            "applied": len(run.applied(self._original)),
            "rejected": [one for one in rejected if one["reason"].startswith("breaks")],
            "trees": self._trees(run),
            "warnings": run.errors,
            "newly_failing": [name for name in worse if name in after],
            "renamed": [name for name in worse if name not in after],
        }

    @staticmethod
    def _trees(run: Run) -> int:
        return sum(run.report.get("statistics", {}).get("proof", {}).values())

    def _outcomes(self, tree: Tree) -> dict[str, str]:
        results = self._work / "junit.xml"
        return self._suites.outcomes(self.name, tree.root, self._imports.root(tree.root), results)

    def _command(self) -> str:
        here = self._original.root
        parts = [part for part in SUITES[self.name] if part[0] == "-" or (here / part).exists()]
        pytest = [str(self._options.imports), "-B", "-m", "pytest", "-q", "-p", "no:randomly"]
        return f"PYTHONHASHSEED=0 {shlex.join([*pytest, *parts])}"

    def _copy(self, folder: str) -> Tree:
        return Tree.copy(self._original.root, self._work / folder / self._original.root.name)


class Table:
    """The results as Markdown."""

    def __init__(self, projects: list[dict]) -> None:
        self._projects = projects

    def section(self) -> list[str]:
        applied = sum(one["proved"]["applied"] for one in self._projects)
        rejected = sum(len(one["proved"]["rejected"]) for one in self._projects)
        broken = sum(bool(one["bare"]["newly_failing"]) for one in self._projects)
        words = (
            f"`python benchmarks/proofs.py`: every corrector with `--unsafe-fixes` on"
            f" {len(self._projects)} projects. With `--test-command` {applied:,} corrections were"
            f" applied and {rejected:,} rejected; without it {broken} of the suites were worse."
        )
        return [
            "## Proven by tests",
            "",
            words,
            "",
            HEAD,
            "|---" + "|--:" * 3 + "|---" + "|--:" * 4 + "|",
            *(self.row(one) for one in self._projects),
        ]

    @staticmethod
    def row(one: dict) -> str:
        proved, bare = one["proved"], one["bare"]
        reasons = {each["reason"].removeprefix("breaks ") for each in proved["rejected"]}
        by = "<br>".join(f"`{reason}`" for reason in sorted(reasons)[:3])
        cells = [
            f"{one['name']} {one['version']}",
            one["passed"],
            proved["applied"],
            len(proved["rejected"]),
            by,
            proved["trees"],
            len(proved["newly_failing"]),
            bare["applied"],
            len(bare["newly_failing"]),
        ]
        crash = proved["crash"] or bare["crash"]
        return f"| {' | '.join(map(str, cells))} |{f' CRASH {crash}' if crash else ''}"


class Main:
    """The command line."""

    def run(self) -> int:
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument("corpus", type=Path)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--imports", type=Path, required=True)
        parser.add_argument("--packages", default="")
        parser.add_argument("--write-docs", action="store_true")
        options = parser.parse_args()
        wanted = set(filter(None, options.packages.split(","))) or set(SUITES)
        found = []
        for source in sorted((options.corpus / "pypi").iterdir()):
            if source.name.rpartition("-")[0] in wanted & set(SUITES):
                found.append(Project(source, options).measure())
                print(Table.row(found[-1]), flush=True)
        if options.write_docs:
            Document().write("proofs", Table(found).section())
        return int(any(one["proved"]["newly_failing"] for one in found))


if __name__ == "__main__":
    sys.exit(Main().run())
