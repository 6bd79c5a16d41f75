"""Which files may not parse, told by the tools' parsers at their newest language versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thea_code_system.tools.ruff import RuffFinding
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import LineMap, SourceFile

PYTHON = (".py", ".pyi", ".pyw")
ECMASCRIPT = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")


@dataclass(frozen=True, slots=True)
class Objection:
    """What a tool's parser has against a text.

    ``fault`` if no version of the language accepts it; None where the tool could not be asked.
    ``newer`` says, use by use, what needs a later Python than the one that runs; what a fault on
    the same line may have made look so is left out.
    """

    fault: bool | None
    newer: tuple[str, ...] = ()


class SyntaxScreen:
    """Organ: one process of Ruff and one of oxlint flag the files worth a closer look."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def python(self, sources: Sequence[SourceFile]) -> Mapping[str, Objection]:
        """Ruff's objections by path.

        Where the Ruff corrector is going to analyse these texts anyway, and no configuration of the
        target can keep it from any of them, its own run is made now, remembered, and serves both.

        Raises:
            ToolError: if Ruff cannot be run.
        """
        request = self._toolbox.ruff_request
        python = self._only(sources, PYTHON)
        if not python or request is None or not request.tells_syntax:
            return await self._python(python)
        answer = await self._toolbox.ruff.check(python, request)
        return self._objections(python, answer.findings)

    async def ecmascript(self, sources: Sequence[SourceFile]) -> Mapping[str, Objection]:
        """Oxc's objections by path; it has one version only, the newest.

        Raises:
            ToolError: if oxlint cannot be run.
        """
        texts = {source.path: source.text for source in self._only(sources, ECMASCRIPT)}
        if not texts:
            return {}
        found = await self._toolbox.oxlint.check(texts, ("-A", "all"))
        return {
            path: Objection(fault=True)
            for path, some in found.items()
            if any(not one.rule for one in some)
        }

    async def rejected(self, sources: Sequence[SourceFile]) -> frozenset[str]:
        """Paths that no version accepts, under no configuration.

        Raises:
            ToolError: if a tool cannot be run.
        """
        python = self._python(self._only(sources, PYTHON))
        found = await asyncio.gather(python, self.ecmascript(sources))
        return frozenset(path for some in found for path, one in some.items() if one.fault)

    async def _python(self, sources: Sequence[SourceFile]) -> Mapping[str, Objection]:
        if not sources:
            return {}
        found = await self._toolbox.ruff.errors(sources, self._toolbox.ruff_request)
        return self._objections(sources, found)

    @classmethod
    def _objections(
        cls, sources: Sequence[SourceFile], findings: Mapping[str, Sequence[RuffFinding]]
    ) -> Mapping[str, Objection]:
        found: dict[str, Objection] = {}
        for source in sources:
            syntax = [one for one in findings.get(source.path, ()) if one.is_fault or one.is_newer]
            if syntax:
                found[source.path] = cls._objection(source.text, syntax)
        return found

    @classmethod
    def _objection(cls, text: str, findings: Sequence[RuffFinding]) -> Objection:
        lines = LineMap.of(text)
        placed = [(lines.position(one.start).line, one) for one in findings]
        faults: dict[int, int] = {}
        for line, one in placed:
            if one.is_fault:
                faults.setdefault(line, one.start)
        newer = (
            f"line {line}: {one.message}"
            for line, one in placed
            if one.is_newer and cls._is_whole(text, one.start, faults.get(line))
        )
        return Objection(bool(faults), tuple(newer))

    @staticmethod
    def _is_whole(text: str, start: int, fault: int | None) -> bool:
        """Whether the parser was through with a use before it met the first fault of its line.

        ``def f[x):`` is no list of type parameters.
        """
        read = text[start:fault]
        return fault is None or (start < fault and read.count("[") <= read.count("]"))

    @staticmethod
    def _only(sources: Sequence[SourceFile], suffixes: tuple[str, ...]) -> list[SourceFile]:
        return [source for source in sources if source.path.endswith(suffixes)]
