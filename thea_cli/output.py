"""Where a report goes: standard output, a device, or a file that is whole or not there at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from thea_code_system.errors import UsageError

if TYPE_CHECKING:
    from typing_extensions import Self


class Output:
    """A place to write to; as a context manager it replaces the file when all went well."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path).resolve() if path else None
        self._fresh = ""
        self._stream: TextIO = sys.stdout

    @property
    def stream(self) -> TextIO:
        """What is written to."""
        return self._stream

    def write(self, text: str) -> None:
        """Write a piece of the report."""
        self._stream.write(text)

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._stream = self._opened(self._path)
            except OSError as error:
                raise UsageError(
                    f"cannot write the report {self._path}: {error.strerror}",
                    "Give -o a file in a folder that exists and can be written.",
                ) from error
        return self

    def _opened(self, path: Path) -> TextIO:
        """A file beside the one that is meant; what is no file (/dev/stdout, a pipe) is opened."""
        if path.exists() and not path.is_file():
            return path.open("w", encoding="utf-8", newline="\n")
        handle, self._fresh = tempfile.mkstemp(".tmp", ".thea-", path.parent)
        return os.fdopen(handle, "w", encoding="utf-8", newline="\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._path is None:
            self._stream.flush()
            return
        self._stream.close()
        if not self._fresh:
            return
        fresh = Path(self._fresh)
        if kind is None:
            fresh.chmod(0o644)
            fresh.replace(self._path)
        else:
            fresh.unlink(missing_ok=True)
