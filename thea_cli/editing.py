"""The user's own editor, on a few lines of text."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from thea_code_system.errors import UsageError

_USUAL = "notepad" if sys.platform == "win32" else "vi"


class Editor:
    """What ``$VISUAL``, else ``$EDITOR``, names; it may have arguments."""

    def __init__(self) -> None:
        named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _USUAL
        self._command = shlex.split(named)

    def edit(self, text: str, suffix: str) -> str:
        """The text as the user left it; ``suffix`` tells the editor the language.

        Raises:
            UsageError: the editor cannot be run, failed, or left what is no text.
        """
        with tempfile.TemporaryDirectory(prefix="thea-") as folder:
            path = Path(folder, f"proposal{suffix}")
            path.write_bytes(text.encode("utf-8"))
            try:
                subprocess.run([*self._command, str(path)], check=True)
                return path.read_bytes().decode("utf-8")
            except (OSError, ValueError, subprocess.CalledProcessError) as error:
                name = " ".join(self._command)
                raise UsageError(
                    f"the editor {name} could not be used: {error}",
                    "Name one that waits until the file is closed in $VISUAL or $EDITOR.",
                ) from error
