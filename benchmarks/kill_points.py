"""A run, its undo, a review and a resumption, each killed at every operation in turn."""

import contextlib
import importlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from killing import AFTER, BEFORE, HALF, KillSwitch

UNUSED = b"import os\r\nimport sys\r\n\r\nprint(sys.argv)"
MAYBE = b"import os\n\n\ndef f():\n    value = 1\n"  # the assignment is an unsafe fix
FILES = {
    "a.py": MAYBE,
    "src/crlf.py": UNUSED,
    "src/bom.py": b"\xef\xbb\xbf" + MAYBE,
    "src/deep/latin.py": b"# coding: latin-1\nimport re\nx = '\xe9'\n",
    "src/deep/script.py": b"#!/usr/bin/env python\nimport re\nprint('x')\n",
}
OPTIONS = ("--select", "ruff", "--cache-dir", "../cache")
OURS = {".gitignore", "identity", "ledger.sqlite", "cache.sqlite", "turn.sqlite"}
HOMES = ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


@dataclass
class Killed:
    """What was tried of one command: operations counted, points tried, problems found."""

    name: str
    operations: dict = field(default_factory=dict)
    points: int = 0
    missed: int = 0
    problems: list = field(default_factory=list)
    seconds: float = 0.0


class Place:
    """One project at a fixed path with homes of its own; every command runs in a fork."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root = self.folder / "case" / "project"

    def build(self):
        """The project as its owner left it."""
        for name, data in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (self.root / "src/deep/script.py").chmod(0o755)
        (self.root / "link.py").symlink_to("src/crlf.py")

    def scratch(self):
        """Where tools find their copies of files; those of a killed run are removed here."""
        folder = self.folder / "case" / "scratch"
        folder.mkdir(exist_ok=True)
        return str(folder)

    def keep(self, name):
        """Keep all that is here under a name."""
        shutil.copytree(self.folder / "case", self.folder / name, symlinks=True)

    def take(self, name):
        """Put back what was kept under a name."""
        shutil.rmtree(self.folder / "case", ignore_errors=True)
        shutil.copytree(self.folder / name, self.folder / "case", symlinks=True)

    def snapshot(self):
        """Bytes and mode of every file of the project that is not Thea's own."""
        found = {}
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if name != ".thea"]
            for name in files:
                path = Path(folder, name)
                if path.is_symlink():
                    found[str(path.relative_to(self.root))] = (str(path.readlink()), 0)
                else:
                    mode = stat.S_IMODE(path.stat().st_mode)
                    found[str(path.relative_to(self.root))] = (path.read_bytes(), mode)
            for name in names:
                if name not in {"src", "deep"}:
                    found[f"{folder}/{name}/"] = ("", 0)
        return found

    def litter(self):
        """What does not belong in Thea's own folders."""
        state = self.root / ".thea"
        inside = {path.name for path in state.iterdir()} if state.is_dir() else set()
        known = {name + end for name in OURS for end in ("", "-wal", "-shm", "-journal")}
        home = self.folder / "case" / "XDG_STATE_HOME" / "thea"
        beside = {path.name for path in home.iterdir()} if home.is_dir() else set()
        return sorted((inside - known) | (beside - {"key", "roots"}))

    def runs(self):
        """Finished or not, of every run; checks the ledger on the way."""
        path = self.root / ".thea" / "ledger.sqlite"
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(path)) as database:
            (sound,) = database.execute("PRAGMA integrity_check").fetchone()
            if sound != "ok":
                raise ValueError(f"the ledger is damaged: {sound}")
            try:
                return [done for (done,) in database.execute("SELECT finished FROM run")]
            except sqlite3.OperationalError:  # killed before its first table
                return []

    def fork(self, work):
        """Do the work in a fork; what it returns, or None where it was killed."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(reading)
                for name in HOMES:
                    os.environ[name] = str(self.folder / "case" / name)
                os.chdir(self.root)
                answer = json.dumps(work()).encode()
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(answer)
                code = 0
            except BaseException as error:  # noqa: BLE001 - shown by the parent
                sys.__stderr__.write(f"{type(error).__name__}: {error}\n")
            finally:
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return None
        if status:
            raise RuntimeError("a fork failed by itself")
        return json.loads(answer)

    def thea(self, *arguments, stdin=b""):
        """Run a command line in this very process; its exit code."""
        from thea_cli.app import act
        from thea_cli.boundary import Boundary

        sys.argv = ["thea", *arguments]
        output = os.open(self.folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        entry = os.memfd_create("answers")
        os.write(entry, stdin)
        os.lseek(entry, 0, os.SEEK_SET)
        for source, target in ((entry, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        sys.stdin = os.fdopen(0, "r", closefd=False)
        sys.stdout, sys.stderr = (os.fdopen(each, "w", 1, closefd=False) for each in (1, 2))
        return Boundary().run(lambda: act(list(arguments)))

    def said(self):
        """What the last command printed."""
        return (self.folder / "output").read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Act:
    """A command that is killed, in which state, and what may lie on the disk then."""

    name: str
    kept: str
    arguments: tuple
    allowed: tuple
    stdin: bytes = b""
    every: int = 1


ACTS = (
    Act("correct", "fresh", ("correct", *OPTIONS), ("fresh", "corrected")),
    Act("correct, no cache yet", "bare", ("correct", *OPTIONS), ("fresh", "corrected"), every=5),
    Act("resume", "torn", ("resume",), ("fresh", "corrected")),
    Act("undo", "corrected", ("undo",), ("fresh", "corrected")),
    Act("review", "corrected", ("review",), ("corrected", "reviewed"), b"y\n" * 9),
)


class KillPoints:
    """Tries them all, or every n-th, in a folder that should be in memory."""

    def __init__(self, folder, every=1, share=(0, 1)):
        self.place = Place(folder)
        self.every, self.share = every, share
        self.snapshots = {}

    def prepare(self):
        """Bring the project into each state that a command starts from, and keep it."""
        from thea_code_system.tools.scratch import ScratchTree

        self.place.build()
        self._import()
        self.snapshots["bare"] = self.place.snapshot()
        ScratchTree._base = staticmethod(self.place.scratch)  # noqa: SLF001 - no setting has it
        self._expect(self._plainly(("correct", *OPTIONS)), 0)
        shutil.copytree(self.place.folder / "case" / "cache", self.place.folder / "warm")
        self.place.take("bare")
        shutil.copytree(self.place.folder / "warm", self.place.folder / "case" / "cache")
        self._keep("fresh")
        for kept, *commands in (
            ("corrected", ("correct", *OPTIONS)),
            ("reviewed", ("correct", *OPTIONS), ("review",)),
        ):
            self.place.take("fresh")
            for command in commands:
                self._expect(self._plainly(command, b"y\n" * 9), 0)
            self._keep(kept)
        self.place.take("fresh")
        log = self._counted(ACTS[0])
        second = [n for n, name in enumerate(log) if name == "replace"][-2]
        self.place.take("fresh")
        self._killed(ACTS[0], second, AFTER)
        self._keep("torn")

    def run(self):
        """Kill every command at every operation; one result for each."""
        return [self.kill(act) for act in ACTS]

    def kill(self, act):
        """One command: before each operation, half-way through each write, and after the last.

        After one operation and before the next the disk is the same.
        """
        self.place.take(act.kept)
        log = self._counted(act)
        points = [
            (number, when)
            for number, name in enumerate(log)
            for when in (BEFORE, HALF)
            if when != HALF or name == "write"
        ]
        points.append((len(log) - 1, AFTER))
        result = Killed(act.name, dict(Counter(log)))
        started = time.monotonic()
        first, shares = self.share
        for number, when in points[:: self.every * act.every][first::shares]:
            self.place.take(act.kept)
            if self._killed(act, number, when) is not None:
                result.missed += 1  # what threads do may come in another order and number
                continue
            result.points += 1
            where = f"{act.name} {when} {log[number]} ({number})"
            try:
                result.problems.extend(f"{where}: {problem}" for problem in self._problems(act))
            except (ValueError, RuntimeError, OSError) as error:
                result.problems.append(f"{where}: {error!r}")
        result.seconds = time.monotonic() - started
        return result

    def _problems(self, act):
        """Whatever is not as it was promised after a kill, and after what the user does then."""
        place, allowed = self.place, [self.snapshots[name] for name in act.allowed]
        for path, content in place.snapshot().items():
            temporary = path.endswith((".thea-tmp", "/"))
            if not temporary and content not in [states.get(path) for states in allowed]:
                yield f"{path} is neither old nor new"
        finish = {"undo": ["undo"], "review": []}.get(act.name)
        if finish is None:
            runs = place.runs()
            unfinished = [done for done in runs if done is None]
            finish = ["resume"] if unfinished else [] if runs else ["correct"]
        place.runs()
        for command in finish:
            more = OPTIONS if command == "correct" else ()
            code = self._plainly((command, *more))
            if code and "no run has changed anything" not in place.said():
                yield f"thea {command} says {code}: {place.said()}"
            wanted = "fresh" if command == "undo" else "corrected"
            yield from self._compare(self.snapshots[wanted], f"after {command}")
        if act.name != "undo":
            if code := self._plainly(("undo",)):
                yield f"thea undo says {code}: {place.said()}"
            yield from self._compare(self.snapshots["fresh"], "after undo")
        if any(done is None for done in place.runs()) and act.name != "undo":
            yield "a run is not finished"
        if litter := place.litter():
            yield f"left behind: {', '.join(litter)}"

    def _compare(self, wanted, moment):
        found = self.place.snapshot()
        for path in sorted(wanted.keys() | found.keys()):
            if wanted.get(path) != found.get(path):
                yield f"{path} is not as it should be {moment}"

    def _keep(self, name):
        self.place.keep(name)
        self.snapshots[name] = self.place.snapshot()

    def _plainly(self, command, stdin=b""):
        return self.place.fork(lambda: self.place.thea(*command, stdin=stdin))

    def _counted(self, act):
        """The operations of a command that nobody disturbs."""

        def work():
            switch = self._switch(None, BEFORE)
            code = self.place.thea(*act.arguments, stdin=act.stdin)
            return [code, switch.log]

        code, log = self.place.fork(work)
        self._expect(code, 0)
        return log

    def _killed(self, act, at, when):
        def work():
            self._switch(at, when)
            return self.place.thea(*act.arguments, stdin=act.stdin)

        return self.place.fork(work)

    @staticmethod
    def _switch(at, when):
        """Small batches, one thread: the same operations in the same order every time."""
        from thea_code_system.actors import run
        from thea_code_system.workspace.writing import GroupedWriter

        run.WRITE_BATCH, GroupedWriter.threads = 2, 1
        switch = KillSwitch(at, when)
        switch.install()
        return switch

    def _import(self):
        """Import here what a run imports, so that no fork has to."""
        self.place.keep("bare")

        def work():
            codes = [
                self.place.thea("correct", *OPTIONS),
                self.place.thea("review", stdin=b"q\n"),
                self.place.thea("undo"),
            ]
            return [codes, [name for name in sys.modules if name != "__main__"]]

        codes, modules = self.place.fork(work)
        self._expect(codes, [0, 0, 0])
        for name in modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        self.place.take("bare")

    def _expect(self, found, wanted):
        if found != wanted:
            raise RuntimeError(f"{found} instead of {wanted}: {self.place.said()}")
