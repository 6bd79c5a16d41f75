"""The same tree inline, on Ray, on a cluster that runs already, and with a worker killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from real.thea import ENVIRONMENT, Run, Thea
from real.trees import Tree

SUFFIXES = {".py", ".js", ".jsx", ".mjs", ".ts", ".tsx"}
LARGEST = 40_000
CLUSTER = """
import asyncio, json, os, sys
from thea_code_system.wrappers import Cluster
async def main():
    cluster = await Cluster().start(2)
    print(json.dumps([cluster.address, os.environ["RAY_AUTH_TOKEN_PATH"]]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await cluster.leave()
asyncio.run(main())
"""


class Placements:
    """Runs one sample of the corpus in every place, and compares the reports."""

    def __init__(self, corpus: Path, out: Path, thea: Thea) -> None:
        self.out = out
        self.thea = thea
        self.sample = out / "sample"
        self.corpus = corpus

    def lay(self, files: int, broken: int) -> None:
        """Lay a sample, drawn by the digests of the paths; the breaker breaks some of it."""
        shutil.rmtree(self.sample, ignore_errors=True)
        paths = [
            path.relative_to(self.corpus)
            for path in self.corpus.rglob("*")
            if path.suffix in SUFFIXES and path.is_file() and path.stat().st_size < LARGEST
        ]
        drawn = sorted(paths, key=lambda p: hashlib.blake2b(p.as_posix().encode()).digest())
        for path in drawn[:files]:
            self._write(path, self.corpus.joinpath(path).read_bytes())
        cases = self.out / "cases.jsonl"
        breaker = Path(__file__).parents[1] / "breaker.py"
        options = ["--corpus", str(self.corpus), "--out", str(cases), "--count", str(broken)]
        if not cases.exists() or not cases.stat().st_size:
            tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            command = [sys.executable, str(breaker), *options]
            subprocess.run(command, env={**os.environ, "PATH": tools}, check=True)
        for line in cases.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            self._write(Path(case["package"], case["path"]), case["broken"].encode())

    def results(self) -> Iterator[tuple[str, Run, dict]]:
        """Each place with its run and what of its report must be the same everywhere."""
        yield self._one("inline", "--workers", "1")
        yield self._one("Ray, two workers", "--workers", "2")
        with self._cluster() as (address, token):
            joined = {"RAY_AUTH_TOKEN_PATH": token}
            yield self._one("joined to a running cluster", "--address", address, joined=joined)
        with self._killer() as killed:
            place = self._one("Ray, a worker killed", "--workers", "2")
        yield f"{place[0]} ({len(killed)})", *place[1:]

    def _one(self, name: str, *flags: str, joined: dict[str, str] | None = None):
        tree = Tree.copy(self.sample, self.out / "placed")
        run = self.thea.correct(tree, *flags, environment=joined)
        return name, run, {"files": self.comparable(run), "bytes": tree.digests()}

    @staticmethod
    def comparable(run: Run) -> dict[str, dict]:
        """The report by path, without times and the run's id."""
        return {file["path"]: file for file in run.report.get("files", ())}

    def _write(self, path: Path, data: bytes) -> None:
        target = self.sample / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    @contextlib.contextmanager
    def _cluster(self) -> Iterator[tuple[str, str]]:
        """A cluster in a process of its own."""
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", CLUSTER],
            cwd=self.out,
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            address, token = json.loads(process.stdout.readline())
            yield address, token
        finally:
            process.stdin.close()
            process.wait(60)

    @contextlib.contextmanager
    def _killer(self) -> Iterator[list[int]]:
        """Kills one worker of the program that this process starts, once it works."""
        killed: list[int] = []
        over = threading.Event()

        def watch() -> None:
            while not over.is_set() and not killed:
                for pid in _family(os.getpid()):
                    if _title(pid).startswith("ray::RemoteActor"):
                        time.sleep(3)  # into the middle of its work
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                            killed.append(pid)
                        break
                over.wait(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield killed
        finally:
            over.set()
            watcher.join()


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _family(root: int) -> list[int]:
    """All living descendants of a process."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {root})
