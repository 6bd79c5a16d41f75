"""Run the repair organ over a file of cases and write predictions for the scorer of repairs.

    python benchmarks/repair.py CASES.jsonl PREDICTIONS.jsonl [--sample N] [--kind K] [--raw]

CASES: one JSON object a line with id, language, kind and broken. Each prediction holds the
candidates in the order of the gate with its confidences (0 for unsafe ones, which a plain run does
not apply), or with `--raw` in the corrector's order with its raw scores; seconds, rules and safety
beside them. `--sample N` takes N cases drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from thea_code_system.confidence.calibration import Calibration
from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Proposal, Safety
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

SUFFIX = {"python": ".py", "javascript": ".js", "typescript": ".ts", "tsx": ".tsx"}


class Runner:
    """One process's corrector."""

    def __init__(self, budget: int, seconds: float, *, raw: bool) -> None:
        import torch

        torch.set_num_threads(1)
        self.calibration = None if raw else Calibration.packaged()
        self.corrector = SyntaxCorrector()
        self.context = ProjectContext("/", Settings(syntax_budget=budget, syntax_seconds=seconds))

    def __call__(self, case: dict) -> dict:
        source = SourceFile(f"case{SUFFIX[case['language']]}", case["broken"])
        start = time.perf_counter()
        proposals = asyncio.run(self.corrector.propose([source], self.context))[0]
        seconds = time.perf_counter() - start
        made = [
            {
                "output": Patch.rewrite(case["broken"], proposal.edits),
                "confidence": confidence,
                "rules": proposal.rules,
                "safety": proposal.safety.name,
            }
            for proposal, confidence in self.ranked(proposals)
        ]
        late = bool(self.corrector.timed_out)
        return {
            "id": case["id"],
            "candidates": made,
            "seconds": round(seconds, 3),
            "timed_out": late,
        }

    def ranked(self, proposals: Sequence[Proposal]) -> list[tuple[Proposal, float]]:
        if self.calibration is None:
            return [(proposal, round(proposal.score, 4)) for proposal in proposals]
        exact = self.calibration.confidences(proposals)
        order = exact.argsort(descending=True, stable=True).tolist()
        rounded = exact.round(decimals=2).tolist()
        return [
            (proposals[at], rounded[at] if proposals[at].safety is Safety.SAFE else 0.0)
            for at in order
        ]


RUNNER: Runner


def begin(budget: int, seconds: float, raw: bool) -> None:
    global RUNNER  # noqa: PLW0603 - one a process of the pool
    RUNNER = Runner(budget, seconds, raw=raw)


def repair(case: dict) -> dict:
    return RUNNER(case)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--budget", type=int, default=Settings().syntax_budget)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--raw", action="store_true")
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text("utf-8").splitlines()]
    cases = [case for case in cases if not options.kind or case["kind"] in options.kind][
        : options.limit
    ]
    if options.sample:
        random.Random(0).shuffle(cases)
        cases = cases[: options.sample]
    seconds = []
    context = multiprocessing.get_context("spawn")
    with (
        context.Pool(
            options.workers, begin, (options.budget, options.seconds, options.raw)
        ) as pool,
        options.predictions.open("w", encoding="utf-8") as out,
    ):
        for made in pool.imap(repair, cases):
            seconds.append(made["seconds"])
            out.write(json.dumps(made) + "\n")
    if seconds:
        ordered = sorted(seconds)
        late = ordered[int(0.95 * (len(ordered) - 1))]
        print(
            f"{len(seconds)} cases, median {statistics.median(ordered):.2f} s,"
            f" p95 {late:.2f} s, worst {ordered[-1]:.2f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
