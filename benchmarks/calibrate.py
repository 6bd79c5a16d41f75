"""Measure how often repairs are right on real fixes, and write the packaged calibration.

    python benchmarks/calibrate.py --pair CASES.jsonl PREDICTIONS.jsonl [--pair ...] [--write]

CASES and PREDICTIONS have the shapes of the shared scorer; predictions hold raw scores (`thea
evaluate CASES --raw --predictions PREDICTIONS`) and name the `rules`. A confidence is the
probability that the owner would keep the edit, so a repair counts as kept where the human's commit
made it, too: every line that the repair changed stands, token for token, at the same place in the
human's fixed file, and none that it removed does, whatever else that commit changed. A single line
may have been changed further, if the tokens that the repair edited stand in it between the same
neighbours; where no line like it is left, the case tells nothing. `exact` (the whole file has the
same tokens) is printed beside it.

A logistic curve on the log-odds of the raw score is fitted to all repairs; it rises to the share of
sure ones that are kept. For each rule with `--least` cases, and for the other rules that have no
ceiling together (they are the family's own curve), it is fitted how far their curve is shifted,
drawn towards no shift by an L2 penalty of `--strength`. Intervals are Wilson's, 95 %.

What hardly stands in a history, as chats and line numbers that were pasted and never committed, is
judged by `--rare CASES PREDICTIONS` (breaks of `breaker.py`): they only shift the curves of rules
that have too few cases among the pairs.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from types import ModuleType

import torch

from thea_code_system.training.kept import KeptEdits

FAMILY = "syntax"
KNOTS = [0.001, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999]
SCORER = Path(__file__).parents[2] / "shared" / "eval" / "score_repair.py"
TARGET = Path(__file__).parents[1] / "thea_code_system" / "confidence" / "calibration.json"


class Fit:
    """Pairs of raw score and whether it was kept, by rule, and the curves through them."""

    def __init__(self, strength: float) -> None:
        self.strength = strength
        self.pairs: list[tuple[str, float, bool]] = []
        # offset and slope of the line, and the log-odds that a sure repair is kept
        self.line = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
        self.shifts = torch.zeros(0, dtype=torch.float64)

    @property
    def rules(self) -> list[str]:
        """Every rule that has a curve."""
        return sorted({rule for rule, _, _ in self.pairs})

    def pool(self, least: int, apart: Container[str]) -> None:
        """Rules with few cases become one, but for some."""
        known = Counter(rule for rule, _, _ in self.pairs)
        self.pairs = [
            (rule if known[rule] >= least or rule in apart else FAMILY, score, kept)
            for rule, score, kept in self.pairs
        ]

    def train(self) -> None:
        """Maximise the likelihood of what was kept."""
        self._train(drawn=True)

    def train_rare(self, rare: list[tuple[str, float, bool]], least: int) -> None:
        """Shift the curves of rules that have none of their own, and leave the line as it is."""
        mined, common = self.pairs, dict(zip(self.rules, self.shifts.tolist(), strict=True))
        self.pairs = [pair for pair in rare if pair[0] not in common]
        known = Counter(rule for rule, _, _ in self.pairs)
        self.pairs = [pair for pair in self.pairs if known[pair[0]] >= least]
        self._train(drawn=False)
        shifts = common | dict(zip(self.rules, self.shifts.tolist(), strict=True))
        self.pairs = [*mined, *self.pairs]
        self.shifts = torch.tensor([shifts[rule] for rule in self.rules], dtype=torch.float64)

    def _train(self, *, drawn: bool) -> None:
        """Fit the shifts of all rules; the line, too, if it is to be ``drawn``."""
        places = {rule: place for place, rule in enumerate(self.rules)}
        at = torch.tensor([places[rule] for rule, _, _ in self.pairs])
        odds = self.odds([score for _, score, _ in self.pairs])
        kept = torch.tensor([float(kept) for _, _, kept in self.pairs], dtype=torch.float64)
        self.shifts = torch.zeros(len(places), dtype=torch.float64, requires_grad=True)
        moved = [self.line, self.shifts] if drawn else [self.shifts]
        optimizer = torch.optim.LBFGS(moved, max_iter=200, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            read = self.read(odds, self.shifts[at])
            loss = torch.nn.functional.binary_cross_entropy(read, kept, reduction="sum")
            loss = loss + self.strength * (self.shifts**2).sum() / 2
            loss.backward()
            return loss

        optimizer.step(closure)

    def read(self, odds: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        """The chance of being kept by the log-odds of the raw score."""
        offset, slope, sure = self.line
        return torch.sigmoid(sure) * torch.sigmoid(offset + slope * odds + shift)

    def curve(self, rule: str) -> list[list[float]]:
        """Points of a rule's rising curve."""
        with torch.no_grad():
            read = self.read(self.odds(KNOTS), self.shifts[self.rules.index(rule)])
        points = zip(KNOTS, read.tolist(), strict=True)
        # what nothing speaks for is not to profit from what was seen higher up
        return [[0.0, 0.0], *([score, round(share, 3)] for score, share in points)]

    @staticmethod
    def odds(scores: list[float]) -> torch.Tensor:
        return torch.logit(torch.tensor(scores, dtype=torch.float64), eps=KNOTS[0])

    def of(self, rule: str) -> list[bool]:
        """Whether each repair of a rule was kept."""
        return [kept for name, _, kept in self.pairs if name == rule]

    def mean(self, rule: str) -> float:
        return sum(self.of(rule)) / (len(self.of(rule)) or 1)

    def interval(self, rule: str) -> list[float]:
        """Wilson's 95 % interval of the share that is kept."""
        n, z = torch.tensor(float(len(self.of(rule)) or 1)), torch.tensor(1.959964)
        p = torch.tensor(self.mean(rule))
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * torch.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return [round(float(middle - half), 3), round(float(middle + half), 3)]


class Judge:
    """Whether the human made the same edit."""

    def __init__(self, scorer: ModuleType) -> None:
        self.scorer = scorer
        self._edits = {name: KeptEdits(name) for name in ("python", "javascript")}

    def kept(self, case: dict, output: str) -> bool | None:
        """None where the human's file has no line left that could tell."""
        edits = self._edits["python" if case["language"] == "python" else "javascript"]
        return edits.kept(case["broken"], output, case["fixed"])

    def pairs(self, case: dict, best: dict) -> list[tuple[str, float, bool]]:
        """Rule, raw score and truth of a repair; nothing where the human's file cannot tell."""
        kept = self.kept(case, best["output"])
        return [] if kept is None else [(best["rules"][0], best["confidence"], kept)]


def load_scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_repair", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_of(path: str) -> list[dict]:
    with Path(path).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def offered(files: list[list[str]]) -> Iterator[tuple[dict, dict]]:
    """The cases of some files with the first repair of each that has one."""
    for cases, predictions in files:
        made = {row["id"]: row for row in rows_of(predictions)}
        for case in rows_of(cases):
            if offers := (made.get(case["id"]) or {}).get("candidates"):
                yield case, offers[0]


def compact(table: dict[str, dict]) -> str:
    """JSON with a line for each entry of its tables."""
    parts = []
    for name, rows in sorted(table.items()):
        if isinstance(rows, dict):
            lines = (f"{json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(rows.items()))
            parts.append(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(rows)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pair", nargs=2, action="append", required=True)
    parser.add_argument("--rare", nargs=2, action="append", default=[])
    parser.add_argument("--scorer", type=Path, default=SCORER)
    parser.add_argument("--strength", type=float, default=2.0)
    parser.add_argument("--least", type=int, default=20, help="cases for a rule's own curve")
    parser.add_argument("--source", default="mined dev commits", help="named in the file")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    args = parser.parse_args()
    scorer = load_scorer(args.scorer)
    fit, judge, exact, acted = Fit(args.strength), Judge(scorer), 0, 0
    for case, best in offered(args.pair):
        python = case["language"] == "python"
        exact += scorer.tokens(best["output"], python) == scorer.tokens(case["fixed"], python)
        acted += 1
        fit.pairs += judge.pairs(case, best)
    rare = [pair for case, best in offered(args.rare) for pair in judge.pairs(case, best)]
    table = json.loads(TARGET.read_text(encoding="utf-8"))
    fit.pool(args.least, table["ceilings"])
    fit.train()
    if rare:
        fit.train_rare(rare, args.least // 2)
    print(f"{acted} cases acted on, exact {exact / (acted or 1):.1%}")
    others = {key: row for key, row in table["curves"].items() if not key.startswith(FAMILY)}
    table["curves"] = others | {
        rule: {
            "points": fit.curve(rule),
            "n": len(fit.of(rule)),
            "interval": fit.interval(rule),
            "source": args.source,
        }
        for rule in fit.rules
    }
    for rule in fit.rules:
        row = table["curves"][rule]
        shares = " ".join(f"{share:.2f}" for _, share in row["points"])
        print(f"{rule:36s} n={row['n']:5d} kept={fit.mean(rule):.1%} {row['interval']} {shares}")
    if args.write:
        TARGET.write_text(compact(table), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
