"""Fit the weights of the syntax corrector's hand-made scorer on real repairs.

    python benchmarks/fit_scorer.py collect CASES.jsonl ROWS.jsonl [--language python] [--workers 2]
    python benchmarks/fit_scorer.py fit ROWS.jsonl...

``collect`` runs the search and writes, for each case, the features of every whole repair found,
summed over its steps, and whether it is the human's. ``fit`` maximises the likelihood of the
human's repair under a softmax over the repairs and the constant "none of them", with an L2 penalty,
prints cross-validated figures and writes the weights.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from repair_tokens import tokens

from thea_code_system.correctors.syntax import engine
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.engine import RepairEngine
from thea_code_system.correctors.syntax.features import Features
from thea_code_system.correctors.syntax.scoring import LinearScorer
from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import SourceFile

WEIGHTS = Path(engine.__file__).parent / "data" / "weights.json"


class Recorder(LinearScorer):
    """Remembers the features of each text reached, summed over the steps to it."""

    def __init__(self) -> None:
        self.totals: dict[str, dict[str, float]] = {}

    def score(self, candidates):
        scores = super().score(candidates)
        for candidate, row in zip(candidates, self.rows(candidates), strict=True):
            total = dict(self.totals.get(candidate.before.text, {}))
            for name, value in (
                *zip(Features.NAMES, row, strict=True),
                *((sign, 1.0) for sign in self.signs(candidate)),
            ):
                if value:
                    total[name] = total.get(name, 0.0) + value
            self.totals.setdefault(candidate.patch.text, total)
        return scores


def collect(case):
    engine._KEPT = 100  # noqa: SLF001 - all of them, not only those worth offering
    torch.set_num_threads(1)
    scorer = Recorder()
    language = Languages().named(case["language"])
    source = SourceFile(f"case{language.suffixes[0]}", case["broken"])
    found = RepairEngine(RuleBook(), scorer, 3000, 60.0).repairs(source, language)
    python = language.name == "python"
    wanted = tokens(case["fixed"], python)
    rows, seen = [], set()
    for candidate, _ in found:
        made = tokens(candidate.patch.text, python)
        if (key := tuple(made)) in seen:
            continue
        seen.add(key)
        rows.append(
            {
                "right": made == wanted,
                "steps": len(candidate.steps),
                "edits": [[e.start, e.end, e.replacement] for e in candidate.patch.edits()],
                "features": scorer.totals[candidate.patch.text],
            }
        )
    return {
        "id": case["id"],
        "kind": case["kind"],
        "language": case["language"],
        "repository": case.get("repository", ""),
        "rows": rows,
    }


class Fit:
    def __init__(self, cases, strength=2.0):
        self.cases = [c for c in cases if c["rows"]]
        self.names = sorted({n for c in self.cases for r in c["rows"] for n in r["features"]})
        self.strength = strength
        start = json.loads(WEIGHTS.read_text())
        self.prior = torch.tensor([start.get(n, 0.0) for n in self.names])

    def tensors(self, cases):
        width = max(len(c["rows"]) for c in cases)
        x = torch.zeros(len(cases), width, len(self.names))
        mask = torch.zeros(len(cases), width + 1)
        mask[:, -1] = 1
        target = torch.full((len(cases),), width)
        column = {n: i for i, n in enumerate(self.names)}
        for i, case in enumerate(cases):
            for j, row in enumerate(case["rows"]):
                mask[i, j] = 1
                for name, value in row["features"].items():
                    if name in column:
                        x[i, j, column[name]] = value
                if row["right"]:
                    target[i] = j
        return x, mask, target

    def train(self, cases):
        x, mask, target = self.tensors(cases)
        w = torch.zeros(
            len(self.names), requires_grad=True
        )  # steps away from the weights there are
        none = torch.tensor(-4.0, requires_grad=True)
        scale = x.reshape(-1, x.shape[-1])[mask[:, :-1].reshape(-1) > 0].std(0).clamp(min=0.3)
        optimizer = torch.optim.LBFGS([w, none], max_iter=300, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                self.logits(x, mask, self.prior + w / scale, none), target, reduction="sum"
            )
            loss = loss + self.strength * (w**2).sum() / 2
            loss.backward()
            return loss

        optimizer.step(closure)
        return (self.prior + w / scale).detach(), none.detach()

    @staticmethod
    def logits(x, mask, w, none):
        scores = torch.cat([x @ w, none.expand(x.shape[0], 1)], 1)
        return scores.masked_fill(mask == 0, -1e9)

    def judge(self, cases, w, none):
        x, mask, target = self.tensors(cases)
        p = self.logits(x, mask, w, none).softmax(1)
        best, where = p[:, :-1].max(1)
        return [
            (
                c["kind"],
                bool(where[i] == target[i]),
                float(best[i]),
                int(target[i]) < p.shape[1] - 1,
            )
            for i, c in enumerate(cases)
        ]


def fit(paths, strength, write):
    cases = [json.loads(line) for path in paths for line in Path(path).read_text().splitlines()]
    fitting = Fit(cases, strength)
    order = sorted({c["repository"] for c in fitting.cases})
    random.Random(0).shuffle(order)
    folds = [order[i::5] for i in range(5)]
    out = []
    for fold in folds:
        held = [c for c in fitting.cases if c["repository"] in fold]
        rest = [c for c in fitting.cases if c["repository"] not in fold]
        if held and rest:
            out += fitting.judge(held, *fitting.train(rest))
    n = len(cases)
    for kind in ["ALL", *sorted({k for k, *_ in out})]:
        rows = [r for r in out if kind in ("ALL", r[0])]
        total = n if kind == "ALL" else sum(c["kind"] == kind for c in cases)
        print(
            f"{kind:24s} n={total} found={sum(r[3] for r in rows) / total:.1%}"
            f" exact={sum(r[1] for r in rows) / total:.1%}"
        )
    for at in (0.5, 0.6, 0.7, 0.8, 0.9):
        sure = [r for r in out if r[2] >= at]
        print(
            f"at {at}: coverage={len(sure) / n:.1%}"
            f" precision={sum(r[1] for r in sure) / max(1, len(sure)):.1%}"
        )
    w, none = fitting.train(fitting.cases)
    weights = {name: round(float(value), 3) for name, value in zip(fitting.names, w, strict=True)}
    print(json.dumps(weights))
    if write:
        fitted = weights | {"none": round(float(none), 3), "temperature": 1.0}
        weights = json.loads(WEIGHTS.read_text()) | fitted
        WEIGHTS.write_text(json.dumps(weights, indent=0, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["collect", "fit"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--language", default="python")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--strength", type=float, default=2.0)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--longest", type=int, default=20_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.what == "fit":
        fit(options.paths, options.strength, options.write)
        return
    cases = [json.loads(line) for line in Path(options.paths[0]).read_text().splitlines()]
    cases = [c for c in cases if len(c["broken"]) < options.longest]
    cases = [
        c
        for c in cases
        if options.language in {"any", c["language"]}
        or (options.language == "ecmascript" and c["language"] != "python")
    ]
    with (
        multiprocessing.get_context("spawn").Pool(options.workers) as pool,
        Path(options.paths[1]).open("w") as out,
    ):
        for made in pool.imap_unordered(collect, cases[: options.limit], chunksize=4):
            out.write(json.dumps(made) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
