r"""Fit the weights by which the edit model ranks repairs, on real repairs.

    python benchmarks/fit_ranking.py collect MODEL CASES.jsonl ROWS.jsonl [--workers 2]
    python benchmarks/fit_ranking.py fit ROWS.jsonl... --also BREAKS.jsonl --model MODEL \
        --predictions PREDICTIONS.jsonl

``collect`` searches for repairs of each case with the model and writes what the ranker sees of
them, whether the human's file is the same (``right``) or holds the same edit (``kept``). ``fit``
prints what the weights come to on owners that had no part in the fit (five folds), without the
model's features too, writes MODEL/ranking.json, and as PREDICTIONS what those five folds say of the
owners that they did not see, for `benchmarks/calibrate.py`. Rows of BREAKS, mechanical ones, have a
part in every fit and none in the figures: real histories hold few of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from calibrate import SCORER, Judge, load_scorer, rows_of

from thea_code_system.correctors.syntax.rules.remove_code import RemoveCode
from thea_code_system.models.ranking import RepairRanker
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.training.ranking import RankedCase, RankingFit
from thea_code_system.training.reranking import Reranking
from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch

FOLDS = 5
WEIGHT = 8.0  # of a mechanical break, in real repairs
OFFERED = 8
LONGEST = 60_000
NO_MODEL = ("odds", "worst", "tags", "wish", "beyond")


@cache
def organs(folder):
    torch.set_num_threads(1)
    return Reranking(ModelShelf(folder).model()), Judge(load_scorer(SCORER))


def collect(job):
    folder, case = job
    reranking, judge = organs(folder)
    broken, python = case["broken"], case["language"] == "python"
    seen = reranking.seen(broken, case["language"])
    found = [
        one
        for one in zip(seen.edits, seen.rules, seen.rows, strict=True)
        if RemoveCode.name not in one[1]
    ]
    wanted = judge.scorer.tokens(case["fixed"], python)
    texts = [Patch.rewrite(broken, edits) for edits, _, _ in found]
    right = [judge.scorer.tokens(text, python) == wanted for text in texts]
    return {
        "id": case["id"],
        "language": case["language"],
        "kind": case["kind"],
        "owner": case.get("repository", "").partition("/")[0].lower(),
        "token_edits": case.get("token_edits", 0),
        "broken": broken,
        "edits": [[[e.start, e.end, e.replacement] for e in edits] for edits, _, _ in found],
        "rules": [rules for _, rules, _ in found],
        "rows": [row for _, _, row in found],
        "none": seen.none,
        "right": right,
        "kept": [
            one or bool(judge.kept(case, text)) for one, text in zip(right, texts, strict=True)
        ],
    }


class Report:
    """Weights of five folds, and what they come to on the fold that each did not see."""

    def __init__(self, rows, also=(), left_out=()):
        self.left_out = left_out
        self.rows = [row for row in rows if row["rows"]]
        self.also = [self.case(row, WEIGHT) for row in also if row["rows"]]
        self.all = len(rows)
        self.judged = []

    def case(self, row, weight=1.0):
        def kept(names, values):
            pairs = zip(names, values, strict=True)
            return tuple(0.0 if name in self.left_out else value for name, value in pairs)

        target = "right" if any(row["right"]) else "kept"
        rows = tuple(kept(RepairRanker.REPAIR, values) for values in row["rows"])
        return RankedCase(rows, kept(RepairRanker.NONE, row["none"]), tuple(row[target]), weight)

    @staticmethod
    def fold(row):
        return int(hashlib.sha256(row["owner"].encode()).hexdigest(), 16) % FOLDS

    def run(self):
        for fold in range(FOLDS):
            rest = [self.case(row) for row in self.rows if self.fold(row) != fold]
            weights = RankingFit().fit([*rest, *self.also])
            for row in self.rows:
                if self.fold(row) == fold:
                    self.judged.append((row, RankingFit.judge(weights, self.case(row))))
        return self

    def predictions(self, path):
        with path.open("w", encoding="utf-8") as out:
            for row, chances in self.judged:
                order = sorted(range(len(chances)), key=lambda index: -chances[index])[:OFFERED]
                offers = [
                    {
                        "output": Patch.rewrite(
                            row["broken"], [Edit(*edit) for edit in row["edits"][index]]
                        ),
                        "confidence": round(chances[index], 4),
                        "rules": row["rules"][index],
                    }
                    for index in order
                ]
                out.write(json.dumps({"id": row["id"], "candidates": offers}) + "\n")

    def show(self, title):
        groups, hits = Counter(), Counter()
        sure = []
        for row, chances in self.judged:
            order = sorted(range(len(chances)), key=lambda index: -chances[index])
            best = order[0]
            size = "<=3" if row["token_edits"] <= 3 else ">3"
            for group in ("all", f"{'py' if row['language'] == 'python' else 'js'} {size}"):
                groups[group] += 1
                hits[group, "top1"] += row["right"][best]
                hits[group, "top5"] += any(row["right"][index] for index in order[:5])
                hits[group, "found"] += any(row["right"])
                hits[group, "kept"] += row["kept"][best]
            sure.append((chances[best], row["kept"][best], row["right"][best]))
        print(f"{title} ({len(self.judged)} of {self.all} cases with a repair)")
        for group, count in sorted(groups.items()):
            shares = " ".join(
                f"{name} {hits[group, name] / count:.1%}"
                for name in ("top1", "top5", "found", "kept")
            )
            print(f"  {group:8} n={count:5} {shares}")
        for at in (0.5, 0.7, 0.8, 0.9):
            some = [row for row in sure if row[0] >= at]
            share = len(some) / len(sure)
            kept, right = (sum(row[i] for row in some) / max(1, len(some)) for i in (1, 2))
            print(f"  at {at}: {share:.1%} of them, kept {kept:.1%}, exact {right:.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["collect", "fit"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--also", nargs="*", default=[])
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    if options.what == "collect":
        folder, cases, target = options.paths
        wanted = [case for case in rows_of(cases) if len(case["broken"]) < LONGEST]
        context = multiprocessing.get_context("spawn")
        with context.Pool(options.workers) as pool, Path(target).open("w") as out:
            jobs = ((folder, case) for case in wanted[: options.limit])
            out.writelines(f"{json.dumps(row)}\n" for row in pool.imap(collect, jobs, chunksize=4))
        return 0
    rows = [row for path in options.paths for row in rows_of(path)]
    also = [row for path in options.also for row in rows_of(path)]
    Report(rows, also, NO_MODEL).run().show("the search's own score")
    Report(rows, also, ("score",)).run().show("the model alone")
    report = Report(rows, also).run()
    report.show("both")
    if options.predictions:
        report.predictions(options.predictions)
    if options.model:
        weights = RankingFit().fit([*map(report.case, report.rows), *report.also])
        path = options.model / "ranking.json"
        path.write_text(json.dumps(weights, indent=0, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
