"""Measure what a file costs at each stage, fit a queueing model to it, and say what nodes give.

    python benchmarks/stages.py [--files 2000] [--workers 1,2,4,8,16,32] [--write-docs]

Real files, copied from the installed packages, are corrected in this process with every stage timed
by itself; then runs are sent through a real cluster whose workers sleep instead of computing, which
loads the driver as many workers would. All costs are processor time, its children's included: other
work on the machine does not count. Writes `docs/scaling.md` between markers, and its plot.
"""

import argparse
import asyncio
import contextlib
import contextvars
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import wraps
from pathlib import Path

from chart import LogChart
from document import PAGE, Document
from queueing import Model

from thea_code_system.actors import placement
from thea_code_system.actors.core import workspace_actor
from thea_code_system.actors.core.correction_actor import CorrectionActor
from thea_code_system.actors.core.ledger_actor import LedgerActor
from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
from thea_code_system.actors.memory import OutcomeMemory
from thea_code_system.actors.passes import Passes
from thea_code_system.actors.run import Run
from thea_code_system.config.production import ProductionConfig
from thea_code_system.correctors.base import Corrector
from thea_code_system.statistics import RunStatistics
from thea_code_system.tools.screen import SyntaxScreen
from thea_code_system.values.outcome import Clean, Corrected
from thea_code_system.values.report import Job, Mode
from thea_code_system.verification.base import Verifier
from thea_code_system.wrappers import create_actor, remote_method
from thea_code_system.wrappers.actor import ActorOptions
from thea_code_system.wrappers.platform import Platform

PACKAGES = ("torch", "networkx", "sympy", "ray", "rich", "jinja2", "pip", "mypy", "hypothesis")
NODES = Path(__file__).with_name("nodes.py")
SLEEP = 0.004  # seconds a file: what the workers that only sleep pretend to need
CORES = 4  # of a node
BATCH = 64  # files in a batch, as many workers get them
SEED = 1123
MEASURED = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
TICK = os.sysconf("SC_CLK_TCK")
DRIVER = ("walk", "facts", "read", "cache", "ledger", "write")
DISPATCH = "dispatch: pickling, calls, accounting"


class Clock:
    """Processor time of this process, of the children that have ended and of those that run."""

    def __call__(self):
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime + self.running()

    @staticmethod
    def running():
        total = 0
        for pid in Platform().descendants(os.getpid()):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:15]))
        return total / TICK


class Stages:
    """Times calls of methods, one after the other, so that each cost belongs to one stage."""

    def __init__(self):
        self.cost = Counter()
        self.batches = []  # the processor seconds of each batch in an actor, and its files
        self._clock, self._lock = Clock(), asyncio.Lock()
        self._inside = contextvars.ContextVar("inside", default=False)

    def time(self, owner, name, stage):
        method = getattr(owner, name)

        @wraps(method)
        async def timed(*args, **kwargs):
            if self._inside.get():
                return await method(*args, **kwargs)
            async with self._lock:
                token, start = self._inside.set(True), self._clock()
                try:
                    return await method(*args, **kwargs)
                finally:
                    self.cost[stage] += self._clock() - start
                    self._inside.reset(token)

        setattr(owner, name, timed)

    def time_batches(self):
        """Note the cost of whole batches: their spread is what the model's interval comes from."""
        method, lock = CorrectionActor.correct, asyncio.Lock()

        @wraps(method)
        async def timed(actor, batch):
            async with lock:
                start = self._clock()
                outcomes = await method(actor, batch)
                self.batches.append((self._clock() - start, len(batch)))
                return outcomes

        CorrectionActor.correct = timed

    def install(self):
        for name, stage in {
            "survey": "walk",
            "facts": "facts",
            "read": "read",
            "write": "write",
        }.items():
            self.time(workspace_actor.WorkspaceActor, name, stage)
        for name in ("record", "settle", "begin_run", "finish_run"):
            self.time(LedgerActor, name, "ledger")
        for name in ("recall", "keep"):
            self.time(OutcomeMemory, name, "cache")
        for name in ("python", "ecmascript"):
            self.time(SyntaxScreen, name, "screening: does it parse?")
        for corrector in self.concrete(Corrector):  # those that the first run has loaded
            self.time(corrector, "propose", f"corrector: {corrector.name}")
        for verifier in self.concrete(Verifier):
            self.time(verifier, "verify", "verification")
        self.time(Passes, "_decide", "gate")
        self.time_batches()

    def concrete(self, base):
        for cls in base.__subclasses__():
            yield from self.concrete(cls)
            if {"propose", "verify"} & vars(cls).keys() and not getattr(
                cls, "__abstractmethods__", ()
            ):
                yield cls


class SleepingActor(CorrectionActor):
    """Takes as long as a worker would, and leaves the processor to the driver."""

    async def setup(self):
        self._turn = asyncio.Lock()

    async def shutdown(self):
        pass

    @remote_method
    async def correct(self, batch):
        async with self._turn:
            await asyncio.sleep(SLEEP * len(batch))
        return [Clean(source.path, source.digest) for source in batch]

    @remote_method
    async def statistics(self):
        return {**RunStatistics().pack(), "unavailable": {}, "warnings": []}

    def _take_readings(self):
        pass


class Tree:
    """Real files in a folder, and runs over them."""

    def __init__(self, folder, count):
        self.root = Path(folder, "project")
        self.count = count
        places = [Path(one) for one in sys.path if one.endswith("site-packages")]
        found = [
            path
            for place in places
            for name in PACKAGES
            for path in place.joinpath(name).rglob("*.py")
        ]
        found = [path for path in sorted(set(found)) if 0 < path.stat().st_size < 1_000_000]
        random.Random(SEED).shuffle(found)
        for number in range(count):
            source = found[number % len(found)]
            place = self.root / f"p{number % 97}" / f"m{number}_{source.name}"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        self.size = sum(path.stat().st_size for path in self.root.rglob("*.py"))
        self.root.joinpath("thea.toml").touch()

    async def run(self, **settings):
        """Every outcome, and the driver's report."""
        shutil.rmtree(self.root / ".thea", ignore_errors=True)
        config = ProductionConfig(root=str(self.root), **settings)
        actor = create_actor(OrchestrationActor, config, inline=True)
        job = Job(str(self.root), (str(self.root),), Mode.WRITE)
        try:
            return [one async for one in actor.run(job)]
        finally:
            await actor.shutdown()


class Emulated:
    """Runs through a real cluster whose workers sleep."""

    def __init__(self, tree):
        self.tree = tree
        self.seconds = self.processor = 0.0
        corrected = Run.corrected

        async def timed(run, *args):
            started, processor = time.perf_counter(), time.process_time()
            async for outcome in corrected(run, *args):
                yield outcome
            self.seconds = time.perf_counter() - started
            self.processor = time.process_time() - processor

        class SleepingPool(placement.ActorPool):
            def __init__(self, _, **options):
                super().__init__(SleepingActor, **{**options, "options": ActorOptions()})

        Run.corrected = timed
        placement.ActorPool = SleepingPool

    @contextlib.contextmanager
    def cluster(self):
        env = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
        with subprocess.Popen(
            [sys.executable, NODES, "fixed", "2", "2"], env={**os.environ, **env}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as nodes:  # fmt: skip
            line = next(line for line in nodes.stdout if line.startswith("ADDRESS"))
            yield line.split()[1]
            nodes.stdin.close()
            nodes.wait(60)

    def measure(self, counts):
        """For each number of workers: files a second, and the driver's processor time a file."""
        found = {}
        with self.cluster() as address:
            for workers in counts:
                asyncio.run(self.tree.run(workers=workers, address=address))
                files = self.tree.count
                found[workers] = files / self.seconds, self.processor / files
                print(f"{workers} sleeping workers: {found[workers][0]:,.0f} files/s", flush=True)
        return found


class Page:
    """What was measured, and what follows from it."""

    def __init__(self, tree, stages, corrected, emulated):
        self.tree, self.stages, self.corrected, self.emulated = tree, stages, corrected, emulated
        files = tree.count
        self.each = {stage: 1000 * cost / files for stage, cost in stages.cost.items()}
        seconds = sum(cost for cost, _ in stages.batches)
        self.worker = seconds / files
        inside = sum(cost for stage, cost in self.each.items() if stage not in DRIVER)
        self.each["the rest of a worker: patches, reports"] = 1000 * self.worker - inside
        self.first = (self.each["walk"] + self.each["facts"]) / 1000
        loads = [load for _, load in emulated.values()]
        extra = (self.each["ledger"] + self.each["write"]) / 1000
        self.driver = statistics.median(loads) + extra
        self.drivers = min(loads) + extra, max(loads) + extra
        own = (self.each["read"] + self.each["cache"]) / 1000
        self.each[DISPATCH] = 1000 * (statistics.median(loads) - own)
        self.workers = self.interval()

    def interval(self):
        """The middle 90 % of a worker's mean, over samples of the batches that were measured."""
        chance = random.Random(SEED)
        means = []
        for _ in range(1000):
            some = chance.choices(self.stages.batches, k=len(self.stages.batches))
            means.append(sum(cost for cost, _ in some) / sum(count for _, count in some))
        return tuple(statistics.quantiles(means, n=20)[place] for place in (0, -1))

    def stage_lines(self):
        total = 1000 * (self.first + self.driver + self.worker)
        driver = (*DRIVER, DISPATCH)
        where = {name: "driver" if name in driver else "worker" for name in self.each}
        size = self.tree.size / self.tree.count / 1000
        rows = sorted(self.each.items(), key=lambda row: -row[1])
        return [
            f"{self.tree.count:,} Python files, {size:.1f} KB each,",
            f"{self.corrected} of them corrected;",
            f"{len(self.stages.batches)} batches of {BATCH}; load {Document.load()}.",
            "Processor time, children included.",
            "",
            "| stage | where | ms a file | share |",
            "|---|---|---:|---:|",
            *(
                f"| {name} | {where[name]} | {cost:.3f} | {cost / total:.0%} |"
                for name, cost in rows
            ),
            f"| **driver, before the first batch** | | **{1000 * self.first:.3f}** | |",
            f"| **driver, while workers work** | | **{1000 * self.driver:.3f}** | |",
            f"| **worker** | | **{1000 * self.worker:.3f}** | |",
        ]

    def fit_lines(self):
        lines = [
            f"Workers that sleep {1000 * SLEEP:g} ms a file; load {Document.load()}:",
            "",
            "| workers | measured files/s | model | bound | driver, ms a file | of a processor |",
            "|---:|---:|---:|---:|---:|---:|",
        ]
        for workers, (rate, load) in self.emulated.items():
            model = Model(statistics.median(one for _, one in self.emulated.values()), SLEEP)
            lines.append(
                f"| {workers} | {rate:,.0f} | {model.throughput(workers):,.0f} |"
                f" {model.bound(workers):,.0f} | {1000 * load:.3f} | {rate * load:.0%} |"
            )
        return lines

    def rates(self, nodes):
        """Files a second: expected, and between what the worst and the best case give."""
        middle = Model(self.driver, self.worker).throughput(nodes * CORES)
        worst = Model(self.drivers[1], self.workers[1]).throughput(nodes * CORES)
        best = Model(self.drivers[0], self.workers[0]).throughput(nodes * CORES)
        return middle, worst, best

    def node_lines(self):
        model = Model(self.driver, self.worker)
        lines = [
            f"One driver takes {1000 * self.driver:.2f} ms a file",
            f"({1000 * self.drivers[0]:.2f} to {1000 * self.drivers[1]:.2f}),",
            f"a worker {1000 * self.worker:.1f} ms",
            f"({1000 * self.workers[0]:.1f} to {1000 * self.workers[1]:.1f}):",
            f"{model.saturation:,.0f} workers keep it busy,",
            f"or {model.saturation / CORES:,.0f} nodes of {CORES} processors.",
            "",
            "| nodes | workers | files/s | interval | of the nodes' power | 100,000 files |",
            "|---:|---:|---:|---:|---:|---:|",
        ]
        for nodes in MEASURED:
            rate, worst, best = self.rates(nodes)
            power = nodes * CORES / self.worker
            total = 100_000 * (self.first + 1 / rate)
            lines.append(
                f"| {nodes:,} | {nodes * CORES:,} | {rate:,.0f} | {worst:,.0f} to {best:,.0f} |"
                f" {rate / power:.0%} | {total / 60:.1f} min |"
            )
        return lines

    def plot(self):
        nodes = [1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000]
        rates = [(n, *self.rates(n)) for n in nodes]
        highest, lowest = ([(n, one[side]) for n, *one in rates] for side in (2, 1))
        chart = LogChart("One driver", f"nodes of {CORES} processors", "files a second")
        chart.add("the model, with its interval", (), [(n, one) for n, one, *_ in rates],
                  [*highest, *reversed(lowest)])  # fmt: skip
        ideal = [(n, n * CORES / self.worker) for n in nodes]
        chart.add("what the nodes' processors could do", (), ideal)
        chart.save("scaling")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--sleeping-files", type=int, default=8000)
    parser.add_argument("--workers", default="1,2,4,8,16,32")
    parser.add_argument("--write-docs", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.environ |= {"XDG_STATE_HOME": f"{folder}/state", "XDG_CACHE_HOME": f"{folder}/cache"}
        tree = Tree(Path(folder, "a"), wanted.files)
        many = Tree(Path(folder, "b"), wanted.sleeping_files)
        emulated = Emulated(many).measure([int(one) for one in wanted.workers.split(",")])

        class SmallBatches(placement.ActorPool.__mro__[1]):
            def __init__(self, cls, **options):
                super().__init__(cls, **{**options, "batch_size": BATCH})

        placement.ActorPool = SmallBatches
        asyncio.run(Tree(Path(folder, "c"), BATCH).run(workers=1))  # loads what is loaded lazily
        stages = Stages()
        stages.install()
        outcomes = asyncio.run(tree.run(workers=1))
        corrected = len([one for one in outcomes if isinstance(one, Corrected)])
        page = Page(tree, stages, corrected, emulated)
        sections = {
            "stages": page.stage_lines(),
            "fit": page.fit_lines(),
            "nodes": page.node_lines(),
        }
        for lines in sections.values():
            print("\n".join(lines), end="\n\n")
        if wanted.write_docs:
            for name, lines in sections.items():
                Document(PAGE.with_name("scaling.md")).write(name, lines)
            page.plot()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import stages as imported  # workers must find the actor by its module

    imported.main()
