"""What Thea does to the source distributions of well-known packages.

    python benchmarks/real_input.py CORPUS --out DIR [--packages a,b] [--unsafe] [--imports PYTHON]
        [--suites] [--placements] [--jobs N] [--json FILE] [--write-docs] [--verdicts FILE]

CORPUS is what `corpus.py` brings. Every package is copied, then corrected by a plain run: what
changes, does it parse and import as before, does a second run change nothing, does `thea undo`
restore every byte? `--unsafe` corrects another copy with `--unsafe-fixes`. PYTHON is an interpreter
that has the packages' dependencies (and pytest, for `--suites`); without it nothing is imported.
Results are kept under DIR, one file a package and one for the placements; what has a result there
is not run again. Prints a table; `--write-docs` puts it into docs/benchmarks.md. With `--verdicts`
the exit status is 1 unless every correction of a plain run on a file that parsed has a verdict.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import csv
import json
import shutil
import sys
from pathlib import Path

from real.imports import Imports, lost
from real.placements import Placements
from real.suites import SUITES, Suites, newly_failing
from real.tables import Tables
from real.thea import Thea, rows
from real.trees import Tree, changed

DOCS = Path(__file__).parents[1] / "docs"


class Package:
    """One package under test."""

    def __init__(self, source: Path, options: argparse.Namespace) -> None:
        self.kind = source.parent.name
        self.name, _, self.version = source.name.rpartition("-")
        self.original = Tree(source)
        self.options = options
        self.work = options.out / "work" / self.kind / source.name
        self.thea = Thea(self.work / "state")
        self.imports = Imports(options.imports) if options.imports else None
        self.results = options.out / "results"

    def measure(self) -> dict:
        """Everything about this package; what was measured already is read."""
        kept = self.results / f"{self.kind}-{self.name}.json"
        found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        if "plain" not in found:
            found |= {"kind": self.kind, "name": self.name, "version": self.version}
            found |= {"plain": self._plain()}
        if self.options.unsafe and "unsafe" not in found:
            found["unsafe"] = self._unsafe()
        if self.options.suites and self.name in SUITES and "suite" not in found:
            found["suite"] = self._suite()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
        shutil.rmtree(self.work, ignore_errors=True)
        return found

    def _copy(self) -> Tree:
        return Tree.copy(self.original.root, self.work / "tree" / self.original.root.name)

    def _plain(self) -> dict:
        tree = self._copy()
        before = tree.digests()
        run = self.thea.correct(tree, "--workers", "1")
        after = tree.digests()
        touched = changed(before, after)
        found = {
            "crash": run.crashed,
            "exit": run.code,
            "statistics": run.report.get("statistics"),
            "changed": touched,
            "harmed": self._harmed(tree, touched),
            "applied": rows(run.applied(self.original)),
            "imports": self._imports(tree, touched),
        }
        if not (tree.root / ".thea").is_dir():
            found["crash"] = found["crash"] or "no state beside the tree: it is not its own project"
        self.thea.correct(tree, "--workers", "1")
        found["second"] = changed(after, tree.digests())
        if touched:
            self.thea.undo(tree)
        found["undone"] = changed(before, tree.digests())
        return found

    def _unsafe(self) -> dict:
        tree = self._copy()
        before = tree.digests()
        run = self.thea.correct(tree, "--workers", "1", "--unsafe-fixes")
        touched = changed(before, tree.digests())
        return {
            "crash": run.crashed,
            "changed": touched,
            "harmed": self._harmed(tree, touched),
            "applied": len(run.applied(self.original)),
            "imports": self._imports(tree, touched),
        }

    def _suite(self) -> dict:
        suites, results = Suites(self.options.imports), self.work / "junit.xml"
        tree = self._copy()
        path = self.imports.root(tree.root)
        before = suites.outcomes(self.name, tree.root, path, results)
        tree = self._copy()
        run = self.thea.correct(tree, "--workers", "1")
        after = suites.outcomes(self.name, tree.root, path, results)
        return {
            "passed": sum(1 for outcome in before.values() if outcome == "passed"),
            "applied": len(run.applied(self.original)),
            "newly_failing": newly_failing(before, after),
        }

    def _harmed(self, tree: Tree, touched: list[str]) -> list[str]:
        """Files that parsed, and do not any more."""
        return [path for path in touched if self.original.parses(path) and not tree.parses(path)]

    def _imports(self, tree: Tree, touched: list[str]) -> dict | None:
        """Both sides are copies at the same place, so that only the bytes differ."""
        if self.imports is None or self.kind != "pypi":
            return None
        names = self.imports.names(tree.root, touched)
        after = self.imports.works(tree.root, names)
        before = self.imports.works(self._beside(), names)
        works = sum(1 for outcome in before.values() if outcome == "yes")
        return {"names": len(names), "worked": works, "lost": lost(before, after)}

    def _beside(self) -> Path:
        return Tree.copy(self.original.root, self.work / "before").root


def verdicts_missing(found: list[dict], path: Path) -> list[str]:
    """Corrections of files that parsed for which the table of verdicts has no row."""
    with path.open(encoding="utf-8", newline="") as table:
        known = {(row["package"], row["file"], row["diff hash"]) for row in csv.DictReader(table)}
    return [
        f"{package['name']} {one['file']}:{one['line']} {one['rule']}"
        for package in found
        for one in package["plain"]["applied"]
        if one["parsed"] and (package["name"], one["file"], one["diff_hash"]) not in known
    ]


def placements(options: argparse.Namespace) -> list[dict]:
    """One row a place; the first is what the others are compared with."""
    out, kept = options.out / "placements", options.out / "placements.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    places = Placements(options.corpus, out, Thea(out / "state"))
    places.lay(options.files, options.files // 50)
    found: list[dict] = []
    first: dict = {}
    for name, run, same in places.results():
        first = first or same
        unequal = changed(first["bytes"], same["bytes"])
        unequal += [
            path
            for path in first["files"].keys() | same["files"]
            if first["files"].get(path) != same["files"].get(path)
        ]
        row = {"place": name, "crash": run.crashed, "files": len(same["files"])}
        row["applied"] = sum(
            one["state"] == "applied"
            for file in same["files"].values()
            for one in file["corrections"]
        )
        found.append({**row, "unequal": sorted(set(unequal))})
        for path in found[-1]["unequal"]:
            pair = [json.dumps(part["files"].get(path))[:300] for part in (first, same)]
            print(path, *pair, sep="\n  ", file=sys.stderr)
        print(found[-1], file=sys.stderr, flush=True)
    kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--packages", default="")
    arguments.add_argument("--unsafe", action="store_true")
    arguments.add_argument("--imports", type=Path, metavar="PYTHON")
    arguments.add_argument("--suites", action="store_true")
    arguments.add_argument("--placements", action="store_true")
    arguments.add_argument("--files", type=int, default=300, help="in the sample for --placements")
    arguments.add_argument("--jobs", type=int, default=1)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--write-docs", action="store_true")
    arguments.add_argument("--verdicts", type=Path)
    options = arguments.parse_args()
    options.corpus, options.out = options.corpus.resolve(), options.out.resolve()
    options.imports = options.imports and options.imports.absolute()  # a link, to be kept
    if options.suites and not options.imports:
        arguments.error("--suites needs --imports PYTHON")
    chosen = {name for name in options.packages.split(",") if name}
    every = [Package(path, options) for path in sorted(options.corpus.glob("*/*"))]
    some = [each for each in every if not chosen or each.name in chosen]
    found = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(Package.measure, some):
            print(Tables.line(result), file=sys.stderr, flush=True)
            found.append(result)
    placed = placements(options) if options.placements else []
    if options.json:
        figures = {"packages": found, "placements": placed}
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    tables = Tables(found, placed)
    print(tables.markdown())
    if options.write_docs:
        tables.write(DOCS / "benchmarks.md")
    missing = verdicts_missing(found, options.verdicts) if options.verdicts else []
    for one in missing:
        print(f"no verdict: {one}", file=sys.stderr)
    return 1 if missing or tables.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
