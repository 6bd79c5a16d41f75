"""Fit the weights by which alarms in files that parse are ranked, on real bugs.

    python benchmarks/fit_alarms.py collect MODEL CASES.jsonl ROWS.jsonl [--limit N]
    python benchmarks/fit_alarms.py fit ROWS.jsonl... [--model MODEL] [--without NAME...]

``collect`` looks for bugs in the file before the commit and, for one case in three, in the one
after it, which counts as sound; it appends what the ranker sees of each alarm and whether that is
what the human wrote, and passes over cases whose rows are there. Cases are rows of `thea evaluate`
with ``repository``; owners give at most 30. ``fit`` prints what the weights come to on owners that
had no part in the fit (five folds), for the model alone and for the traits alone, too, and writes
MODEL/alarms.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from pathlib import Path

import torch

from thea_code_system.correctors.learned.corrector import LearnedCorrector
from thea_code_system.correctors.learned.ranking import AlarmRanker
from thea_code_system.correctors.learned.traits import Traits
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.training.alarms import AlarmCase, AlarmFit
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

FOLDS, LONGEST, PER_OWNER = 5, 40_000, 30
WANTED = frozenset((
    "variable-misuse", "comparison", "negation", "swapped-arguments", "arithmetic", "boolean",
))  # fmt: skip
ALSO, WEIGHT = frozenset(("wrong-attribute", "undefined-name", "wrong-literal")), 0.3
PERMISSIVE = frozenset((
    "MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "Unlicense", "MPL-2.0", "PSF",
    "CC0",
))  # fmt: skip
BY_MODEL = ("odds", "place", "chance", "undone", "unlooked")
AT = (0.3, 0.5, 0.7, 0.8, 0.9)


def owner(row):
    return row["repository"].partition("/")[0].lower()


def cases_of(path):
    """One case in four is of a kind that is not counted; no owner gives too many."""
    counts, wanted, also = Counter(), [], []
    with Path(path).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line) if line.endswith("\n") else {}
            if row.get("licence", "MIT") not in PERMISSIVE or len(row["broken"]) > LONGEST:
                continue
            counts[owner(row)] += row["kind"] in WANTED
            if row["kind"] in WANTED and counts[owner(row)] <= PER_OWNER:
                wanted.append(row)
            elif row["kind"] in ALSO:
                also.append(row)
    for some in (wanted, also):
        random.Random(3).shuffle(some)
    return wanted, also


def collect(folder, cases, target, limit):
    torch.set_num_threads(1)
    seeker = LearnedCorrector(ModelShelf(folder))
    known = set()
    if target.exists():
        known = {json.loads(line)["id"] for line in target.read_text("utf-8").splitlines()}
    wanted, also = cases_of(cases)
    jobs = []
    for number, case in enumerate(wanted):
        jobs.append((case, case["id"], case["broken"], case["fixed"]))
        if number % 3 == 0:
            jobs.append((case, f"{case['id']} fixed", case["fixed"], None))
        if number % 4 == 0 and also:
            other = also.pop()
            jobs.append((other, other["id"], other["broken"], other["fixed"]))
    with target.open("a", encoding="utf-8") as out:
        for case, name, text, fixed in jobs[:limit]:
            if name not in known:
                out.write(json.dumps(row_of(seeker, case, name, text, fixed)) + "\n")
                out.flush()


def row_of(seeker, case, name, text, fixed):
    (found,) = seeker.suspects([SourceFile("case.py", text)])
    goal = fixed and "".join(fixed.split())
    texts = (Patch.rewrite(text, sorted(one.option.edits)) for one in found.alarms)
    return {
        "id": name,
        "kind": case["kind"],
        "owner": owner(case),
        "sound": fixed is None,
        "lines": text.count("\n"),
        "rows": [[round(value, 4) for value in row] for row in found.rows],
        "none": found.none,
        "right": [fixed is not None and "".join(each.split()) == goal for each in texts],
    }


class Report:
    """Weights of five folds, and what they come to on the fold that each did not see."""

    def __init__(self, rows, without=()):
        self.rows, self.fitter = rows, AlarmFit(without=without)
        self.cases = [self.case(row) for row in rows]
        self.judged = []

    @staticmethod
    def case(row):
        size = len(AlarmRanker.ALARM)
        rows = torch.tensor(row["rows"], dtype=torch.float32).view(-1, size)
        weight = 1.0 if row["sound"] or row["kind"] in WANTED else WEIGHT
        right = torch.tensor(row["right"], dtype=torch.bool)
        return AlarmCase(rows, torch.tensor(row["none"]), right, weight)

    @staticmethod
    def fold(row):
        return int(hashlib.sha256(row["owner"].encode()).hexdigest(), 16) % FOLDS

    def run(self):
        pairs = list(zip(self.rows, self.cases, strict=True))
        for fold in range(FOLDS):
            weights = self.fitter.fit([case for row, case in pairs if self.fold(row) != fold])
            for row, case in pairs:
                if self.fold(row) == fold:
                    self.judged.append((row, self.fitter.judge(weights, case)))
        return self

    def show(self, title):
        counts, sure, quiet = Counter(), [], []
        for row, chances in self.judged:
            order = sorted(range(len(chances)), key=lambda index, of=chances: -of[index])
            best = chances[order[0]] if order else 0.0
            if row["sound"]:
                quiet.append((best, row["lines"]))
                continue
            hits = [row["right"][index] for index in order]
            for group in {row["kind"], "wanted" if row["kind"] in WANTED else "also"}:
                counts.update({(group, "n"): 1, (group, "top1"): any(hits[:1])})
                counts.update({(group, "top5"): any(hits[:5]), (group, "found"): any(hits)})
            if row["kind"] in WANTED:
                sure.append((best, any(hits[:1])))
        print(title)
        for group in sorted({group for group, _ in counts}, key=lambda one: -counts[one, "n"]):
            n = counts[group, "n"]
            shares = (f"{what} {counts[group, what] / n:.1%}" for what in ("top1", "top5", "found"))
            print(f"  {group:18} n={n:4}", *shares)
        for at in AT:
            some, loud = [hit for best, hit in sure if best >= at], [q for q in quiet if q[0] >= at]
            share = sum(some) / max(len(some), 1)
            lines = sum(lines for _, lines in quiet)
            print(f"  at {at}: {len(some)} of {len(sure)}, {share:.0%} right;", end=" ")
            print(f"{len(loud)} in {lines} sound lines")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["collect", "fit"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    if options.what == "collect":
        folder, cases, target = options.paths
        collect(folder, cases, Path(target), options.limit)
        return 0
    lines = [line for path in options.paths for line in Path(path).read_text().splitlines()]
    rows = [row for row in map(json.loads, lines) if row["rows"]]
    Report(rows, (*Traits.NAMES, *options.without)).run().show("the model alone")
    Report(rows, (*BY_MODEL, "best", *options.without)).run().show("the traits alone")
    report = Report(rows, options.without)
    report.run().show("both")
    if options.model:
        weights = report.fitter.fit(report.cases)
        path = options.model / "alarms.json"
        path.write_text(json.dumps(weights, indent=0, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
