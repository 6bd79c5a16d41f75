"""One run of `thea correct` on the text of a document."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thea_code_system.config.files import ConfigReader
from thea_code_system.languages.registry import Languages
from thea_code_system.values.source import SourceFile

_LANGUAGES = Languages()
# The console script, without looking for modules in the working directory, which may be the code
# to correct.
_THEA = (
    "import sys; sys.path[:1] = filter(None, sys.path[:1]);from thea_cli.client import main; main()"
)
_ASKED = ("--force-exclude", "--check", "--output-format", "json", "--quiet")
_ENDS = 2.0  # seconds for a run that is not wanted any more: an editor waits no longer to close


class RunError(Exception):
    """A run could not say anything about the text; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text, and the absolute path that it is, or will be, saved at."""

    path: str
    text: str

    @property
    def wanted(self) -> bool:
        """Whether Thea knows the language."""
        return _LANGUAGES.for_path(self.path) is not None

    @property
    def is_alone(self) -> bool:
        """Whether the path belongs to no project: then nothing around it is looked at."""
        reader = ConfigReader()
        root, home = reader.root(Path(self.path)), Path(self.path).parent
        return root == home and not reader.exists(root / ".git") and reader.nearest(root) is None

    def data(self) -> bytes:
        """The bytes that an editor would save.

        Raises:
            ValueError: no source file holds this text.
        """
        plain = self.text.encode("ascii", "replace")
        return self.text.encode(SourceFile.decode(self.path, plain).encoding)

    async def ask(self, name: str, flags: Sequence[str]) -> dict[str, Any]:
        """What the JSON report says of the file; an empty one where there is nothing to say.

        Args:
            name: the absolute path to go by.
            flags: what else the command line is to say.

        Raises:
            RunError: the run failed.
        """
        try:
            data = self.data()
        except ValueError:
            return {}
        command = ("correct", "-", "--stdin-filename", name, *_ASKED, *flags)
        out, error = await self._ran(command, data)
        if not out:
            raise RunError(error.decode(errors="replace").strip() or "thea correct ended early")
        file: dict[str, Any] = next(iter(json.loads(out)["files"]), {})
        if file and file["status"] == "failed" and file["line"] is None:
            raise RunError(f"{self.path}: {file['reason']}")
        return file

    async def _ran(self, command: Sequence[str], data: bytes) -> tuple[bytes, bytes]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _THEA, *command), stdin=pipe, stdout=pipe, stderr=pipe
        )
        try:
            return await process.communicate(data)
        except asyncio.CancelledError:
            await self._end(process)
            raise

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        """Ask a run to end, so that it leaves nothing behind; then make it."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), _ENDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
