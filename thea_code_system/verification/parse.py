"""The first rung: what parsed still parses, and what was repaired parses now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from thea_code_system.languages.registry import Languages
from thea_code_system.tools.screen import PYTHON, SyntaxScreen
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile
from thea_code_system.verification.base import Change, Verdict, Verifier

_GOOD = Verdict(ok=True)
_BAD = Verdict(ok=False, reason="it would not parse")
_UNHEARD: Final = "@flow"  # oxlint keeps to itself what its parser has against such files


class ParseVerifier(Verifier):
    """Rejects what both the language's own parser and the tool's newest one reject.

    The tool is asked first, about all files at once: its parser is ten times faster.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._screen = SyntaxScreen(toolbox)
        self._languages = Languages()

    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """One verdict for each change, in order."""
        files = self._apart([change.after for change in changes])
        flagged = await self._screen.rejected(files)
        return [
            _GOOD if await self._holds(change, flagged=file.path in flagged) else _BAD
            for change, file in zip(changes, files, strict=True)
        ]

    async def _holds(self, change: Change, *, flagged: bool) -> bool:
        if flagged:
            return await self._parses(change.after)
        if _UNHEARD not in change.after.text or change.after.path.endswith(PYTHON):
            return True
        return await self._parses(change.after) or not await self._parses(change.before)

    async def _parses(self, file: SourceFile) -> bool:
        language = self._languages.for_path(file.path)
        return language is None or await asyncio.to_thread(language.parses, file.text)
