"""How many test runs it takes to find the corrections that break tests.

    python benchmarks/culprits.py [--rounds 200] [--write]

The tests are simulated, the search is the product's: each culprit fails a test of its own, and
lies anywhere. Beside it ddmin (Zeller and Hildebrandt, 2002), one set at a time, asked again for
every culprit until what is left passes; it remembers the results of equal sets, and does not look
whether a failure repeats, as the product does. The run of the tree without corrections is counted
for both.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics

from document import Document

from thea_code_system.values.verification import Failures
from thea_code_system.verification.culprits import CulpritSearch

NUMBERS = (50, 200, 1_000)
CULPRITS = (0, 1, 3, 10)
SIDE_BY_SIDE = (1, 2)


class SimulatedTests:
    """Counts how often it is asked what a set of corrections breaks."""

    def __init__(self, culprits):
        self.culprits = frozenset(culprits)
        self.runs = 1  # the tree as it was
        self.seen = {}

    async def probe(self, units):
        self.runs += 1
        return Failures({f"test_{one}": 1 for one in self.culprits.intersection(units)})

    def fails(self, units):
        """The same for ddmin, which remembers nothing by itself."""
        key = frozenset(units)
        if key not in self.seen:
            self.runs += 1
            self.seen[key] = bool(self.culprits & key)
        return self.seen[key]


class Ddmin:
    """Minimal failing subsets, one after the other."""

    def __init__(self, tests):
        self._tests = tests

    def culprits(self, number):
        left, found = list(range(number)), []
        while left and self._tests.fails(left):
            smallest = self._smallest(left)
            found += smallest
            left = [unit for unit in left if unit not in smallest]
        return found

    def _smallest(self, units):
        parts = 2
        while len(units) >= 2:
            size = -(-len(units) // parts)
            subsets = [units[at : at + size] for at in range(0, len(units), size)]
            rests = [[unit for unit in units if unit not in subset] for subset in subsets]
            if failing := next(filter(self._tests.fails, subsets), None):
                units, parts = failing, 2
            elif parts > 2 and (failing := next(filter(self._tests.fails, rests), None)):
                units, parts = failing, parts - 1
            elif parts < len(units):
                parts = min(len(units), 2 * parts)
            else:
                break
        return units


class Comparison:
    """Runs of both, over the same draws."""

    def __init__(self, rounds):
        self._rounds = rounds

    def draws(self, number, culprits):
        for seed in range(self._rounds):
            yield random.Random(seed).sample(range(number), culprits)

    def ours(self, number, culprits, side_by_side):
        runs = []
        for drawn in self.draws(number, culprits):
            tests = SimulatedTests(drawn)
            search = CulpritSearch(tests.probe, Failures(), lambda: False, side_by_side)
            judged = asyncio.run(search.judge(range(number)))
            assert set(judged.guilty) == set(drawn)
            runs.append(tests.runs)
        return runs

    def ddmin(self, number, culprits):
        runs = []
        for drawn in self.draws(number, culprits):
            tests = SimulatedTests(drawn)
            assert set(Ddmin(tests).culprits(number)) == set(drawn)
            runs.append(tests.runs)
        return runs

    def section(self):
        yield "## Finding the corrections that break tests"
        yield ""
        yield (
            f"`python benchmarks/culprits.py --write`: test runs over {self._rounds} draws, mean"
            " and most, that of the tree as it was included. Ours repeat each failure on which"
            " something depends; ddmin repeats none."
        )
        yield ""
        yield "| corrections | culprits | one at a time | two side by side | ddmin |"
        yield "|--:|--:|--:|--:|--:|"
        for number in NUMBERS:
            for culprits in CULPRITS:
                found = [self.ours(number, culprits, one) for one in SIDE_BY_SIDE]
                cells = [*found, self.ddmin(number, culprits)]
                words = " | ".join(f"{statistics.mean(one):.1f}, {max(one)}" for one in cells)
                yield f"| {number:,} | {culprits} | {words} |"


class Main:
    """The command line."""

    def run(self):
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument("--rounds", type=int, default=200)
        parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
        options = parser.parse_args()
        lines = list(Comparison(options.rounds).section())
        print("\n".join(lines))
        if options.write:
            Document().write("culprits", lines)


if __name__ == "__main__":
    Main().run()
