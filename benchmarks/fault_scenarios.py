"""Runs on real clusters that lose a worker, a node, their GCS, their memory or their driver."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)\r\n"
FIXED = b"import sys\r\n\r\nprint(sys.argv)\r\n"
DRIVER = Path(__file__).with_name("fault_driver.py")
GONE = 5.0  # seconds after which no process of a run may live
NODES = Path(__file__).with_name("nodes.py")
START = 120.0  # seconds for a cluster to start; a busy machine takes long


@dataclass
class Told:
    """What became of one scenario."""

    name: str
    expected: str
    seconds: float = 0.0
    code: int = 0
    corrected: int = 0
    accounted: int = 0
    files: int = 0
    resumed: str = ""
    problems: list = field(default_factory=list)


class Family:
    """All processes that carry a mark in their environment, however they were started."""

    def __init__(self):
        self.mark = uuid.uuid4().hex
        self.env = {"FAULTS_MARK": self.mark}

    def alive(self):
        """Their ids and command lines."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in entry.joinpath("environ").read_bytes():
                    words = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if words:  # else it has ended and waits for its parent
                        found[int(entry.name)] = words.strip()
            except OSError:
                continue
        return found

    def named(self, word):
        """The ids of those whose command line holds a word."""
        return [pid for pid, words in self.alive().items() if word in words]

    def wait_for_none(self, seconds):
        """Who lives after so many seconds."""
        limit = time.monotonic() + seconds
        while (alive := self.alive()) and time.monotonic() < limit:
            time.sleep(0.1)
        return alive

    def end(self):
        """Kill whoever is left: a failed scenario must not burden the next."""
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Scenario:
    """One run over a project of small files, to which something happens half-way."""

    name = "nothing happens"
    expected = "0: all corrected"
    code = 0
    files = 160
    deadline = 240.0  # seconds of a call; a busy machine takes a minute to import torch
    bound = 500.0  # seconds from the fault to the end
    poison = False
    size = 0  # bytes of comment in each file
    env: ClassVar = {}

    def __init__(self, folder):
        self.root = Path(folder, "project")
        self.notes = Path(folder, "notes")
        self.notes.mkdir(parents=True)
        self.root.mkdir()
        self.family = Family()
        places = ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
        homes = {name: str(Path(folder, name.lower())) for name in places}
        self.environment = {**os.environ, **homes, **self.env, **self.family.env}
        self.environment["RAY_worker_niceness"] = "0"  # else they starve on a busy machine
        self.environment.pop("RAY_ADDRESS", None)
        self.tail = b"# " + b"x" * self.size + b"\r\n" if self.size else b""
        self.paths = [self.root / f"f{number:03}.py" for number in range(self.files)]
        if self.poison:
            self.paths.append(self.root / "poison.py")
        for path in self.paths:
            path.write_bytes(UNUSED + self.tail)
        self.started = 0.0

    def arguments(self):
        """Where the work is done."""
        return ("--workers", "2", "--address", "local")

    @contextmanager
    def surroundings(self):
        """What lives longer than the run."""
        yield

    def strike(self, _):
        """What happens, once workers are at work."""

    def play(self):
        """Run, strike, and look at what is left."""
        told = Told(self.name, self.expected, files=len(self.paths))
        with self.surroundings():
            run = self.start()
            try:
                self.wait_for_work(run)
                self.struck = time.monotonic()
                self.strike(run)
                out, err = run.communicate(timeout=self.bound)
                told.seconds = time.monotonic() - self.struck
                told.code = run.returncode
                self.judge(told, out, err)
            except subprocess.TimeoutExpired:
                run.kill()
                said = run.communicate()[1][-1000:]
                told.problems.append(f"it did not end within {self.bound:g} s: {said}")
                told.seconds = self.bound
            finally:
                self.family_left(told)
        self.recover(told)
        return told

    def start(self):
        """The run, in a session of its own as from a terminal."""
        command = [sys.executable, DRIVER, self.notes, str(self.deadline), "correct"]
        more = ["--select", "ruff", "--max-file-size", "10MB", "--output-format", "json", "."]
        return subprocess.Popen(
            [*command, *self.arguments(), *more], cwd=self.root, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def wait_for_work(self, run):
        """Until two batches have been begun, by two workers."""
        limit = time.monotonic() + START
        while len(self.workers()) < 2 and time.monotonic() < limit and run.poll() is None:
            time.sleep(0.02)
        if len(self.workers()) < 2:
            run.kill()
            raise RuntimeError(f"{self.name}: no workers: {run.communicate()[1]}")

    def workers(self):
        """The ids of the workers that have begun a batch."""
        return sorted({int(path.name.partition("-")[0]) for path in self.notes.iterdir()})

    def judge(self, told, out, err):
        """Compare with what was promised."""
        states = {}
        if out.strip():
            states = {file["path"]: file["status"] for file in json.loads(out)["files"]}
        told.accounted = len(states)
        told.corrected = self.corrected()
        if told.code != self.code:
            told.problems.append(f"exit {told.code} instead of {self.code}: {err[-600:]}")
        if self.code in {0, 1, 2} and states and len(states) != told.files:
            told.problems.append(f"{told.files - len(states)} files are not accounted for")
        for path in self.paths:
            data = path.read_bytes()
            if data not in {UNUSED + self.tail, FIXED + self.tail}:
                told.problems.append(f"{path.name} is neither old nor new")
            if states and (states[path.name] == "corrected") != (data == FIXED + self.tail):
                told.problems.append(f"{path.name} is not what the report says")
        wanted = self.files if self.code in {0, 2} and states else told.corrected
        if told.corrected != wanted:
            told.problems.append(f"{told.corrected} corrected instead of {wanted}: {err[-600:]}")
        if "Traceback" in err:
            told.problems.append(f"a traceback: {err[:3000]}")

    def corrected(self):
        """How many files are corrected on the disk."""
        return len([path for path in self.paths if path.read_bytes() == FIXED + self.tail])

    def family_left(self, told):
        """Nobody may live on."""
        for pid, words in self.family.wait_for_none(GONE).items():
            told.problems.append(f"process {pid} lives on: {words[:100]}")
        self.family.end()

    def recover(self, told):
        """What the user does then: resume where it was interrupted, and take all back."""
        for path in self.paths:
            if "poison" in path.name:
                path.unlink()
        kept = [path for path in self.paths if path.exists()]
        for command in ("resume", "undo"):
            done = subprocess.run(
                [sys.executable, "-m", "thea_cli", command], cwd=self.root, check=False,
                env={**self.environment, "THEA_MAX_WORKERS": "1"}, capture_output=True, text=True,
            )  # fmt: skip
            nothing = "nothing to resume" in done.stderr
            told.resumed = told.resumed or ("no need" if nothing else "yes")
            if done.returncode and not nothing:
                told.problems.append(f"thea {command}: {done.stderr[-600:]}")
            wanted = FIXED if command == "resume" else UNUSED
            odd = [path.name for path in kept if path.read_bytes() != wanted + self.tail]
            if odd:
                told.problems.append(f"after {command} {len(odd)} are not as they should be")
        self.family.end()
        left = {path.name for path in self.root.iterdir() if path not in self.paths} - {".thea"}
        if left:
            told.problems.append(f"left behind: {left}")


class WorkerKilled(Scenario):
    name = "worker killed (SIGKILL)"

    def strike(self, _):
        os.kill(self.workers()[0], signal.SIGKILL)


class WorkerStopped(Scenario):
    name = "worker stopped (SIGSTOP), calls bound to 60 s"
    deadline = 60.0

    def strike(self, _):
        os.kill(self.workers()[0], signal.SIGSTOP)


class Poison(Scenario):
    name = "a file that kills every worker that reads it"
    expected = "2: that file failed, all others corrected"
    code = 2
    poison = True


class NodeLost(Scenario):
    """Three nodes, the head without room for actors; one of the others goes."""

    name = "one of three nodes lost"
    processors = 2

    @contextmanager
    def surroundings(self):
        quiet = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
        with subprocess.Popen(
            [sys.executable, NODES, "fixed", str(self.processors), "2"],
            env={**self.environment, **quiet}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as self.nodes:  # fmt: skip
            self.address = self.told("ADDRESS")
            yield
            self.nodes.stdin.close()
            self.nodes.wait(60)
        super().family_left(self.told_of)

    def told(self, word):
        for line in self.nodes.stdout:
            if line.startswith(word):
                return line.split()[-1]
        raise RuntimeError(f"{self.name}: the cluster does not start")

    def arguments(self):
        return ("--workers", "2", "--address", self.address)

    def strike(self, _):
        self.nodes.stdin.write("remove\n")
        self.nodes.stdin.flush()
        self.told("REMOVED")

    def family_left(self, told):
        """The cluster lives on, as it should; what is left after it is looked at later."""
        self.told_of = told


class NodeLostWithoutRoom(NodeLost):
    name = "one of three nodes lost, and the other one full"
    processors = 1


class RayletKilled(Scenario):
    name = "raylet killed"

    def strike(self, _):
        for pid in self.family.named("raylet/raylet"):
            os.kill(pid, signal.SIGKILL)


class GcsKilled(Scenario):
    name = "GCS killed: the actors that there are go on"

    def strike(self, _):
        (pid,) = self.family.named("gcs/gcs_server")
        os.kill(pid, signal.SIGKILL)


class GcsAndWorkerKilled(GcsKilled):
    name = "GCS and a worker killed: nothing can be replaced"
    expected = "2: a clear error, the rest by resume"
    code = 2

    def strike(self, run):
        super().strike(run)
        os.kill(self.workers()[0], signal.SIGKILL)


class StoreFull(Scenario):
    name = "object store full"
    files = 24
    size = 400_000
    env: ClassVar = {"FAULT_FILL": "1"}


class MemoryFull(Scenario):
    name = "memory full: Ray kills every worker"
    expected = "2: a clear error, the rest by resume"
    code = 2
    env: ClassVar = {"RAY_memory_usage_threshold": "0.001", "RAY_memory_monitor_refresh_ms": "50"}

    def wait_for_work(self, _):
        """There will be none."""

    def recover(self, told):
        for name in self.env:
            del self.environment[name]
        super().recover(told)


class InterruptedTwice(Scenario):
    name = "SIGINT twice"
    expected = "130 at once, the rest by resume"
    code = 130
    bound = 20.0

    def strike(self, run):
        os.kill(run.pid, signal.SIGINT)
        time.sleep(0.2)
        os.kill(run.pid, signal.SIGINT)


class InterruptedOnce(Scenario):
    name = "SIGINT"
    expected = "130, the rest by resume"
    code = 130
    bound = 30.0

    def strike(self, run):
        os.kill(run.pid, signal.SIGINT)


class DriverKilled(Scenario):
    name = "driver killed (SIGKILL)"
    expected = "nobody lives on, the rest by resume"
    code = -9
    bound = 10.0

    def strike(self, run):
        os.kill(run.pid, signal.SIGKILL)


SCENARIOS = (
    Scenario, WorkerKilled, WorkerStopped, Poison, NodeLost, NodeLostWithoutRoom, RayletKilled,
    GcsKilled, GcsAndWorkerKilled, StoreFull, MemoryFull,
    InterruptedOnce, InterruptedTwice, DriverKilled,
)  # fmt: skip
