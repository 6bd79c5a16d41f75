"""Where the warm process listens, and what is said to it: shared by both ends.

Imports only what Python itself has loaded by now: every import counts in a hook of 30 ms.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not imported for that
if TYPE_CHECKING:
    from collections.abc import Sequence
    from socket import socket

LENGTH = 4  # bytes of a length
CHUNK, _LARGEST = 65_536, 8_000_000  # bytes read at once, and of a message
_PRIME = 4_294_967_291  # the largest of 32 bits
RUNNING, ENDED, REFUSED = b"+", b"=", b"-"
"""The answers: it runs; it has ended, with the exit code in the next byte; run it yourself."""


class Place:
    """The folder of the sockets of one user, and the socket and token of one installation."""

    def __init__(self) -> None:
        base = os.environ.get("XDG_RUNTIME_DIR", "")
        private = base.startswith("/") and os.path.isdir(base)  # noqa: PTH112 - no pathlib yet
        self.folder = f"{base}/thea" if private else f"/tmp/thea-user-{os.getuid()}"  # noqa: S108
        whose = os.fsencode(f"{sys.prefix} {sys.version}")
        installation = f"{int.from_bytes(whose, 'big') % _PRIME:08x}"  # no hash is loaded yet
        self.socket = f"{self.folder}/{installation}.sock"
        self.token = f"{self.folder}/{installation}.token"
        self.lock = f"{self.folder}/{installation}.lock"

    def is_private(self) -> bool:
        """Whether the folder is this user's, and nobody else can look into it."""
        try:
            status = os.lstat(self.folder)
        except OSError:
            return False
        return status.st_mode & 0o170077 == 0o040000 and status.st_uid == os.getuid()

    def secret(self) -> bytes:
        """The token of the process that listens; empty where there is none."""
        try:
            with open(self.token, "rb") as file:  # noqa: PTH123 - no pathlib yet
                return file.read(64)
        except OSError:
            return b""


class Message:
    """A list of byte strings, each behind its length, behind the length of all."""

    @classmethod
    def received(cls, link: socket, streams: list[int], most: int) -> list[bytes]:
        """The parts of the next message; the descriptors that come with it are added to a list.

        Raises:
            OSError: the other end does not answer.
            ValueError: it is none, is cut short, or is too long.
        """
        from socket import recv_fds

        data, handed, _, _ = recv_fds(link, CHUNK, most)
        streams.extend(handed)
        size = int.from_bytes(data[:LENGTH], "big") + LENGTH
        if len(data) < LENGTH or size > _LARGEST:
            raise ValueError("that is no message")
        while len(data) < size:
            more = link.recv(CHUNK)
            if not more:
                raise ValueError("the message is cut short")
            data += more
        return cls.parts(data[LENGTH:])

    @staticmethod
    def packed(parts: Sequence[bytes]) -> bytes:
        """The parts as they are sent."""
        body = b"".join(len(part).to_bytes(LENGTH, "big") + part for part in parts)
        return len(body).to_bytes(LENGTH, "big") + body

    @staticmethod
    def parts(body: bytes) -> list[bytes]:
        """The inverse of :meth:`packed`, without the length of all.

        Raises:
            ValueError: it is cut short.
        """
        found, at = [], 0
        while at < len(body):
            size = int.from_bytes(body[at : at + LENGTH], "big")
            at += LENGTH + size
            if at > len(body):
                raise ValueError("the message is cut short")
            found.append(body[at - size : at])
        return found
