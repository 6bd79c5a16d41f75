"""What the wrappers cost, beside what they stand on: `python benchmarks/wrappers.py`.

Every ratio compares times taken in this one run; times are medians of the rounds that are named.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import time
from pathlib import Path

from document import Document

from thea_code_system.wrappers import (
    Actor,
    ActorPool,
    Cluster,
    TorchAccumulator,
    add,
    remote_method,
    scalar,
)

MILLION = 1_000_000
ACTORS = 2


class Echo(Actor):
    """Returns the length of what it is given."""

    @remote_method
    async def length(self, text):
        return len(text)


class Bench:
    """Collects named figures, and prints each as it comes."""

    def __init__(self):
        self.figures = {}

    def note(self, name, value, unit):
        assert name not in self.figures, f"two figures are called {name!r}"
        self.figures[name] = {"value": value, "unit": unit}
        print(f"{name:62} {value:14,.4g} {unit}", flush=True)

    def median(self, work, rounds=7):
        return statistics.median(self.seconds(work) for _ in range(rounds))

    def seconds(self, work):
        started = time.perf_counter()
        work()
        return time.perf_counter() - started


class Accumulating(Bench):
    """A million values, at once and one by one."""

    def run(self):
        import torch

        torch.set_num_threads(1)  # as in every actor
        values = torch.randn(MILLION, dtype=torch.float64)
        loop = self.seconds(self.loop)
        mean = self.median(lambda: self.filled(values).mean(), 15)
        self.note("loop `total = add(total, scalar(v))`, a million values", loop, "s")
        self.note("a million from a tensor, mean() read", mean * 1e3, "ms")
        self.note("  times faster than the loop (floor 1500)", loop / mean, "x")
        both = self.median(lambda: self.filled(values).quantile(0.5), 15)
        self.note("a million from a tensor, quantile(0.5) read (limit 10)", both * 1e3, "ms")
        single = self.median(lambda: self.one_by_one(TorchAccumulator().add), 5)
        self.note("one value at a time (limit 12)", single / 100_000 * 1e6, "us")
        self.torchmetrics(values, mean, single)

    def loop(self):
        total = scalar(0.0)
        for value in range(MILLION):
            total = add(total, scalar(float(value)))

    def filled(self, values):
        accumulator = TorchAccumulator(device="cpu")
        accumulator.add(values)
        return accumulator

    def one_by_one(self, take, count=100_000):
        for value in range(count):
            take(float(value))

    def torchmetrics(self, values, mean, single):
        try:
            from torchmetrics.aggregation import MeanMetric
        except ImportError:
            print("torchmetrics is not installed: no comparison")
            return
        metric = MeanMetric()
        whole = self.median(lambda: (metric.update(values), metric.compute()))
        self.note("torchmetrics MeanMetric, a million from a tensor", whole * 1e3, "ms")
        self.note("  ours against MeanMetric, from a tensor", whole / mean, "x")
        one = self.median(lambda: self.one_by_one(MeanMetric().update, 2_000), 3) / 2_000
        self.note("torchmetrics MeanMetric, one value at a time", one * 1e6, "us")
        self.note("  ours against MeanMetric, one at a time", one / (single / 100_000), "x")


class Dispatching(Bench):
    """Items of 1 KB through two actors, three ways; and the replacement of a killed one."""

    def __init__(self, items, rounds):
        super().__init__()
        self.items = [f"{number:08}" * 128 for number in range(items)]
        self.rounds = rounds

    async def run(self):
        started = time.perf_counter()
        cluster = await Cluster().start(workers=3 * ACTORS)
        self.note("start of a local cluster", time.perf_counter() - started, "s")
        ours, rays, bare = await self.rates()
        self.note("ActorPool", ours, "items/s")
        self.note("ray.util.ActorPool.map", rays, "items/s")
        self.note("  ours against ray.util.ActorPool (floor 10)", ours / rays, "x")
        self.note("asyncio.gather of one call an item", bare, "items/s")
        self.note("  ours against asyncio.gather", ours / bare, "x")
        await self.kill()
        started = time.perf_counter()
        await cluster.leave()
        self.note("leaving a local cluster", time.perf_counter() - started, "s")

    async def rates(self):
        import ray
        import ray.util

        class Plain:
            def length(self, text):
                return len(text)

        actors = [ray.remote(num_cpus=0)(Plain).remote() for _ in range(ACTORS)]
        util = ray.util.ActorPool(actors)
        taken = {"ours": [], "util": [], "bare": []}
        async with ActorPool(Echo, ACTORS) as pool:
            await pool.map("length", self.items[:100])
            list(util.map(lambda actor, text: actor.length.remote(text), self.items[:100]))
            for _ in range(self.rounds):
                started = time.perf_counter()
                await pool.map("length", self.items)
                taken["ours"].append(time.perf_counter() - started)
                taken["util"].append(self.seconds(lambda: self.through_util(util)))
                started = time.perf_counter()
                calls = [actors[n % ACTORS].length.remote(x) for n, x in enumerate(self.items)]
                await asyncio.gather(*calls)
                taken["bare"].append(time.perf_counter() - started)
        return [len(self.items) / statistics.median(times) for times in taken.values()]

    def through_util(self, util):
        list(util.map(lambda actor, text: actor.length.remote(text), self.items))

    async def kill(self):
        taken = []
        async with ActorPool(Echo, ACTORS) as pool:
            for _ in range(3):
                victim = (await pool.health_check())[0].pid
                os.kill(victim, signal.SIGKILL)
                started = time.perf_counter()
                await pool.broadcast("length", "x")
                taken.append(time.perf_counter() - started)
                await asyncio.sleep(1.0)
        self.note("kill -9 until the replacement has answered, first", taken[0], "s")
        self.note("kill -9 until the replacement has answered, worst of 3", max(taken), "s")


class Main:
    """The command line."""

    def run(self):
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument("--items", type=int, default=4000, help="items of 1 KB a round")
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--json", type=Path, help="write the figures here too")
        parser.add_argument("--write-docs", action="store_true", help="into docs/benchmarks.md")
        options = parser.parse_args()
        load = Document.load()
        print(f"load average {load}")
        dispatching = Dispatching(options.items, options.rounds)
        asyncio.run(dispatching.run())
        accumulating = Accumulating()
        accumulating.run()
        figures = {**dispatching.figures, **accumulating.figures}
        if options.write_docs:
            Document().write("wrappers", self.section(figures, load))
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def section(figures, load):
        yield "## What the wrappers cost"
        yield ""
        yield f"`python benchmarks/wrappers.py --write-docs`. Load average at the start: {load}."
        yield ""
        yield "| | |"
        yield "|---|--:|"
        for name, figure in figures.items():
            yield f"| {name} | {figure['value']:,.4g} {figure['unit']} |"


if __name__ == "__main__":
    Main().run()
