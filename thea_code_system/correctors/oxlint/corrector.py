"""The family ``oxlint``: each code action of its language server is one proposal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.oxlint.chosen import CHOSEN
from thea_code_system.correctors.oxlint.configs import OxlintConfigs
from thea_code_system.correctors.selection import FamilySelection
from thea_code_system.tools.oxlint import OxlintFix
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import SourceFile


class OxlintCorrector(Corrector):
    """Asks oxlint once a batch, under the target's configuration or for bugs of our choice."""

    name: ClassVar[str] = "oxlint"
    languages: ClassVar[frozenset[str]] = frozenset({"javascript", "typescript", "tsx"})
    stage: ClassVar[Stage] = Stage.LINT

    def __init__(self, toolbox: Toolbox, chosen: FamilySelection) -> None:
        self._toolbox = toolbox
        self._chosen = chosen
        self._configs: OxlintConfigs | None = None

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """One proposal for each fix, in the order of the places that it changes."""
        client = self._toolbox.oxlint
        if self._configs is None:
            rules = await client.rules() if self._chosen.codes else ()
            self._configs = OxlintConfigs(self._chosen, rules)
        own = {} if context.settings.isolated else self._configs.harmless(context.tool_configs)
        answer = await client.fixes(sources, own, self._configs.defaults)
        if answer.fallback:
            self._toolbox.warn(f"{answer.fallback}, so its fixes are only suggested")
        return [
            self._proposals(
                answer.fixes.get(source.path, ()),
                trusted=not answer.fallback and not context.looks_deliberate(source.path),
            )
            for source in sources
        ]

    def facts(self, source: SourceFile, context: ProjectContext) -> Iterable[tuple[str, str]]:
        """The configurations above the file."""
        del context
        yield "config", source.path

    def version(self) -> str:
        """Oxlint's version and our own selection."""
        return f"{self._toolbox.oxlint.version()} {','.join(CHOSEN)}"

    def _proposals(self, fixes: Sequence[OxlintFix], *, trusted: bool) -> list[Proposal]:
        groups: dict[tuple[Edit, ...], list[OxlintFix]] = {}
        for fix in fixes:
            groups.setdefault(fix.edits, []).append(fix)
        return [self._proposal(group, trusted=trusted) for _, group in sorted(groups.items())]

    @staticmethod
    def _proposal(group: Sequence[OxlintFix], *, trusted: bool) -> Proposal:
        """One fix, with all diagnostics that it mends."""
        safe = trusted and all(fix.safe for fix in group)
        return Proposal(
            rules=tuple(sorted({f"oxlint/{fix.rule}" for fix in group})),
            message="; ".join(dict.fromkeys(fix.message for fix in group)),
            edits=group[0].edits,
            safety=Safety.SAFE if safe else Safety.UNSAFE,
            score=0.97 if safe else 0.85,
            evidence=(("fix", group[0].title),),
        )
