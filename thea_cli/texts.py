"""The texts that outcomes are about: from the run, else from the disk if it still holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thea_cli.reports.base import Shown
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.source import NotTextError, SourceFile


class Texts:
    """Finds the original text of an outcome that was just yielded."""

    def __init__(self, handle: Any, root: str) -> None:
        self._handle, self._root = handle, root

    async def shown(self, outcome: FileOutcome) -> Shown:
        """The outcome with its text; without it where the text is gone."""
        texts = await self._handle.texts(outcome.path)
        return Shown(outcome, texts[0] if texts else self._on_disk(outcome))

    def _on_disk(self, outcome: FileOutcome) -> str | None:
        """What a remembered outcome is about: the file has not been read in this run."""
        try:
            data = Path(self._root, outcome.path).read_bytes()
            source = SourceFile.decode(outcome.path, data)
        except (OSError, NotTextError):
            return None
        return source.text if source.digest == outcome.digest else None
