"""Reads a file that somebody else has laid: waits for no pipe, and takes no more than expected."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import ClassVar

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


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
        descriptor = os.open(self.path, _READ | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - an open descriptor
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), self.path)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is a pipe or a device", self.path)
            if self.most is not None and status.st_size > self.most:
                raise OSError(errno.EFBIG, f"it is larger than {self.most:,} bytes", self.path)
            return file.readall()
