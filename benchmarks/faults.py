"""Faults, tried for real: what is left of a run that is killed, robbed or raced.

python benchmarks/faults.py                    all of it, into docs/benchmarks.md
python benchmarks/faults.py kills --every 50   a slice of the kill points, only printed
python benchmarks/faults.py scenarios worker   the scenarios whose name holds a word, only printed
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from document import Document
from fault_scenarios import SCENARIOS, Told
from kill_points import ACTS, Killed, KillPoints


class KillTable:
    """Every operation of four commands, each followed by what a user does then."""

    def __init__(self, every, jobs):
        self.every, self.jobs = every, jobs

    def run(self):
        """Share the points out to forks of this process; one result for each command."""
        shares = [self._share(number) for number in range(self.jobs)]
        for act in ACTS:
            print(f"  {act.name}", flush=True)
        merged = [[Killed(**plain) for plain in self._answer(share)] for share in shares]
        return [self._sum(results) for results in zip(*merged, strict=True)]

    def _share(self, number):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            memory = Path("/dev/shm")  # the disk would make it slower, and prove no more
            base = memory if memory.is_dir() else None
            folder = tempfile.mkdtemp(prefix="faults-", dir=base)
            code = 1
            try:
                points = KillPoints(folder, self.every, (number, self.jobs))
                points.prepare()
                answer = json.dumps([asdict(result) for result in points.run()])
                os.write(writing, answer.encode())
                code = 0
            except BaseException:  # noqa: BLE001 - the parent only learns that it failed
                traceback.print_exc()
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                os._exit(code)
        os.close(writing)
        return child, reading

    @staticmethod
    def _answer(share):
        child, reading = share
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit("the kill points could not be tried")
        return json.loads(answer)

    @staticmethod
    def _sum(results):
        first = results[0]
        return Killed(
            first.name,
            first.operations,
            sum(result.points for result in results),
            sum(result.missed for result in results),
            [problem for result in results for problem in result.problems],
            max(result.seconds for result in results),
        )

    def lines(self, results):
        """As a table."""
        total = sum(result.points for result in results)
        problems = sum(len(result.problems) for result in results)
        yield "## Killed at every operation"
        yield ""
        yield (
            f"**{total:,} kill points**, {problems} problems. Each operation that changes the disk"
            " (system calls of Thea, statements and commits of the ledger and the cache, SQLite's"
            " own writes to database and journal) was the last of its process: killed before it,"
            " half-way through it where Thea writes a file, and after the last of all. (Of a run"
            " that has no cache yet, every fifth.) Then every file was the old or the new one, the"
            " ledger was sound, `thea resume` (or the command itself) completed, `thea undo`"
            " restored every byte, and nothing was left behind."
        )
        yield ""
        yield (
            "| killed command | operations | fsync | rename | commit | SQLite's writes |"
            " kill points | problems | s |"
        )
        yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
        for result in results:
            told = Counter(result.operations)
            yield (
                f"| `thea {result.name}` | {sum(told.values())} | {told['fsync']} |"
                f" {told['replace'] + told['rename'] + told['link']} | {told['COMMIT']} |"
                f" {told['sqlite pwrite']} | {result.points:,} | {len(result.problems)} |"
                f" {result.seconds:.0f} |"
            )


class ScenarioTable:
    """Runs on clusters to which something happens."""

    def __init__(self, word=""):
        self.chosen = [scenario for scenario in SCENARIOS if word.lower() in scenario.name.lower()]

    def run(self):
        """One after the other: each starts a cluster of its own."""
        return [self._played(scenario) for scenario in self.chosen]

    @staticmethod
    def _played(scenario):
        folder = tempfile.mkdtemp(prefix="faults-")
        try:
            told = scenario(folder).play()
        except RuntimeError as error:
            told = Told(scenario.name, scenario.expected, problems=[str(error)])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"  {told.name}: exit {told.code} after {told.seconds:.1f} s", flush=True)
        return told

    @staticmethod
    def lines(results):
        """As a table."""
        yield "## Clusters that break"
        yield ""
        yield (
            "Half-way through `thea correct --workers 2` on a cluster of its own. The time is from"
            " the fault to the end of the process; 5 s later none of its processes lived."
        )
        yield ""
        yield (
            "| what happens | promised | exit | s | files | accounted for | corrected | resumed |"
            " problems |"
        )
        yield "|---|---|---:|---:|---:|---:|---:|---|---|"
        for told in results:
            problems = "; ".join(told.problems).replace("\n", " ").replace("|", "/") or "none"
            accounted = told.accounted or "by `resume`"
            yield (
                f"| {told.name} | {told.expected} | {told.code} | {told.seconds:.1f} |"
                f" {told.files} | {accounted} | {told.corrected} | {told.resumed} | {problems} |"
            )


def publish(section, lines, *, write):
    """Print a table; write it into the docs if it is a whole one."""
    print("\n".join(lines))
    if write:
        load = f"`python benchmarks/faults.py`; load {Document.load()}."
        Document().write(section, [*lines[:1], "", load, *lines[1:]])


def main():
    """Run what was asked for; exit code 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", nargs="?", choices=["all", "kills", "scenarios"], default="all")
    parser.add_argument("word", nargs="?", default="", help="of the scenarios to run")
    parser.add_argument("--every", type=int, default=1, help="try every n-th kill point only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    problems = []
    if asked.part in {"all", "kills"}:
        table = KillTable(asked.every, asked.jobs)
        results = table.run()
        publish("fault-kills", list(table.lines(results)), write=asked.every == 1)
        problems += [problem for result in results for problem in result.problems]
    if asked.part in {"all", "scenarios"}:
        table = ScenarioTable(asked.word)
        results = table.run()
        publish("fault-scenarios", list(table.lines(results)), write=not asked.word)
        problems += [f"{told.name}: {problem}" for told in results for problem in told.problems]
    print("\n".join(problems))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
