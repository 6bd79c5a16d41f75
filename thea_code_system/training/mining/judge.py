"""Which texts are broken: both parsers of their language reject them, and nothing excuses them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from thea_code_system.languages.base import Fault
from thea_code_system.languages.registry import Languages
from thea_code_system.languages.screen import Screen
from thea_code_system.tools.screen import SyntaxScreen
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile

_CALLED: Final = re.compile(r"\bprint(?=[ \t]*\()")


class Judge:
    """Asks Ruff and oxlint in bulk, and the languages' own parsers one by one; an organ of a miner.

    It judges as a run of Thea does: templates, Flow, Python 2 and newer grammars are not broken.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._outside = SyntaxScreen(toolbox)
        self._languages, self._screen = Languages(), Screen()

    async def rejected(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        """Paths of the sources that the outside parsers reject at their newest versions.

        Raises:
            ToolError: a tool cannot be run.
        """
        return await self._outside.rejected(sources)

    def fault(self, source: SourceFile) -> Fault | None:
        """What makes a source broken, in its parser's words; None if it is not, or is excused."""
        language = self._languages.for_path(source.path)
        faults = language.faults(source.text) if language is not None else ()
        return faults[0] if faults and not self._is_excused(source) else None

    def parses(self, source: SourceFile) -> bool:
        """Whether the language's own parser accepts a source."""
        language = self._languages.for_path(source.path)
        return language is not None and language.parses(source.text)

    def language(self, path: str) -> str:
        """The name of the language of a path; empty if Thea does not know it."""
        language = self._languages.for_path(path)
        return "" if language is None else language.name

    def _is_excused(self, source: SourceFile) -> bool:
        """A template, Flow, or Python 2, with its print statement or with the function."""
        if self._screen.skip_reason(source) is not None:
            return True
        versions = {source.text, _CALLED.sub("print_", source.text)}
        return any(self._screen.is_python2(source.with_text(text)) for text in versions)
