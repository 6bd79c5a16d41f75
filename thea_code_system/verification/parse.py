"""The first rung: what parsed still parses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from thea_code_system.languages.registry import Languages
from thea_code_system.tools.screen import SyntaxScreen
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile
from thea_code_system.verification.base import Change, Verdict, Verifier


class ParseVerifier(Verifier):
    """Asks the language's own parser, and the tool's parser where the own one rejects.

    The tools know newer grammars: a text that they accept is not broken.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._screen = SyntaxScreen(toolbox)
        self._languages = Languages()

    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """Reject what no parser accepts any more."""
        afters = [change.after for change in changes]
        rejected = await asyncio.to_thread(self._rejected, afters)
        bad = [one for one in rejected if one.path in await self._screen.flagged([one])]
        return [
            Verdict(ok=False, reason="it would no longer parse")
            if any(source is other for other in bad)
            else Verdict(ok=True)
            for source in afters
        ]

    def _rejected(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        return [
            source
            for source in sources
            if (language := self._languages.for_path(source.path)) is not None
            and not language.parses(source.text)
        ]
