"""Where one driver ends, what a second worker gives, and what a run keeps in memory.

    python benchmarks/pool.py [saturation] [scaling] [memory] [--write-docs]

saturation: distinct files of 1 KB through a warm pool of two Ray actors that find nothing, as whole
    runs: walked, read, sent, answered, counted in the report and entered in the ledger; no cache.
scaling: files of real packages with a bracket, quote or colon taken out, which are searched for
    repairs, through warm pools of one and of two actors, in turns.
memory: the peak of the driver's resident memory over trees of more and more files, each in a
    process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from document import Document

from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.actors.intake import CHUNK
from thea_code_system.actors.placement import BATCH_BYTES, RunPlacement
from thea_code_system.config.production import ProductionConfig
from thea_code_system.values.outcome import Clean
from thea_code_system.values.report import Job, Mode
from thea_code_system.wrappers import ActorPool, Cluster, create_actor, remote_method

ACTORS = 2
PACKAGES = ("jinja2", "networkx", "pygments", "requests", "rich", "sympy")  # none is reserved
TAKEN = "()[]:\"'"


class Idle(CorrectionActor):
    """Finds nothing, at once: what is left is what everything around correctors costs."""

    @remote_method
    async def correct(self, batch):
        outcomes = [Clean(source.path, source.digest) for source in batch]
        self._statistics.observe(outcomes)
        self._statistics.count("batches")
        return outcomes


class WarmPool(ActorPool):
    """A pool that runs leave open for each other."""

    async def shutdown(self):
        pass


class Runs:
    """Whole runs over one tree, through pools that are opened by the first run and stay."""

    def __init__(self, root, actor, mode, **settings):
        self.root, self.actor, self.mode = str(root), actor, mode
        self.settings = {"cache": False, **settings}
        self.pools, self.opened = {}, RunPlacement.pool

    async def __aenter__(self):
        self.cluster = await Cluster().start(ACTORS)
        gc.set_threshold(100_000)  # as `thea` does
        RunPlacement.pool = lambda placement, context, *_, **__: self.pool(placement, context)
        return self

    async def __aexit__(self, *_):
        RunPlacement.pool = self.opened
        for pool in self.pools.values():
            await ActorPool.shutdown(pool)
        await self.cluster.leave()

    async def pool(self, placement, context):
        workers = placement._config.workers  # noqa: SLF001 - what was asked for
        if workers not in self.pools:
            context = replace(context, imported=dict(context.imported))
            self.pools[workers] = WarmPool(
                self.actor,
                workers,
                args=(context, None),
                batch_size=CHUNK,
                batch_bytes=BATCH_BYTES,
                size_of=lambda source: len(source.text),
                options=replace(self.actor.options, num_gpus=0.0),
            )
        return self.pools[workers]

    async def once(self, workers=ACTORS):
        """Seconds, processor seconds of this process, and the report of one run."""
        config = ProductionConfig(root=self.root, workers=workers, **self.settings)
        handle = create_actor(OrchestrationActor, config, inline=True)
        started, cpu = time.perf_counter(), time.process_time()
        async for _ in handle.run(Job(self.root, (self.root,), self.mode, every_file=True)):
            pass
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        report = await handle.report()
        await handle.shutdown()
        return seconds, cpu, report


class Tree:
    """Files in a folder of their own, 100 in each folder below it."""

    def __init__(self, folder):
        self.root, self.files = Path(folder, "tree"), 0
        self.root.mkdir()
        self.lots = random.Random(7)

    def put(self, text):
        folder = self.root / f"package_{self.files // 100:04}"
        folder.mkdir(exist_ok=True)
        (folder / f"module_{self.files:06}.py").write_text(text, encoding="utf-8")
        self.files += 1

    def grow(self, files):
        """Different files of 1 KB each, until there are so many."""
        while self.files < files:
            text = f'"""Module {self.files}."""\n\n'
            while len(text) < 990:
                text += f"value_{self.lots.randrange(10**6)} = {self.lots.randrange(10**9)}\n"
            self.put(text)
        return self

    def copy(self, files):
        """Files of real packages, each with something missing."""
        folders = [Path(importlib.util.find_spec(name).origin).parent for name in PACKAGES]
        found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
        found = [path for path in found if 500 < path.stat().st_size < 60_000]
        for path in self.lots.sample(found, files):
            text = path.read_text(encoding="utf-8")
            places = [place for place, sign in enumerate(text) if sign in TAKEN]
            gone = self.lots.choice(places)
            self.put(text[:gone] + text[gone + 1 :])
        return self


class Saturation:
    """Files a second where correctors take no time."""

    async def run(self, files, rounds):
        rates, costs = [], []
        with tempfile.TemporaryDirectory(prefix="tp-", dir="/tmp") as folder:
            root = Tree(folder).grow(files).root
            async with Runs(root, Idle, Mode.WRITE, select=("patterns",)) as runs:
                await runs.once()
                for _ in range(rounds):
                    seconds, cpu, report = await runs.once()
                    assert report.files == {"clean": files}, report.files
                    rates.append(files / seconds)
                    costs.append(cpu / files * 1e6)
                    print(f"{rates[-1]:,.0f} files/s, {costs[-1]:.0f} us", flush=True)
        return (
            f"{files:,} distinct files of 1 KB through a warm pool of {ACTORS} Ray actors that find"
            f" nothing, {rounds} whole runs after one that is not counted:"
            f" **{statistics.median(rates):,.0f} files a second** (median;"
            f" {min(rates):,.0f} to {max(rates):,.0f}), {statistics.median(costs):.0f} µs of the"
            " driver's processor time a file."
        )


class Scaling:
    """What a second worker gives, on the clock and by the processor time that each worker took."""

    async def run(self, files, rounds):
        taken, ratios, balanced, shares = {1: [], 2: []}, [], [], []
        with tempfile.TemporaryDirectory(prefix="tp-", dir="/tmp") as folder:
            root = Tree(folder).copy(files).root
            async with Runs(root, CorrectionActor, Mode.CHECK, select=("syntax",)) as runs:
                for workers in taken:
                    await runs.once(workers)
                for _ in range(rounds):
                    (alone,), pair = [await self.worked(runs, taken, n) for n in taken]
                    ratios.append(taken[1][-1] / taken[2][-1])
                    balanced.append(alone / max(pair))
                    shares.append(runs.cpu / taken[2][-1])
                    print(f"{ratios[-1]:.2f} times; {alone:.1f} s, {pair} s", flush=True)
        one, two = (files / statistics.median(times) for times in taken.values())
        return (
            f"{files} files of real packages with one character missing, searched for repairs"
            f" (`--select syntax --check`), {rounds} runs each in turns, warm pools: {one:.1f}"
            f" files a second with one worker, {two:.1f} with two:"
            f" **{statistics.median(ratios):.2f} times** on the clock of a machine with two"
            f" processors and other work. By processor time, which other work disturbs less, one"
            f" worker took **{statistics.median(balanced):.2f} times** what the busier of two took;"
            f" the driver took {statistics.median(shares):.2f} of a processor beside them."
        )

    @staticmethod
    async def worked(runs, taken, workers):
        """The processor seconds of each worker in one run."""
        health = await runs.pools[workers].health_check()
        before = [Scaling.processor_time(one.pid) for one in health]
        seconds, runs.cpu, _ = await runs.once(workers)
        taken[workers].append(seconds)
        after = [Scaling.processor_time(one.pid) for one in health]
        return [round(end - begin, 1) for begin, end in zip(before, after, strict=True)]

    @staticmethod
    def processor_time(pid):
        """Of a process and the children that it has waited for, in seconds."""
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """How the driver's memory grows with the tree."""

    async def run(self, sizes):
        peaks = {}
        with tempfile.TemporaryDirectory(prefix="tp-", dir="/tmp") as folder:
            tree = Tree(folder)
            for files in sizes:
                tree.grow(files)
                child = (sys.executable, __file__, "one", "--root", str(tree.root))
                done = subprocess.run(child, capture_output=True, text=True, check=True)
                peaks[files] = int(done.stdout.split()[-1])
                print(f"{files:,} files: {peaks[files] / 1e6:.0f} MB", flush=True)
        (low, high) = (min(sizes), max(sizes))
        each = (peaks[high] - peaks[low]) / (high - low)
        cells = ", ".join(f"{peak / 1e6:.0f} MB for {files:,}" for files, peak in peaks.items())
        return (
            f"Peak memory of the driver (Ray's client included) over files of 1 KB: {cells}."
            f" That is **{each:,.0f} bytes a file**, its path and stamp; what is read is bounded by"
            " the batches under way."
        )

    async def one(self, root):
        """The peak of one run, in bytes."""
        async with Runs(root, Idle, Mode.WRITE, select=("patterns",)) as runs:
            await runs.once()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=["saturation", "scaling", "memory"])
    parser.add_argument("--files", type=int, default=20_000, help="of 1 KB each")
    parser.add_argument("--broken", type=int, default=300, help="files to repair")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    parser.add_argument("--root", help="of the tree that `one` looks at")
    parser.add_argument("--write-docs", action="store_true")
    options = parser.parse_args()
    parts = {
        "saturation": lambda: Saturation().run(options.files, options.rounds),
        "scaling": lambda: Scaling().run(options.broken, options.rounds),
        "memory": lambda: Memory().run(options.sizes),
        "one": lambda: Memory().one(options.root),
    }
    for part in options.parts:
        load = Document.load()
        words = await parts[part]()
        if words:
            words += f" Load {load} at the start, {Document.load()} at the end."
            print(words)
        if words and options.write_docs:
            head = ["## The pool at full load", ""] if part == "saturation" else []
            asked = " ".join(word for word in sys.argv[1:] if word != "--write-docs")
            lines = [*head, f"`python benchmarks/pool.py {asked}`: {words}"]
            Document().write(f"pool-{part}", lines)


if __name__ == "__main__":
    asyncio.run(main())
