"""Kills a process at each operation in turn that changes the disk.

The operations are hooked where Python and SQLite hand them to the system, so that the product runs
as it is: functions of `os`, statements and commits of `sqlite3`, and, through SQLite's own table of
system calls, the single writes of its database and journal files.
"""

import contextlib
import ctypes
import itertools
import os
import pathlib
import signal
import sqlite3
import threading
from typing import ClassVar

BEFORE, HALF, AFTER = "before", "half-way", "after"
CHANGING = (
    "fchmod", "fchown", "fsync", "ftruncate", "link", "mkdir", "remove", "rename", "replace",
    "rmdir", "setxattr", "symlink", "unlink", "write",
)  # fmt: skip


class KillSwitch:
    """Counts the operations that change the disk, and ends this process (SIGKILL) at one of them.

    Args:
        at: the number of the operation, from 0; None only counts.
        when: before it, after it, or for a write when half of its bytes are written.
    """

    def __init__(self, at=None, when=BEFORE):
        self._at, self._when = at, when
        self._numbers = itertools.count()
        self._counting = threading.Lock()
        self.log = []

    def install(self):
        """Hook this process, for good: it is a fork that ends with what it is killed in."""
        for name in CHANGING:
            if hasattr(os, name):
                self._hook(os, name)
        self._hook(os, "open", lambda _, flags, *__, **___: flags & os.O_CREAT)
        for name in ("write_text", "write_bytes"):
            self._hook(pathlib.Path, name)
        self._hook_sqlite()
        SqliteCalls(self).install()

    def around(self, name, work, half=None):
        """Do the work, which is one operation; it may be the last."""
        with self._counting:
            number = next(self._numbers)
            self.log.append(name)
        if number == self._at and self._when != AFTER:
            if self._when == HALF and half:
                half()
            self.die()
        result = work()
        if number == self._at:
            self.die()
        return result

    @staticmethod
    def die():
        """As the kernel does it: no handler runs, no buffer is flushed."""
        os.kill(os.getpid(), signal.SIGKILL)

    def _hook(self, owner, name, counts=lambda *_, **__: True):
        function = getattr(owner, name)

        def hooked(*arguments, **options):
            if not counts(*arguments, **options):
                return function(*arguments, **options)
            half = self._half_write(function, arguments) if function is write else None
            return self.around(name, lambda: function(*arguments, **options), half)

        write = os.write if name == "write" else None
        setattr(owner, name, hooked)

    @staticmethod
    def _half_write(write, arguments):
        descriptor, data = arguments
        return lambda: write(descriptor, data[: len(data) // 2])

    def _hook_sqlite(self):
        connect = sqlite3.connect

        def connected(*arguments, factory=sqlite3.Connection, **options):
            return connect(*arguments, factory=self._watched(factory), **options)

        sqlite3.connect = connected

    def _watched(self, factory):
        switch = self

        class Connection(factory):
            """Counts what is more than reading."""

            def execute(self, statement, *values):
                return self._counted(super().execute, statement, *values)

            def executemany(self, statement, rows):
                return self._counted(super().executemany, statement, rows)

            def executescript(self, script):
                return self._counted(super().executescript, script)

            def commit(self):
                return switch.around("COMMIT", super().commit)

            def __exit__(self, *problem):
                return switch.around("COMMIT", lambda: super(Connection, self).__exit__(*problem))

            @staticmethod
            def _counted(work, statement, *values):
                word = statement.split(None, 1)[0].upper()
                reads = word == "SELECT" or (word == "PRAGMA" and "=" not in statement)
                if reads:
                    return work(statement, *values)
                return switch.around(word, lambda: work(statement, *values))

        return Connection


class _Vfs(ctypes.Structure):
    """SQLite's `sqlite3_vfs`, version 3, as far as system calls are concerned."""


_SET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Vfs), ctypes.c_char_p, ctypes.c_void_p)
_GET = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Vfs), ctypes.c_char_p)
_Vfs._fields_ = [
    ("version", ctypes.c_int),
    ("file_size", ctypes.c_int),
    ("longest_path", ctypes.c_int),
    ("next", ctypes.c_void_p),
    ("name", ctypes.c_char_p),
    ("data", ctypes.c_void_p),
    ("methods", ctypes.c_void_p * 13),
    ("set_system_call", _SET),
    ("get_system_call", _GET),
]


class SqliteCalls:
    """Hooks the writes that SQLite does by itself, where its library can be reached."""

    WRITE = ctypes.CFUNCTYPE(
        ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64
    )
    TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int64)
    UNLINK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)
    CALLS: ClassVar = {"pwrite": WRITE, "pwrite64": WRITE, "ftruncate": TRUNCATE, "unlink": UNLINK}
    kept: ClassVar = []  # what SQLite calls must not be collected

    def __init__(self, switch):
        self._switch = switch

    def install(self):
        """Whether it could be done: SQLite must be a library of its own, and know how."""
        with contextlib.suppress(OSError, AttributeError, ImportError):
            import _sqlite3

            library = ctypes.CDLL(_sqlite3.__file__)
            library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
            vfs = library.sqlite3_vfs_find(None)
            if vfs and vfs.contents.version >= 3:
                for name, kind in self.CALLS.items():
                    self._replace(vfs, name, kind)
                return True
        return False

    def _replace(self, vfs, name, kind):
        address = vfs.contents.get_system_call(vfs, name.encode())
        if not address:
            return
        call, label = kind(address), f"sqlite {name.removesuffix('64')}"

        def hooked(*arguments):
            half = None
            if kind is self.WRITE:
                descriptor, data, size, offset = arguments
                half = lambda: call(descriptor, data, size // 2, offset)  # noqa: E731
            return self._switch.around(label, lambda: call(*arguments), half)

        replacement = kind(hooked)
        self.kept.append((call, replacement))
        vfs.contents.set_system_call(vfs, name.encode(), ctypes.cast(replacement, ctypes.c_void_p))
