"""Reads a file that somebody else has laid: waits for no pipe, and takes no more than expected."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import ClassVar

_FLAGS = ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY")  # those that the platform knows
_READ = os.O_RDONLY | sum(getattr(os, name, 0) for name in _FLAGS)
_PIECE = 1 << 20  # bytes of a file that grows, or does not say its size


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A regular file, or a link to one; ``most`` is how many bytes it may have, None for any."""

    path: str
    most: int | None = None

    configuration: ClassVar[int] = 1_000_000
    """The most bytes of a configuration: people write them."""

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            OSError: it cannot be read, is a pipe, folder or device, or is too large.
        """
        descriptor = os.open(self.path, _READ)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.path)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is a pipe or a device", self.path)
            if self.most is not None and status.st_size > self.most:
                raise OSError(errno.EFBIG, f"it is larger than {self.most:,} bytes", self.path)
            # A file object would double the time that a small file takes.
            data = os.read(descriptor, status.st_size + 1)
            if len(data) == status.st_size:
                return data
            return b"".join((data, *iter(lambda: os.read(descriptor, _PIECE), b"")))
        finally:
            os.close(descriptor)
