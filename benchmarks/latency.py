"""Measure how long one broken file takes, with the edit model loaded, on one thread.

    python benchmarks/latency.py CASES.jsonl [--lines 200 300] [--limit 60]

CASES has the shape of the shared scorer; of its cases those with that many lines are repaired one
after another, as an actor would. Prints median and 95th percentile in milliseconds of processor
time, beside the search without a model on the same files in the same run. `ONEDNN_MAX_CPU_ISA=AVX2`
before the command tells what a processor without larger units would take.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time

import torch
from calibrate import rows_of

from thea_code_system.correctors.syntax.corrector import SyntaxCorrector
from thea_code_system.languages.registry import Languages
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.source import SourceFile


class Stopwatch:
    """Repairs the same files with two correctors in turn."""

    def __init__(self) -> None:
        shelf = ModelShelf()
        self.correctors = {
            "with the model": SyntaxCorrector(shelf=shelf),
            "search alone": SyntaxCorrector(),
        }
        self.times: dict[str, list[float]] = {name: [] for name in self.correctors}
        shelf.model()

    async def time(self, sources: list[SourceFile]) -> None:
        context = ProjectContext("/", Settings())
        for source in [sources[0], *sources]:  # the first one warms up
            for name, corrector in self.correctors.items():
                start = time.process_time()
                await corrector.propose([source], context)
                self.times[name].append(1000 * (time.process_time() - start))

    def show(self) -> None:
        for name, times in self.times.items():
            taken = torch.tensor(times[1:])
            median, slow = (float(taken.quantile(share)) for share in (0.5, 0.95))
            print(f"{name:16} median {median:6.0f} ms, 95 % below {slow:6.0f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases")
    parser.add_argument("--lines", nargs=2, type=int, default=(200, 300))
    parser.add_argument("--limit", type=int, default=60)
    options = parser.parse_args()
    torch.set_num_threads(1)
    low, high = options.lines
    cases = [c for c in rows_of(options.cases) if low <= c["broken"].count("\n") <= high]
    cases = random.Random(0).sample(cases, min(options.limit, len(cases)))
    languages = Languages()
    sources = [
        SourceFile(f"case{languages.named(case['language']).suffixes[0]}", case["broken"])
        for case in cases
    ]
    print(f"{len(sources)} files; ONEDNN_MAX_CPU_ISA={os.environ.get('ONEDNN_MAX_CPU_ISA', '')}")
    watch = Stopwatch()
    asyncio.run(watch.time(sources))
    watch.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
