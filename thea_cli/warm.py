"""A forked process that runs one command line as if it had been started for it."""

from __future__ import annotations

import contextlib
import gc
import io
import locale
import os
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from thea_cli.app import YOUNG, act
from thea_cli.wire import ENDED, REFUSED, RUNNING, Message
from thea_code_system.workspace.watches import TreeWatch, TreeWatcher, TreeWatches
from thea_code_system.wrappers.cluster import Cluster
from thea_code_system.wrappers.platform import Platform

FAMILIES = "syntax,ruff,oxlint,spelling,patterns,learned"
REHEARSAL = {
    "thea.toml": "",
    "sound.py": "import os\n\n\ndef half(total, part):\n    return total - part\n",
    "broken.py": "def f(a)\n    return a\n",
    "broken.js": "function f(a { return a }\n",
    "sound.ts": "debugger;\nexport const a: number = 1;\n",
}
USUAL = {name: REHEARSAL[name] for name in ("thea.toml", "sound.py")}
READY, WATCHED = b"ready", b"watched"  # what a process tells the gateway
HANDED = 4  # the client's socket and its three streams; after them the watches
WATCHES = 4  # trees that are watched at once


class WarmProcess:
    """Waits on its end of a socket for what to run, runs it, and ends."""

    def __init__(self, link: socket.socket, cluster: Mapping[str, str]) -> None:
        self._link, self._cluster = link, cluster
        self._client: socket.socket
        self._finished = False

    @classmethod
    def prepare(cls) -> None:
        """Load what a run may need, in the process that is to be forked, by running one.

        It leaves no thread behind: a fork has none of its parent's.
        """
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as where the model is loaded
        warnings.filterwarnings("ignore", "Failed to initialize NumPy")
        import torch

        torch.set_num_threads(1)
        gc.set_threshold(YOUNG)
        cls._rehearse(REHEARSAL, "--select", FAMILIES, "--show-fixes")

    @staticmethod
    def _rehearse(files: Mapping[str, str], *arguments: str) -> None:
        """Correct a project made for that; nothing of it stays, in caches neither."""
        before = dict(os.environ)
        with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nothing:  # noqa: PTH123
            os.environ.update(XDG_CACHE_HOME=folder, XDG_STATE_HOME=folder)
            for name, text in files.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
                act(["correct", folder, "--no-cache", *arguments])
        os.environ.clear()
        os.environ.update(before)

    def run(self) -> NoReturn:
        """Rehearse, wait, run, and end with the exit code.

        What a fork writes to first it has to copy, page by page: half of a small run's time, which
        it spends before the run, while it waits.
        """
        code = 1
        try:
            self._reset_signals()
            with contextlib.suppress(Exception):  # a run will tell what is wrong
                self._rehearse(USUAL)
            self._link.sendall(Message.packed([READY]))
            job = self._job()
            if job is None:
                os._exit(0)
            code = self._ran(job)
            self._watch()
        finally:
            os._exit(code)

    @staticmethod
    def _reset_signals() -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _job(self) -> list[bytes] | None:
        """What is to be run; None where the gateway has gone."""
        handed: list[int] = []
        try:
            watched, *job = Message.received(self._link, handed, HANDED + WATCHES)
        except ValueError:
            return None
        parts, size = Message.parts(watched), len(TreeWatch._fields) - 1
        for number, descriptor in enumerate(handed[HANDED:]):
            watch = TreeWatch(descriptor, *parts[number * size : (number + 1) * size])
            TreeWatches.handed[watch.manifest] = watch
        self._client = socket.socket(fileno=handed[0])
        self._client.setblocking(True)  # the gateway had a time limit on it
        for number, stream in enumerate(handed[1:HANDED]):
            os.dup2(stream, number)
            os.close(stream)
        return job

    def _ran(self, job: list[bytes]) -> int:
        folder, umask, count, *rest = job
        arguments = [os.fsdecode(one) for one in rest[: int(count)]]
        try:
            os.chdir(folder)
        except OSError:
            self._client.sendall(REFUSED)
            return 1
        os.umask(int(umask))
        os.environb.clear()
        for one in rest[int(count) :]:
            name, _, value = one.partition(b"=")
            os.environb[name] = value
        Cluster.invitation = self._cluster
        self._adapt()
        sys.argv = ["thea", *arguments]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._client.sendall(RUNNING)
        threading.Thread(target=self._listen, daemon=True).start()
        from thea_cli.boundary import Boundary

        code = Boundary().run(lambda: act(arguments))
        self._let_go()
        self._finished = True
        with contextlib.suppress(OSError):  # it has not waited
            self._client.sendall(ENDED + bytes((code,)))
        return code

    @staticmethod
    def _let_go() -> None:
        """Write what is still to be written, and close the client's streams.

        Who reads them, as pre-commit does, waits for their end: that of this process takes 10 ms.
        """
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)

    def _watch(self) -> None:
        """Have the kernel watch the tree in which nothing had changed, for the runs to come.

        The client has its answer by now.
        """
        manifest = TreeWatches.unwatched
        watch = manifest and TreeWatcher().watch(manifest)
        if watch:
            descriptor, *parts = watch
            with contextlib.suppress(OSError):  # the gateway has gone
                message = Message.packed([WATCHED, *parts])
                sent = socket.send_fds(self._link, [message], [descriptor])
                self._link.sendall(message[sent:])

    def _adapt(self) -> None:
        """Streams in the encoding of the client's locale; threads as its environment says."""
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, "")
        encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
        encoding = encoding or self._encoding()
        sys.stdin = self._stream(0, encoding, errors or "strict")
        sys.stdout = self._stream(1, encoding, errors or "strict")
        sys.stderr = self._stream(2, encoding, "backslashreplace")
        import torch

        count = os.environ.get("OMP_NUM_THREADS", "")
        torch.set_num_threads(int(count) if count.isdecimal() else Platform().cpu_count())

    @staticmethod
    def _encoding() -> str:
        """As Python chooses it when it starts: UTF-8 also where no locale is set (PEP 540)."""
        names = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
        chosen = next(filter(None, names), "C")
        if os.environ.get("PYTHONUTF8") == "1" or chosen in {"C", "POSIX"}:
            return "utf-8"
        return locale.getpreferredencoding(False)

    @staticmethod
    def _stream(number: int, encoding: str, errors: str) -> io.TextIOWrapper:
        raw = io.FileIO(number, "w" if number else "r", closefd=False)
        buffered = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
        lines = number == 2 or raw.isatty()
        return io.TextIOWrapper(buffered, encoding, errors, line_buffering=lines)

    def _listen(self) -> None:
        """Pass signals on to this process; where the client has gone, ask it to end."""
        while True:
            try:
                said = self._client.recv(1)
            except OSError:
                said = b""
            if self._finished:
                return
            os.kill(os.getpid(), said[0] if said else signal.SIGTERM)
            if not said:
                return
