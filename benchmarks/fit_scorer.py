"""Fit the weights of the syntax corrector's hand-made scorer on real repairs.

    python benchmarks/fit_scorer.py collect CASES.jsonl ROWS.jsonl [--language python] [--workers 2]
    python benchmarks/fit_scorer.py fit ROWS.jsonl... [--extra BREAKS.jsonl] [--write]

``collect`` runs the search and writes, for each case, the features of every whole repair found,
summed over its steps, and whether the human's file is the same (``right``) or holds the same edit
(``kept``). ``fit`` maximises the likelihood of those under a softmax over the repairs and "none of
them", with an L2 penalty, and prints what it comes to on repositories that had no part in it: the
share exact and kept, and for four thresholds the coverage, and of that the share exact and kept;
``--write`` writes the weights, and ``--predictions`` the held-out predictions, which
``calibrate.py`` takes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
from collections import Counter
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent))
from calibrate import SCORER, Judge, load_scorer, rows_of

from thea_code_system.correctors.syntax import engine
from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.correctors.syntax.engine import RepairEngine
from thea_code_system.correctors.syntax.features import Features
from thea_code_system.correctors.syntax.scoring import LinearScorer
from thea_code_system.languages.registry import Languages
from thea_code_system.values.correction import Edit
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

JUDGE = Judge(load_scorer(SCORER))
WIDEST = 50  # repairs of a case that take part, in the order of the weights there were
FEW = 10  # cases that needed a rule, below which its weight stays near what it was
REMOVAL = "rule:syntax/remove-code"
SELDOM = 3  # times that a sign has to be met with to get a weight
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
    tokens = JUDGE.scorer.tokens
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
                "kept": made == wanted or bool(JUDGE.kept(case, candidate.patch.text)),
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
    """A softmax over the repairs of each case and "none of them", fitted with an L2 penalty.

    The penalty draws the weights towards those there are; with ``fresh`` towards zero, but for
    rules of which the cases tell little. The logit of "none" counts the steps of the best repair.
    ``extra`` cases take part in the fit only, the last resort does not: its weight is given.
    """

    def __init__(self, cases, extra, options):
        self.extra = [{**case, "weight": options.extra_weight} for case in extra]
        self.strength = options.strength
        found = Counter(
            n for c in (*cases, *extra) for n in {n for r in c["rows"] for n in r["features"]}
        )
        self.names = sorted(
            n for n in found if found[n] >= SELDOM or not n.startswith(("act:", "rule:", "said:"))
        )
        start = json.loads(WEIGHTS.read_text())
        if options.fresh:
            start = {n: start.get(n, 0.0) for n in self.names if self.is_given(n, cases)}
        self.prior = torch.tensor([start.get(n, 0.0) for n in self.names])

    @staticmethod
    def is_given(name, cases):
        """Whether a weight says what a rule is for, since people needed it in few cases only."""
        needed = (
            any(row["kept"] and name in row["features"] for row in case["rows"]) for case in cases
        )
        return name.startswith("rule:") and sum(needed) < FEW

    def tensors(self, cases):
        width = max(len(c["rows"]) for c in cases)
        x = torch.zeros(len(cases), width, len(self.names))
        mask, steps = torch.zeros(len(cases), width), torch.ones(len(cases), width)
        target = torch.zeros(len(cases), width + 1)
        column = {n: i for i, n in enumerate(self.names)}
        for i, case in enumerate(cases):
            for j, row in enumerate(case["rows"]):
                mask[i, j], steps[i, j] = 1, row["steps"]
                for name, value in row["features"].items():
                    if name in column:
                        x[i, j, column[name]] = value
            wanted = "right" if any(row["right"] for row in case["rows"]) else "kept"
            for j, row in enumerate(case["rows"]):
                target[i, j] = row[wanted]
            target[i, -1] = not target[i].any()
        return x, mask, steps, target

    def train(self, cases):
        cases = [c for c in (*cases, *self.extra) if c["rows"]]
        x, mask, steps, target = self.tensors(cases)
        weight = torch.tensor([c.get("weight", 1.0) for c in cases])
        w = torch.zeros(len(self.names), requires_grad=True)  # steps away from the prior
        none = torch.tensor([-3.0, -3.0], requires_grad=True)  # and for each step after the first
        scale = x.reshape(-1, x.shape[-1])[mask.reshape(-1) > 0].std(0).clamp(min=0.3)
        optimizer = torch.optim.LBFGS([w, none], max_iter=120, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            logits = self.logits(x, mask, steps, self.prior + w / scale, none)
            chosen = logits.masked_fill(target == 0, -torch.inf).logsumexp(1)
            loss = ((logits.logsumexp(1) - chosen) * weight).sum() + self.strength * (
                w**2
            ).sum() / 2
            loss.backward()
            return loss

        optimizer.step(closure)
        return (self.prior + w / scale).detach(), none.detach()

    @staticmethod
    def logits(x, mask, steps, w, none):
        scores = (x @ w).masked_fill(mask == 0, -1e9)
        more = steps.gather(1, scores.argmax(1, keepdim=True)) - 1
        return torch.cat([scores, none[0] + none[1] * more], 1)

    def judge(self, cases, w, none):
        """The probability of each repair, for each case."""
        full = [c for c in cases if c["rows"]]
        x, mask, steps, _ = self.tensors(full)
        p = self.logits(x, mask, steps, w, none).softmax(1)
        return [(c, p[i, : len(c["rows"])]) for i, c in enumerate(full)]


class Report:
    """What the fit comes to, on cases that had no part in it."""

    def __init__(self, cases, judged):
        chances = {case["id"]: p for case, p in judged}
        self.rows = []
        for case in cases:
            p = chances.get(case["id"], torch.zeros(1))
            best = case["rows"][int(p.argmax())] if case["rows"] else {}
            found = any(row["right"] for row in case["rows"])
            signs = (best.get("right", False), best.get("kept", False), found)
            self.rows.append((case, float(p.max()), *signs))

    def show(self):
        for key in ("", "kind", "language"):
            for value in sorted({row[0].get(key, "all") for row in self.rows}):
                rows = [row for row in self.rows if row[0].get(key, "all") == value]
                n = len(rows)
                line = f"{value:16s} n={n} found={sum(r[4] for r in rows) / n:.1%}"
                line += f" exact={sum(r[2] for r in rows) / n:.1%}"
                line += f" kept={sum(r[3] for r in rows) / n:.1%}"
                for at in (0.5, 0.7, 0.8, 0.9):
                    sure = [r for r in rows if r[1] >= at]
                    right, kept = (sum(r[i] for r in sure) / max(1, len(sure)) for i in (2, 3))
                    line += f"  {at}: {len(sure) / n:.1%} {right:.0%} {kept:.0%}"
                print(line)


def held_out(fitting, cases):
    """Each case judged by a fit on the repositories of the other four fifths."""
    order = sorted({c["repository"] for c in cases})
    random.Random(0).shuffle(order)
    out = []
    for fold in range(5):
        held = [c for c in cases if c["repository"] in order[fold::5]]
        rest = [c for c in cases if c["repository"] not in order[fold::5]]
        if held and rest:
            out += fitting.judge(held, *fitting.train(rest))
    return out


def predictions(judged, texts, path):
    """The scorer's predictions with raw scores, to calibrate on."""
    with Path(path).open("w") as out:
        for case, p in judged:
            order = p.argsort(descending=True)[:8].tolist()
            made = [
                {
                    "output": Patch.rewrite(
                        texts[case["id"]], [Edit(*edit) for edit in case["rows"][i]["edits"]]
                    ),
                    "confidence": round(float(p[i]), 4),
                    "rules": [n[5:] for n in case["rows"][i]["features"] if n[:5] == "rule:"],
                }
                for i in order
            ]
            out.write(json.dumps({"id": case["id"], "candidates": made}) + "\n")


def read_rows(paths):
    cases = [case for path in paths for case in rows_of(path)]
    for case in cases:
        case["rows"] = [row for row in case["rows"] if REMOVAL not in row["features"]][:WIDEST]
    return cases


def fit(options):
    cases = read_rows(options.paths)
    fitting = Fit(cases, read_rows(options.extra), options)
    judged = held_out(fitting, cases)
    Report(cases, judged).show()
    if options.predictions:
        texts = {case["id"]: case["broken"] for case in rows_of(options.cases)}
        predictions(judged, texts, options.predictions)
    if options.write:
        w, none = fitting.train(cases)
        weights = {n: round(float(v), 3) for n, v in zip(fitting.names, w, strict=True)}
        weights |= {"none": round(float(none[0]), 3), "none_step": round(float(none[1]), 3)}
        kept = {n: v for n, v in json.loads(WEIGHTS.read_text()).items() if n.startswith("rule:")}
        WEIGHTS.write_text(json.dumps(kept | weights, indent=0, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["collect", "fit"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--language", default="any")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--longest", type=int, default=60_000)
    parser.add_argument("--strength", type=float, default=2.0)
    parser.add_argument("--fresh", action="store_true", help="draw the weights towards zero")
    parser.add_argument("--extra", nargs="*", default=[], help="rows of made-up breaks")
    parser.add_argument("--extra-weight", type=float, default=0.3)
    parser.add_argument("--cases", help="the cases of the rows, for --predictions")
    parser.add_argument("--predictions", help="write held-out predictions with raw scores")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.what == "fit":
        fit(options)
        return
    cases = [c for c in rows_of(options.paths[0]) if len(c["broken"]) < options.longest]
    cases = [c for c in cases if options.language in {"any", c["language"]}]
    with (
        multiprocessing.get_context("spawn").Pool(options.workers) as pool,
        Path(options.paths[1]).open("w") as out,
    ):
        for made in pool.imap_unordered(collect, cases, chunksize=4):
            out.write(json.dumps(made) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
