"""Which files may not parse, told by the tools' parsers at their newest language versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from thea_code_system.tools.ruff import RuffFinding
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile

PYTHON = (".py", ".pyi", ".pyw")
ECMASCRIPT = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
PYTHON_ERRORS = "F,E9"


class SyntaxScreen:
    """Organ: one process of Ruff and one of oxlint flag the files worth a closer look."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def flagged(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        """Paths that Ruff or oxc reject in every language version that they know.

        Where the Ruff corrector is going to analyse these texts anyway, and no configuration of the
        target can keep it from any of them, its own run is made now, remembered, and serves both.

        Raises:
            ToolError: if a tool cannot be run.
        """
        request = self._toolbox.ruff_request
        python = self._only(sources, PYTHON)
        if not python or request is None or request.configs:
            return await self.rejected(sources)
        answer, ecmascript = await asyncio.gather(
            self._toolbox.ruff.check(python, request), self._ecmascript(sources)
        )
        return self._faulty(answer.findings) | ecmascript

    async def rejected(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        """The same, asking anew and under no configuration.

        Raises:
            ToolError: if a tool cannot be run.
        """
        python, ecmascript = await asyncio.gather(self._python(sources), self._ecmascript(sources))
        return python | ecmascript

    async def _python(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        texts = {source.path: source.text for source in self._only(sources, PYTHON)}
        if not texts:
            return frozenset()
        return self._faulty(await self._toolbox.ruff.isolated(texts, PYTHON_ERRORS))

    async def _ecmascript(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        texts = {source.path: source.text for source in self._only(sources, ECMASCRIPT)}
        if not texts:
            return frozenset()
        found = await self._toolbox.oxlint.check(texts, ("-A", "all"))
        return frozenset(path for path, some in found.items() if any(not one.rule for one in some))

    @staticmethod
    def _only(sources: Sequence[SourceFile], suffixes: tuple[str, ...]) -> list[SourceFile]:
        return [source for source in sources if source.path.endswith(suffixes)]

    @staticmethod
    def _faulty(findings: Mapping[str, Sequence[RuffFinding]]) -> frozenset[str]:
        return frozenset(
            path for path, found in findings.items() if any(one.is_fault for one in found)
        )
