"""What a run costs: `python benchmarks/figures.py --tree DIR [--only NAME …] [--write-docs]`.

DIR holds real Python projects, such as `benchmarks/corpus.py` unpacks; its files are copied first.
Wall time and processor time (of the process and all its children) are medians of the rounds, and
every ratio compares commands that took turns in this one run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from document import Document

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
RULES = ROOT / "thea_code_system" / "correctors" / "ruff" / "defaults.toml"
FILES = 5_000
FAULT = '\n_ = f"nothing to fill in"\n'  # F541, which Ruff fixes safely

RAY = """
import ray
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)
@ray.remote
class Answers:
    def answer(self):
        return "yes"
print(ray.get(Answers.remote().answer.remote()), flush=True)
"""


class Commands:
    """Runs programs in an environment of their own: users' caches stay as they are."""

    def __init__(self, home):
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.environment = {**kept, "HOME": str(home), "NO_COLOR": "1"}

    def thea(self, *arguments):
        return [str(BIN / "thea"), *arguments]

    def ruff(self, *arguments):
        return [str(BIN / "ruff"), "check", "--quiet", "--exit-zero", *arguments]

    def start(self, command, folder):
        return subprocess.Popen(
            command,
            cwd=folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def run(self, command, folder):
        """Wall and processor seconds of one process and its children."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = self.start(command, folder)
        words = process.communicate()[1].decode()
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode not in {0, 1}:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {words}")
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return wall, spent

    def until_first_line(self, command, folder):
        """Wall seconds until a process prints its first line; then it may end by itself."""
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        line = process.stdout.readline()
        taken = time.perf_counter() - started
        process.communicate()
        if not line:
            raise SystemExit(f"{' '.join(command)} says nothing")
        return taken

    def turns(self, rounds, folder, before=None, **commands):
        """Medians of wall and processor seconds by name; the commands take turns."""
        taken = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                if before:
                    before()
                taken[name].append(self.run(command, folder))
        return {
            name: tuple(map(statistics.median, zip(*some, strict=True)))
            for name, some in taken.items()
        }


class Figures:
    """Rows of a table: what, wall, processor, and what is promised."""

    def __init__(self):
        self.rows = []

    def note(self, what, wall, processor="", promise=""):
        self.rows.append({"what": what, "value": wall, "processor": processor, "promise": promise})
        print(f"{what:66} {wall:>12} {processor:>12}  {promise}", flush=True)

    def times(self, what, taken, promise=""):
        self.note(what, f"{taken[0]:.3f} s", f"{taken[1]:.3f} s", promise)

    def ratio(self, what, ours, theirs, promise=""):
        self.note(what, f"{ours[0] / theirs[0]:.2f} x", f"{ours[1] / theirs[1]:.2f} x", promise)

    def table(self):
        yield "| | wall | processor | promised |"
        yield "|---|--:|--:|---|"
        for row in self.rows:
            yield f"| {row['what']} | {row['value']} | {row['processor']} | {row['promise']} |"


class Trees:
    """Makes the trees that are measured."""

    def __init__(self, origin, work):
        self.origin, self.work = origin, work

    def real(self, files):
        """The first files of the origin, as they are, without the origin's configurations."""
        tree = self.work / f"real-{files}"
        if not tree.exists():
            found = (path for path in sorted(self.origin.rglob("*.py")) if path.is_file())
            for path, _ in zip(found, range(files), strict=False):
                place = tree / path.relative_to(self.origin)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
        return tree

    def small(self, files):
        """Small modules, all different, every tenth with something to correct."""
        tree = self.work / f"small-{files}"
        for number in range(files):
            place = tree / f"p{number % 100}" / f"m{number}.py"
            place.parent.mkdir(parents=True, exist_ok=True)
            body = "".join(f"def f{n}(x):\n    return x * {number} + {n}\n\n\n" for n in range(5))
            place.write_text(body + (FAULT if number % 10 == 0 else ""), encoding="utf-8")
        return tree


class Benchmarks:
    """One method a figure."""

    def __init__(self, trees, rounds, files):
        self.trees, self.rounds, self.files = trees, rounds, files
        self.commands, self.figures = Commands(trees.work), Figures()

    def startup(self):
        """The face alone."""
        thea = self.commands.thea
        bare = [sys.executable, "-c", "pass"]
        taken = self.commands.turns(
            self.rounds * 2,
            self.trees.work,
            python=bare,
            version=thea("--version"),
            help=thea("--help"),
        )
        self.figures.times("`python -c pass`", taken["python"])
        self.figures.times("`thea --version`", taken["version"], "under 0.15 s")
        self.figures.times("`thea --help`", taken["help"], "under 0.15 s")

    def first(self):
        """From the start of the process to the first correction that it says it has made."""
        tree = self.trees.work / "first"
        tree.mkdir()
        correct = self.commands.thea("correct", "--no-cache", ".")
        spread = self.commands.thea("correct", "--no-cache", "--address", "local", ".")
        commands = {
            "torch": [sys.executable, "-c", "import torch; print()"],
            "inline": correct,
            "ray": [sys.executable, "-c", RAY],
            "spread": spread,
        }
        taken = {name: [] for name in commands}
        for _ in range(self.rounds * 2):
            for name, command in commands.items():
                (tree / "a.py").write_text(FAULT, encoding="utf-8")
                taken[name].append(self.commands.until_first_line(command, tree))
        middle = {name: (statistics.median(some), 0.0) for name, some in taken.items()}
        for kind, bare, words, most in (
            ("inline", "torch", "`import torch`", "0.5 s"),
            ("spread", "ray", "Ray with one actor that answers", "0.7 s"),
        ):
            self.figures.note(words, f"{middle[bare][0]:.3f} s")
            more = middle[kind][0] - middle[bare][0]
            self.figures.note(f"the first correction, {kind}", f"{middle[kind][0]:.3f} s")
            self.figures.note("  more than that", f"{more:.3f} s", "", f"at most {most}")

    def unchanged(self):
        """A clean tree, once more."""
        tree = self.trees.real(self.files)
        ours = self.commands.thea("correct", ".")
        theirs = self.commands.ruff("--select", "F,E9", "--isolated", ".")
        for command in (ours, ours, ours, theirs):
            self.commands.run(command, tree)
        taken = self.commands.turns(self.rounds * 2, tree, ours=ours, theirs=theirs)
        count = sum(1 for _ in tree.rglob("*.py"))
        self.figures.times(f"`thea correct`, no change in {count} files", taken["ours"], "0.3 s")
        self.figures.times("`ruff check --select F,E9`, warm cache", taken["theirs"])
        self.figures.ratio("  ours against it", taken["ours"], taken["theirs"])

    def cold(self):
        """A tree with a finding in every tenth file, and nothing remembered."""
        origin, tree = self.trees.real(self.files), self.trees.work / "cold"
        single = self.trees.work / "single"
        single.mkdir(exist_ok=True)

        def fresh():
            shutil.rmtree(tree, ignore_errors=True)
            shutil.copytree(origin, tree, ignore=shutil.ignore_patterns(".thea", ".ruff_cache"))
            for path in sorted(tree.rglob("*.py"))[::10]:
                path.write_bytes(path.read_bytes() + FAULT.encode())
            shutil.rmtree(single / ".thea", ignore_errors=True)
            (single / "a.py").write_text(FAULT, encoding="utf-8")

        arguments = ("correct", "--select", "ruff", "--workers", "1")
        ours = self.commands.thea(*arguments, ".")
        theirs = self.commands.ruff("--fix", "--no-cache", "--config", str(RULES), ".")
        plain = self.commands.ruff("--fix", "--no-cache", "--isolated", ".")
        start = self.commands.thea(*arguments, str(single))
        taken = self.commands.turns(
            self.rounds, tree.parent, fresh, start=start, **self._in(tree, ours, theirs, plain)
        )
        self.figures.times("`thea correct --select ruff` of one line: the start", taken["start"])
        self.figures.times("the same of a cold tree with findings", taken["ours"])
        self.figures.times("`ruff check --fix` of it, the same rules", taken["theirs"])
        self.figures.times("`ruff check --fix` of it, Ruff's own choice", taken["plain"])
        less = tuple(a - b for a, b in zip(taken["ours"], taken["start"], strict=True))
        for name, rules in (("plain", "Ruff's own choice"), ("theirs", "the same rules")):
            both = tuple(a + b for a, b in zip(taken[name], taken["start"], strict=True))
            self.figures.ratio(
                f"  ours against start and Ruff, {rules}", taken["ours"], both, "1.5 x"
            )
            self.figures.ratio(f"  ours less the start against Ruff, {rules}", less, taken[name])

    @staticmethod
    def _in(tree, ours, theirs, plain):
        """The commands with the tree's own path instead of a dot: it is made anew each time."""
        named = {"ours": ours, "theirs": theirs, "plain": plain}
        return {name: [*command[:-1], str(tree)] for name, command in named.items()}

    def memory(self):
        """The driver, two workers and all that belongs to them, over 10,000 and 50,000 files."""
        peaks = {}
        for files in (10_000, 50_000):
            tree = self.trees.small(files)
            watch = MemoryWatch()
            command = self.commands.thea("correct", "--workers", "2", ".")
            process = self.commands.start(command, tree)
            samples = watch.until_end(process)
            peaks[files] = [max(some) for some in zip(*samples, strict=True)]
            everything, engine = (f"{peak / 2**20:.0f} MiB" for peak in peaks[files])
            promise = "flat, under 1536 MiB"
            self.figures.note(f"peak of driver and two workers, {files} files", engine, "", promise)
            self.figures.note("  with Ray's own processes and the tools", everything)
            shutil.rmtree(tree)
        ratio = peaks[50_000][1] / peaks[10_000][1]
        self.figures.note("  50,000 files against 10,000", f"{ratio:.2f} x", "", "flat")


class MemoryWatch:
    """Samples the resident memory of a process and everything that it started, on Linux."""

    def until_end(self, process, every=0.5):
        """All samples: bytes of the whole family, and of the driver and its actors alone."""
        samples, known = [], {process.pid}
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        while process.poll() is None:
            known |= self._family(known)
            sizes = {pid: self._resident(pid) for pid in known if not self._is_copy(pid)}
            engine = {pid for pid in sizes if pid == process.pid or self._is_actor(pid)}
            samples.append((sum(sizes.values()), sum(sizes[pid] for pid in engine)))
            time.sleep(every)
        if process.returncode not in {0, 1}:
            raise SystemExit(f"the run ended with {process.returncode}")
        return samples

    def _family(self, known):
        """Processes whose parent or session leader is known already."""
        found = set()
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                parent, leader = self._above(folder.name)
                if {parent, leader} & known:
                    found.add(int(folder.name))
        return found

    def _above(self, pid):
        """A process's parent and its session's leader; zeros once it is gone."""
        fields = self._read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        return (int(fields[1]), int(fields[3])) if fields else (0, 0)

    def _is_copy(self, pid):
        """Whether it was forked and is no program of its own yet: its pages are its parent's."""
        parent, _ = self._above(pid)
        words = self._words(pid)
        return bool(words) and self._words(parent) == words

    def _is_actor(self, pid):
        return "ray::RemoteActor" in self._words(pid)

    def _words(self, pid):
        return self._read(Path(f"/proc/{pid}/cmdline"))

    def _resident(self, pid):
        fields = self._read(Path(f"/proc/{pid}/statm")).split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0

    @staticmethod
    def _read(path):
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


class Main:
    """The command line."""

    NAMES = ("startup", "first", "cold", "unchanged", "memory")

    def run(self):
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument("--tree", type=Path, required=True, help="real Python projects")
        parser.add_argument("--only", action="append", choices=self.NAMES, help="some figures")
        parser.add_argument("--files", type=int, default=FILES, help="files of the tree to take")
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--json", type=Path, help="write the figures here too")
        parser.add_argument("--write-docs", action="store_true", help="into docs/benchmarks.md")
        options = parser.parse_args()
        load = Document.load()
        print(f"load average {load}")
        with tempfile.TemporaryDirectory(prefix="thea-figures-") as work:
            trees = Trees(options.tree.resolve(), Path(work).resolve())
            benchmarks = Benchmarks(trees, options.rounds, options.files)
            for name in options.only or self.NAMES:
                getattr(benchmarks, name)()
        self._keep(options, benchmarks.figures, load)

    @staticmethod
    def _keep(options, figures, load):
        if options.json:
            plain = {"load": load, "figures": figures.rows}
            options.json.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
        if options.write_docs:
            only = options.only or ()
            asked = " ".join(f"--only {name} " for name in only)
            head = (
                f"## What a run costs{': ' if only else ''}{', '.join(only)}",
                "",
                f"`python benchmarks/figures.py --tree DIR {asked}--write-docs`; medians,",
                f"processor time with all children. Load average at the start: {load}.",
                "",
            )
            Document().write("-".join(["figures", *only]), [*head, *figures.table()])


if __name__ == "__main__":
    Main().run()
