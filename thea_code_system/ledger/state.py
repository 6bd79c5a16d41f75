"""Where a project's ledger lies, and whether what lies there can be trusted."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from thea_code_system.wrappers.platform import Platform

NAME = ".thea"
LEDGER = "ledger.sqlite"
_IDENTITY, _IGNORE = "identity", ".gitignore"
_SEALED = "the project cannot be written"


@dataclass(frozen=True, slots=True)
class State:
    """A state directory; ``warning`` says once why it is not the usual one.

    ``blank`` if there is none: then the ledger is an empty one in memory.
    """

    path: Path
    warning: str = ""
    blank: bool = False

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return Path(":memory:") if self.blank else self.path.joinpath(LEDGER)

    def cache(self, chosen: str | None) -> Path:
        """The file of what can be computed again, in a chosen folder or here."""
        return Path(chosen or self.path).joinpath("cache.sqlite")


class StateDirectory:
    """Chooses a state directory: the project's own, the user's, or one that ends with the run.

    A project's directory holds a random id and its HMAC under a key that only this user has: so
    a repository cannot ship a ledger. It must belong to the user, be no link, and not be tracked.

    Args:
        root: the project root, absolute.
        base: the user's state directory; the platform's by default.
    """

    def __init__(self, root: str, base: Path | None = None) -> None:
        self._root = root
        self._base = base or Platform().state_directory()

    def choose(self, *, tracked: bool = False, make: bool = True) -> State:
        """The state directory to use.

        Args:
            tracked: whether git tracks the project's directory.
            make: whether to make one where there is none.
        """
        own, users = Path(self._root).joinpath(NAME), self.users()
        if not make and not any(
            os.path.lexists(place) for place in (own, users, self._elsewhere().users())
        ):
            return State(own, blank=True)
        problem = "git tracks it" if tracked else self._problem(own)
        if not problem:
            return State(own)
        if not self._problem(users):
            return State(users, self._warning(own, problem, users))
        temporary = self._elsewhere().last_resort()
        note = f"{temporary} is used instead, and undo ends with this machine"
        return State(temporary, f"{own} cannot be used ({problem}); {note}")

    def users(self) -> Path:
        """The project's folder in the user's state directory."""
        return self._base.joinpath("roots", hashlib.sha256(self._root.encode()).hexdigest()[:32])

    def _elsewhere(self) -> StateDirectory:
        """The same in a folder that lasts as long as the machine keeps it, run after run."""
        import tempfile

        user = os.getuid() if hasattr(os, "getuid") else "user"
        return StateDirectory(self._root, Path(tempfile.gettempdir(), f"thea-state-{user}"))

    def last_resort(self) -> Path:
        """The project's folder here; one for this run alone where others could have made it."""
        with contextlib.suppress(OSError):
            self._base.mkdir(mode=0o700, exist_ok=True)
            status = self._base.lstat()
            private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
            if private and self._mine(status) and not self._problem(self.users()):
                return self.users()
        import tempfile

        return Path(tempfile.mkdtemp(prefix="thea-"))

    @staticmethod
    def _warning(own: Path, problem: str, users: Path) -> str:
        """Nothing to say where the project merely cannot be written."""
        if problem == _SEALED:
            return ""
        return f"{own} is not trusted ({problem}) and was left alone; {users} is used instead"

    def _problem(self, path: Path) -> str:
        """Why a directory cannot be used; empty if it can, after making it if it was not there."""
        try:
            if not os.path.lexists(path) or self._is_unfinished(path):
                self._make(path)
            return self._distrust(path)
        except OSError as error:
            return f"{error.strerror}" if os.access(self._root, os.W_OK) else _SEALED

    @staticmethod
    def _is_unfinished(path: Path) -> bool:
        """Whether a directory holds nothing yet, its identity included: its maker was killed."""
        if path.is_symlink() or not path.is_dir():
            return False
        sizes = {file.name: file.lstat().st_size for file in path.iterdir()}
        return sizes.keys() <= {_IGNORE, _IDENTITY} and not sizes.get(_IDENTITY)

    def _make(self, path: Path) -> None:
        """Make a directory in steps that the next process completes, should this one be killed.

        Two that do so at once write identities of one length, and either is as good. They are made
        durable, because what they vouch for is.
        """
        for folder in (self._base, path.parent):  # a mode is for the last folder of a path alone
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        identity = os.urandom(16).hex()
        self._put(path.joinpath(_IGNORE), b"*\n")
        self._put(path.joinpath(_IDENTITY), f"{identity}\n{self._seal(identity)}\n".encode())

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            os.ftruncate(descriptor, len(data))
            os.write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _distrust(self, path: Path) -> str:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode):
            return "it is a link" if stat.S_ISLNK(status.st_mode) else "it is no folder"
        if not self._mine(status):
            return "it belongs to another user"
        for file in path.iterdir():
            inner = file.lstat()
            if stat.S_ISLNK(inner.st_mode) or not self._mine(inner):
                return f"{file.name} in it is a link or belongs to another user"
        return self._check_seal(path)

    def _check_seal(self, path: Path) -> str:
        with contextlib.suppress(OSError, UnicodeDecodeError, ValueError):
            identity, seal = path.joinpath(_IDENTITY).read_text("ascii").split()
            if hmac.compare_digest(seal, self._seal(identity)):
                return "" if os.access(path, os.W_OK) else "not writable"
        return "it was not made by this user on this machine"

    @staticmethod
    def _mine(status: os.stat_result) -> bool:
        return not hasattr(os, "getuid") or status.st_uid == os.getuid()

    def _seal(self, identity: str) -> str:
        return hmac.new(self._key(), identity.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        """The user's secret, made at first use and never half-written."""
        path = self._base.joinpath("key")
        if not path.exists() or path.stat().st_nlink > 1:
            self._make_key(path)
        return path.read_bytes()

    def _make_key(self, path: Path) -> None:
        """The first to link its own wins; what a killed process left beside it is removed."""
        self._base.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._base.joinpath(f"key-{os.getpid()}")
        self._put(fresh, os.urandom(32))
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            os.link(fresh, path)
        for left in self._base.glob("key-*"):
            left.unlink(missing_ok=True)
