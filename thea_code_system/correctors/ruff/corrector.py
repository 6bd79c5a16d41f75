"""The family ``ruff``: each fix that Ruff offers is one proposal."""

from __future__ import annotations

import asyncio
import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import ClassVar

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.ruff.additions import ImportAdditions
from thea_code_system.correctors.ruff.imports import ImportJudge
from thea_code_system.correctors.ruff.scopes import TargetScopes
from thea_code_system.correctors.selection import FamilySelection
from thea_code_system.tools.ruff import RUNNING_VERSION, RuffAnswer, RuffFinding, RuffRequest
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.source import SourceFile

_SAFETY = {
    "safe": (Safety.SAFE, 0.97),
    "unsafe": (Safety.UNSAFE, 0.85),
    "displayonly": (Safety.DISPLAY_ONLY, 0.5),
}
_REMOVES_IMPORTS = frozenset({"F401", "F811"})
_SORTS_IMPORTS = frozenset({"I001", "I002"})
_SORTS_SLOTS = "RUF023"  # states that were pickled, and `zip(__slots__, …)`, go by their order
_OWN_LAYOUT = re.compile(r"^\s*(src|extend)\s*=|^\s*known-", re.MULTILINE)


class RuffCorrector(Corrector):
    """Asks Ruff once a batch, under the target's configuration or, where there is none, our own."""

    name: ClassVar[str] = "ruff"
    languages: ClassVar[frozenset[str]] = frozenset({"python"})
    stage: ClassVar[Stage] = Stage.LINT

    def __init__(self, toolbox: Toolbox, chosen: FamilySelection, context: ProjectContext) -> None:
        self._toolbox = toolbox
        self._chosen = chosen
        self._request = self._make_request(context)
        self._scopes = TargetScopes(self._request.configs, self._request.defaults, chosen.codes)
        self._read_imports: set[str] = set()
        toolbox.ruff_request = self._request

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """One proposal for each fix, in the order of the places that it changes."""
        answer = await self._toolbox.ruff.check(sources, self._request)
        if answer.fallback:
            self._toolbox.warn(
                f"Ruff cannot use this project's configuration, so its fixes are only suggested: "
                f"{answer.fallback}"
            )
        return await asyncio.to_thread(self._all, sources, answer, context)

    def facts(self, source: SourceFile, context: ProjectContext) -> Iterable[tuple[str, str]]:
        """The configurations above the file; who imports what from it; the tree's own modules."""
        yield "config", source.path
        if source.path in self._read_imports:
            yield "imported", context.module_of(source.path)
        if self._request.first_party:
            yield "first-party", ""

    def version(self) -> str:
        """Ruff's version and our own selection."""
        return f"{self._toolbox.ruff.version()} {self._request.defaults}"

    def _make_request(self, context: ProjectContext) -> RuffRequest:
        configs = () if context.settings.isolated else RuffRequest.relevant(context.tool_configs)
        defaults = files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8")
        chosen = self._chosen
        # What is added may depend on the version; our own defaults do not, and screening needs it.
        arguments = [] if configs or chosen.codes else [RUNNING_VERSION]
        if chosen.codes:
            flag = "--extend-select" if chosen.defaults else "--select"
            arguments += [flag, ",".join(chosen.codes)]
        if chosen.ignored:
            arguments += ["--ignore", ",".join(chosen.ignored)]
        knows_layout = tuple(sorted(context.first_party)) if configs or chosen.codes else ()
        if knows_layout:  # Ruff looks for whole module paths, and sees one batch of the tree only
            names = json.dumps(knows_layout)
            arguments += ["--config", f"lint.isort.known-first-party={names}"]
        return RuffRequest(configs, defaults, tuple(arguments), knows_layout)

    def _all(
        self, sources: Sequence[SourceFile], answer: RuffAnswer, context: ProjectContext
    ) -> list[list[Proposal]]:
        """Off the event loop: the first removal of an import has the whole tree scanned."""
        return [self._proposals(source, answer, context) for source in sources]

    def _proposals(
        self, source: SourceFile, answer: RuffAnswer, context: ProjectContext
    ) -> list[Proposal]:
        limited = self._chosen.defaults and not answer.fallback
        findings = [
            finding
            for finding in answer.findings[source.path]
            if finding.edits and (not limited or self._scopes.covers(source.path, finding.code))
        ]
        groups: dict[tuple[Edit, ...], list[RuffFinding]] = {}
        for finding in findings:
            groups.setdefault(finding.edits, []).append(finding)
        if not groups:
            return []
        removals = [finding for finding in findings if finding.code in _REMOVES_IMPORTS]
        judge = ImportJudge(source, removals, context) if removals else None
        if judge:
            self._read_imports.add(source.path)
        additions = ImportAdditions(source.text)
        general = "the project's own selection is not known" if answer.fallback else ""
        if context.looks_deliberate(source.path):
            general = "it looks like test data"
        return [
            self._proposal(
                group,
                general or self._objection(source, group, judge),
                imports=additions.of(edits),
                wanted=judge is not None
                and any(judge.is_wanted(one) for one in group if one.code in _REMOVES_IMPORTS),
            )
            for edits, group in sorted(groups.items())
        ]

    @staticmethod
    def _proposal(
        group: Sequence[RuffFinding], objection: str, *, imports: tuple[Edit, ...], wanted: bool
    ) -> Proposal:
        """One fix, with all findings that it mends.

        With an objection it is never safe; what others import is for display only.
        """
        safety, score = min(_SAFETY.get(one.applicability, _SAFETY["displayonly"]) for one in group)
        if objection and safety is Safety.SAFE:
            safety, score = _SAFETY["unsafe"]
        if wanted:
            safety, score = _SAFETY["displayonly"]
        evidence = [("applicability", group[0].applicability)]
        return Proposal(
            rules=tuple(sorted({f"ruff/{finding.code}" for finding in group})),
            message="; ".join(dict.fromkeys(finding.message for finding in group)),
            edits=tuple(sorted(group[0].edits)),
            safety=safety,
            score=score,
            evidence=tuple([*evidence, ("objection", objection)] if objection else evidence),
            imports=imports,
        )

    def _objection(
        self, source: SourceFile, group: Sequence[RuffFinding], judge: ImportJudge | None
    ) -> str:
        """Why a fix that Ruff calls safe is not."""
        sorts = any(finding.code in _SORTS_IMPORTS for finding in group)
        if sorts and self._layout_unknown(source):
            return "which modules are the project's own is not known here"
        if any(finding.code == _SORTS_SLOTS for finding in group):
            return "the order of slots may matter"
        reasons = (
            judge.objection(finding)
            for finding in group
            if judge and finding.code in _REMOVES_IMPORTS
        )
        return next((reason for reason in reasons if reason), "")

    def _layout_unknown(self, source: SourceFile) -> bool:
        """Whether sorting imports would need to see more of the tree than its first modules."""
        return any(
            (posixpath.dirname(path) != "" and source.path.startswith(posixpath.dirname(path)))
            or _OWN_LAYOUT.search(text)
            for path, text in self._request.configs
        )
