"""Starts a command that is not to be trusted: no network, limited memory, no new privileges.

Run as a program, isolated from everything that could be imported:

    python -I -S confinement.py BYTES COMMAND

It waits for the command, and ends it with all of its process group where its own standard input is
closed: whoever started it holds the other end, and has ended, in whatever way.

Each limit is the system's to give: where it refuses, the command starts without it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # linux/sched.h
_NO_NEW_PRIVILEGES = 38  # linux/prctl.h
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h


class Confinement:
    """What the process gives up before it starts the command.

    Args:
        memory: bytes of private memory that one process may have.
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory

    def run(self, command: str) -> int:
        """The status of a shell that runs the command."""
        self._confine()
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.execv("/bin/sh", ["/bin/sh", "-c", command])  # noqa: S606 - the user's own command
        Thread(target=self._watch, daemon=True).start()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    @staticmethod
    def _watch() -> None:
        """Nothing is ever written to standard input: it is read to its end."""
        os.read(0, 1)
        os.killpg(0, signal.SIGKILL)

    def _confine(self) -> None:
        """Give up what the command should not have."""
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (self._memory, self._memory))
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError, AttributeError):
            self._leave_network()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)

    def _leave_network(self) -> None:
        """Keep nothing but a loopback of our own, as the same user as before."""
        user, group = os.getuid(), os.getgid()
        library = ctypes.CDLL(None, use_errno=True)
        if library.unshare(_NEW_USER | _NEW_NETWORK):
            return
        me = Path("/proc/self")
        me.joinpath("setgroups").write_text("deny", encoding="ascii")
        me.joinpath("uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        me.joinpath("gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as loopback:
            asked = struct.pack("16sh22x", b"lo", 0)
            name, flags = struct.unpack("16sh22x", fcntl.ioctl(loopback, _GET_FLAGS, asked))
            fcntl.ioctl(loopback, _SET_FLAGS, struct.pack("16sh22x", name, flags | _UP))


if __name__ == "__main__":
    sys.exit(Confinement(int(sys.argv[1])).run(sys.argv[2]))
