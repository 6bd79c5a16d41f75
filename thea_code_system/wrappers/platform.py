"""Everything that differs between Linux, macOS and Windows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Platform:
    """An operating system, and where it keeps things.

    Args:
        system: `linux`, `darwin` or `win32`, as in `sys.platform`.
    """

    system: str = sys.platform

    @property
    def is_windows(self) -> bool:
        """Whether this is Windows, where Thea runs inline only."""
        return self.system == "win32"

    def state_directory(self, application: str = "thea") -> Path:
        """Return where an application keeps its state for this user; it may not exist yet."""
        return self._base("XDG_STATE_HOME", ".local/state") / application

    def config_directory(self, application: str = "thea") -> Path:
        """Return where this user configures an application; it may not exist."""
        return self._base("XDG_CONFIG_HOME", ".config") / application

    def cache_directory(self, application: str = "thea") -> Path:
        """Return where an application keeps what it could make again; it may not exist yet."""
        return self._base("XDG_CACHE_HOME", ".cache") / application

    def memory_directory(self) -> Path:
        """Return a folder for short-lived files, in memory where the system has one."""
        shared = Path("/dev/shm")  # noqa: S108 - a private folder is made inside it
        if self.system == "linux" and os.access(shared, os.W_OK | os.X_OK):
            return shared
        import tempfile

        return Path(tempfile.gettempdir())

    def search_path(self, avoid: str | Path = "") -> list[str]:
        """Return the folders of PATH, without what is relative or lies in a folder to avoid.

        `npm run` puts the folder `node_modules/.bin` of its package in front: so a program of the
        code that is looked at would be started in place of the user's.
        """
        hidden = Path(avoid).resolve() if avoid else None
        given = os.environ.get("PATH", os.defpath).split(os.pathsep)
        return [
            entry
            for entry in given
            if Path(entry).is_absolute()
            and (hidden is None or not Path(entry).resolve().is_relative_to(hidden))
        ]

    def python_path(self) -> list[Path]:
        """Return the folders of PYTHONPATH that mean the same in every working directory."""
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        return [path for path in map(Path, filter(None, given)) if path.is_absolute()]

    def make_private(self, path: Path) -> None:
        """Make a file that only this user can read, under any umask; one that is there becomes so.

        Raises:
            OSError: it cannot be made, or is a link.
        """
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if os.fstat(descriptor).st_mode & 0o077 and hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)

    def sync_directory(self, directory: Path) -> None:
        """Make the names in a folder durable; Windows cannot, and does nothing."""
        if self.is_windows:
            return
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def resident_bytes(self) -> int:
        """Return the memory this process occupies, in bytes; its peak where only that is known."""
        if self.system == "linux":
            pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        if self.is_windows:
            return 0
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts in bytes

    def process_memory(self, pid: int) -> int:
        """Return the memory of one of our processes in bytes, its share where it is shared.

        0 where the process has ended, or the system does not tell.
        """
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        shares = (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return next(shares, 0) << 10

    def process_title(self, pid: int) -> str:
        """Return the command line of a process, as it says itself; empty where it has ended."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:
            return ""
        return os.fsdecode(b" ".join(words))

    def cpu_count(self) -> int:
        """Return how many processors this process may use, at least one."""
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def cpu_flags(self) -> frozenset[str]:
        """Return what the processors say they can do, such as `amx_bf16`; nothing off Linux."""
        if self.system != "linux":
            return frozenset()
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        flags = (line.partition(":")[2] for line in lines if line.startswith("flags"))
        return frozenset(next(flags, "").split())

    def process_exists(self, pid: int) -> bool:
        """Whether a process lives; one that has ended but was not waited for does not."""
        if self.system == "linux":
            return self._stat(pid)[0] != "Z"
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def descendants(self, session: int) -> list[int]:
        """Return the living processes of a session that we started, but for its leader.

        Where the system does not tell sessions apart, these are the leader's children and theirs.
        """
        if self.system == "linux":
            fields = {pid: self._stat(pid) for pid in map(int, self._numbered("/proc"))}
            living = [pid for pid, (state, of) in fields.items() if of == session and state != "Z"]
            return [pid for pid in living if pid != session]
        return self._children([session])

    def kill(self, pids: list[int]) -> None:
        """Kill processes that we started, at once; gone already is fine."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    def _numbered(self, folder: str) -> list[str]:
        return [name for name in os.listdir(folder) if name.isdecimal()]  # noqa: PTH208 - twice as fast

    def _stat(self, pid: int) -> tuple[str, int]:
        """Return state and session of a process on Linux."""
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except (ProcessLookupError, FileNotFoundError):
            return "Z", 0
        fields = text.rpartition(")")[2].split()
        return fields[0], int(fields[3])

    def _children(self, parents: list[int]) -> list[int]:
        """Return all children of some processes, and theirs, as `ps` tells."""
        told = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=False
        )
        rows = [line.split() for line in told.stdout.splitlines()]
        pairs = [(int(pid), int(parent)) for pid, parent, state in rows if state[0] != "Z"]
        known, found = set(parents), []
        while new := [pid for pid, parent in pairs if parent in known and pid not in known]:
            known |= set(new)
            found += new
        return found

    def _base(self, variable: str, unix: str) -> Path:
        if self.is_windows:
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        given = os.environ.get(variable, "")
        return Path(given) if Path(given).is_absolute() else Path.home() / unix
