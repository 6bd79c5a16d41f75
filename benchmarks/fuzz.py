"""Send mutated files through every corrector, in this process, and look for what must not happen.

    python benchmarks/fuzz.py --count 200000 --seed 0 --log DIR [--shard 1/2]

No crash, no corrector that gives up, no file that takes more than a second of processor time by
itself, no byte changed outside of the edits, and nothing that parses made not to parse. Files are
pieces of those installed here, drawn and mutated by the seed and the batch's number alone; a batch
that the log has is not done again, so a run that was stopped goes on. Each problem is kept with its
file in DIR. Exit status 1 if there was one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

from fuzzing.mutator import Mutator
from fuzzing.seeds import Seeds
from fuzzing.trial import SLOW, Findings, Trial

SIZE = {"usual": 200, "learned": 100, "all": 50}  # files of a batch
SHARE = ("usual",) * 16 + ("learned",) * 2 + ("all",) * 2  # by number of a batch
LIMIT = 1.0  # seconds of processor time that one file may take
BROKEN = 0.1  # how often a file is also broken


class Fuzzer:
    """Draws batches and keeps what they came to."""

    def __init__(self, seed: int, log: Path | None, budget: int) -> None:
        self.seed, self.log, self.budget = seed, log, budget
        self.seeds = Seeds()
        self.trials: dict[str, Trial] = {}
        self.total: Counter[str] = Counter()
        self.problems: dict[str, str] = {}
        self.spent: dict[str, list[float]] = {}

    def batch(self, number: int, count: int) -> dict[str, bytes]:
        """The files of a batch; the same for the same seed, number and installed packages."""
        rng = random.Random(f"{self.seed}/{number}")
        mutator = Mutator(rng, self.seeds)
        drawn = (mutator.draw(BROKEN) for _ in range(count))
        return {f"{number}/f{place}{suffix}": data for place, (suffix, data) in enumerate(drawn)}

    async def run(self, numbers: range, count: int) -> None:
        done = self._done()
        files = sum(done.values())
        for number in numbers:
            if number in done:
                continue
            profile = SHARE[number % len(SHARE)]
            batch = self.batch(number, min(SIZE[profile], count - files))
            await self._one(number, profile, batch)
            files += len(batch)
            if files >= count:
                break
        for trial in self.trials.values():
            await trial.close()

    async def _one(self, number: int, profile: str, batch: dict[str, bytes]) -> None:
        if profile not in self.trials:
            self.trials[profile] = Trial(profile, self.budget, LIMIT)
            await self.trials[profile].run(
                {"first.py": b"if x\n    pass\n", "first.js": b"if (x\n"}
            )
        trial, start = self.trials[profile], time.monotonic()
        found = await trial.run(batch)
        crashed = found.problems and not found.counts
        spent = self.spent.setdefault(profile, [])
        usual = sorted(spent)[len(spent) // 2] if spent else 0.06 * len(batch)
        if found.seconds > usual + 5 * LIMIT or crashed:
            await self._alone(trial, batch, found)
        else:  # a busy machine, or a collection of garbage, may have taken the time
            slow = [path for path, words in found.problems.items() if words == SLOW]
            await self._alone(trial, {path: batch[path] for path in slow}, found)
        spent.append(found.seconds)
        self.total.update(found.counts)
        self.problems.update(found.problems)
        self._keep(number, profile, batch, found, time.monotonic() - start)

    async def _alone(self, trial: Trial, batch: dict[str, bytes], found: Findings) -> None:
        """Which file it is that takes long, or crashes, when it is looked at by itself."""
        for path, data in batch.items():
            found.problems.pop(path, None)
            one = await trial.run({path: data})
            found.problems.update(one.problems)
            if one.seconds > LIMIT:
                found.problems[path] = f"takes {one.seconds:.1f} s"

    def _keep(self, number, profile, batch, found: Findings, seconds: float) -> None:
        for path, words in found.problems.items():
            print(f"{path}: {words}", flush=True)
        if self.log is None:
            return
        for path in found.problems.keys() & batch.keys():
            place = self.log / "files" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(batch[path])
        row = {
            "batch": number, "profile": profile, "files": len(batch),
            "cpu": round(found.seconds, 2), "wall": round(seconds, 2),
            "counts": found.counts, "problems": found.problems,
        }  # fmt: skip
        with (self.log / "batches.jsonl").open("a") as log:
            log.write(f"{json.dumps(row)}\n")

    def _done(self) -> dict[int, int]:
        """Files by number of a batch that the log has."""
        path = self.log / "batches.jsonl" if self.log else None
        if path is None or not path.exists():
            return {}
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for row in rows:
            self.total.update(row["counts"])
            self.problems.update(row["problems"])
        return {row["batch"]: row["files"] for row in rows}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--shard", default="0/1", help="which of how many, from 0")
    parser.add_argument("--budget", type=int, default=60, help="candidates of a syntax search")
    asked = parser.parse_args()
    shard, shards = map(int, asked.shard.split("/"))
    log = asked.log / str(shard) if asked.log else None
    if log:
        log.mkdir(parents=True, exist_ok=True)
    fuzzer = Fuzzer(asked.seed, log, asked.budget)
    start = time.monotonic()
    asyncio.run(fuzzer.run(range(shard, sys.maxsize, shards), asked.count // shards))
    files = sum(fuzzer.total.values())
    print(f"{files:,} files, {time.monotonic() - start:.0f} s, {len(fuzzer.problems)} problems")
    print(", ".join(f"{name} {n:,}" for name, n in fuzzer.total.most_common()))
    return 1 if fuzzer.problems else 0


if __name__ == "__main__":
    sys.exit(main())
