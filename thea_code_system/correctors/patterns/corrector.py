"""The family ``patterns``: each match of a rule that has a fix is one proposal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.tools.ast_grep import PatternMatch
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Proposal, Safety
from thea_code_system.values.source import SourceFile

_SAFETY = {
    "safe": Safety.SAFE,
    "unsafe": Safety.UNSAFE,
    "display-only": Safety.DISPLAY_ONLY,
}


class PatternsCorrector(Corrector):
    """Runs the configured ast-grep rules, in any language that ast-grep knows.

    A rule says how far it is to be trusted in its metadata, ``thea: {safety: safe, confidence:
    0.95}``; without it, it is unsafe, at 0.9.
    """

    name: ClassVar[str] = "patterns"
    languages: ClassVar[frozenset[str]] = frozenset({"*"})
    stage: ClassVar[Stage] = Stage.PATTERNS

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """One proposal for each match, in the order of their places."""
        rules = context.settings.patterns
        if not rules:
            return [() for _ in sources]
        matches = await self._toolbox.ast_grep.scan(sources, rules)
        return [
            [self._proposal(match) for match in matches.get(source.path, ())] for source in sources
        ]

    def version(self) -> str:
        """The version of ast-grep; the rules are part of the settings."""
        return self._toolbox.ast_grep.version()

    @staticmethod
    def _proposal(match: PatternMatch) -> Proposal:
        told = match.metadata.get("thea")
        told = told if isinstance(told, dict) else {}
        confidence = told.get("confidence", 0.9)
        known = isinstance(confidence, int | float) and 0 <= confidence <= 1
        return Proposal(
            rules=(f"patterns/{match.rule}",),
            message=match.message,
            edits=(match.edit,),
            safety=_SAFETY.get(str(told.get("safety")), Safety.UNSAFE),
            score=float(confidence) if known else 0.9,
        )
