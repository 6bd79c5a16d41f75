"""Which files may not parse, told by the tools' parsers at their newest language versions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile

PYTHON = (".py", ".pyi", ".pyw")
ECMASCRIPT = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")


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
        python = [source for source in sources if source.path.endswith(PYTHON)]
        ecmascript = [source for source in sources if source.path.endswith(ECMASCRIPT)]
        flagged = await asyncio.gather(self._python(python), self._ecmascript(ecmascript))
        return flagged[0] | flagged[1]

    async def _python(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        if not sources:
            return frozenset()
        request = self._toolbox.ruff_request
        if request is not None and not request.excludes:
            findings = (await self._toolbox.ruff.check(sources, request)).findings
        else:
            texts = [(source.path, source.text) for source in sources]
            findings = await self._toolbox.ruff.isolated(texts, "E9")
        return frozenset(
            path for path, found in findings.items() if any(one.is_fault for one in found)
        )

    async def _ecmascript(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        if not sources:
            return frozenset()
        texts = [(source.path, source.text) for source in sources]
        found = await self._toolbox.oxlint.check(texts, ("-A", "all"))
        return frozenset(path for path, some in found.items() if any(not x.rule for x in some))
