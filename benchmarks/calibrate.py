"""Measure how often repairs are right on real fixes, and write the packaged calibration.

    python benchmarks/calibrate.py --pair CASES.jsonl PREDICTIONS.jsonl [--pair ...] [--write]

CASES and PREDICTIONS have the shapes of the shared scorer; predictions hold raw scores (`repair.py
--raw`) and name the `rules`. A confidence is the probability that the owner would keep the edit, so
a repair counts as kept where the human's commit made it, too: every line that the repair changed
stands, token for token, at the same place in the human's fixed file, and none that it removed does,
whatever else that commit changed. A single line may have been changed further, if the tokens that
the repair edited stand in it between the same neighbours; where no line like it is left, the case
tells nothing. `exact` (the whole file has the same tokens) is printed beside it.

For every rule with `--least` cases, and for the other rules of the family that have no ceiling
together, a monotone curve is fitted by pooling adjacent violators; each pool is shrunk towards the
mean by as many pseudo-observations as `--prior`. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import torch

ALIKE = 0.6  # share of common tokens from which a line is taken for a later version of another
SCORER = Path(__file__).parents[2] / "shared" / "eval" / "score_repair.py"
TARGET = Path(__file__).parents[1] / "thea_code_system" / "confidence" / "calibration.json"


class Fit:
    """Pairs of raw score and rightness, and the curve through them."""

    def __init__(self, prior: float) -> None:
        self.prior = prior
        self.pairs: list[tuple[float, bool]] = []

    def curve(self, mean: float) -> list[list[float]]:
        """Points of a rising curve: one at the weighted middle of each pool."""
        pools: list[list[float]] = []  # cases, right ones, sum of scores
        for score, right in sorted(self.pairs):
            pools.append([1.0, float(right), score])
            while len(pools) > 1 and self._share(pools[-2], mean) >= self._share(pools[-1], mean):
                last = pools.pop()
                pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
        points = [
            [0.0, 0.0]
        ]  # what nothing speaks for is not to profit from what was seen higher up
        for pool in self._wide(pools):
            score = round(pool[2] / pool[0], 4)
            if score > points[-1][0]:
                points.append([score, round(self._share(pool, mean), 3)])
        return points

    def _wide(self, pools: list[list[float]], least: float = 10.0) -> list[list[float]]:
        """Pools of which each step up rests on at least some cases; a small one joins a lower."""
        wide: list[list[float]] = []
        for pool in pools:
            if wide and pool[0] < least:
                wide[-1] = [a + b for a, b in zip(wide[-1], pool, strict=True)]
            else:
                wide.append(list(pool))
        return wide

    def _share(self, pool: list[float], mean: float) -> float:
        return (pool[1] + self.prior * mean) / (pool[0] + self.prior)

    @property
    def mean(self) -> float:
        return sum(right for _, right in self.pairs) / (len(self.pairs) or 1)

    def interval(self) -> list[float]:
        """Wilson's 95 % interval of the share that is right."""
        n, z = torch.tensor(float(len(self.pairs) or 1)), torch.tensor(1.959964)
        p = torch.tensor(self.mean)
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * torch.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return [round(float(middle - half), 3), round(float(middle + half), 3)]


class Judge:
    """Whether the human made the same edit, by lines of tokens."""

    def __init__(self, scorer: ModuleType) -> None:
        self.scorer = scorer

    def kept(self, case: dict, output: str) -> bool | None:
        """None where the human's file has no line left that could tell."""
        python = case["language"] == "python"
        broken, made, fixed = (
            self.lines(text, python=python) for text in (case["broken"], output, case["fixed"])
        )
        there = self.matched(made, fixed)
        told: set[bool | None] = set()
        for tag, first, last, low, high in self.changes(broken, made):
            if tag == "equal":
                continue
            fewer = high - low < last - first  # what was removed must not stand there
            around = range(max(low - 1, 0), min(high + 1, len(made))) if fewer else range(low, high)
            places = [there.get(at, -1) for at in around]
            stands = bool(places) and -1 not in places
            stands = stands and (not fewer or places[-1] - places[0] == len(places) - 1)
            if not stands and last - first == high - low == 1:
                told.add(self.within(broken[first], made[low], fixed))
            else:
                told.add(stands)
        return False if False in told else None if None in told else True

    def within(self, old: tuple, new: tuple, fixed: list) -> bool | None:
        """Whether the line that the human made of one holds the same edit of tokens."""
        likest = max(fixed, key=lambda line: self.likeness(new, line), default=())
        if self.likeness(new, likest) < ALIKE:
            return None
        old, new, likest = (("^", *line, "$") for line in (old, new, likest))
        return all(
            tag == "equal"
            or self.count(likest, new[low - 1 : high + 1])
            > self.count(old, new[low - 1 : high + 1])
            for tag, _, _, low, high in self.changes(old, new)
        )

    @staticmethod
    def likeness(one: tuple, other: tuple) -> float:
        common = sum((Counter(one) & Counter(other)).values())
        return 2 * common / (len(one) + len(other) or 1)

    @staticmethod
    def count(line: tuple, piece: tuple) -> int:
        return sum(line[at : at + len(piece)] == piece for at in range(len(line)))

    def lines(self, text: str, *, python: bool) -> list[tuple[str, ...]]:
        """Tokens by line, blank lines and comments left out."""
        found = (self.scorer.tokens(line, python) for line in text.splitlines())
        return [tuple(tokens) for tokens in found if tokens]

    def matched(self, made: list, fixed: list) -> dict[int, int]:
        """Where the lines made stand in the fixed file."""
        return {
            at: low + at - first
            for tag, first, last, low, _ in self.changes(made, fixed)
            if tag == "equal"
            for at in range(first, last)
        }

    @staticmethod
    def changes(one: list, other: list) -> list:
        return difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


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


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pair", nargs=2, action="append", required=True)
    parser.add_argument("--scorer", type=Path, default=SCORER)
    parser.add_argument("--prior", type=float, default=1.0)
    parser.add_argument("--least", type=int, default=20, help="cases for a rule's own curve")
    parser.add_argument("--source", default="mined dev commits", help="named in the file")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    args = parser.parse_args()
    scorer = load_scorer(args.scorer)
    fits: dict[str, Fit] = {"syntax": Fit(args.prior)}
    judge, exact, acted = Judge(scorer), 0, 0
    for cases, predictions in args.pair:
        made = {row["id"]: row for row in rows_of(predictions)}
        for case in rows_of(cases):
            offers = (made.get(case["id"]) or {}).get("candidates") or []
            if not offers:
                continue
            best, python = offers[0], case["language"] == "python"
            exact += scorer.tokens(best["output"], python) == scorer.tokens(case["fixed"], python)
            acted += 1
            kept = judge.kept(case, best["output"])
            if kept is not None:
                fit = fits.setdefault(best["rules"][0], Fit(args.prior))
                fit.pairs.append((best["confidence"], kept))
    table = json.loads(TARGET.read_text(encoding="utf-8"))
    for key, fit in fits.items():
        few = len(fit.pairs) < args.least
        if key != "syntax" and few and key not in table["ceilings"]:
            fits["syntax"].pairs += fit.pairs  # a rule with few cases shares the family's curve
    print(f"{acted} cases acted on, exact {exact / (acted or 1):.1%}")
    for key, fit in sorted(fits.items()):
        points = fit.curve(fit.mean)
        print(f"{key:36s} n={len(fit.pairs):5d} kept={fit.mean:.1%} {fit.interval()} {points}")
        if key == "syntax" or len(fit.pairs) >= args.least:
            table["curves"][key] = {
                "points": points,
                "n": len(fit.pairs),
                "interval": fit.interval(),
                "source": args.source,
            }
        else:
            table["curves"].pop(key, None)
    if args.write:
        TARGET.write_text(json.dumps(table, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
