"""Which correctors there are, and which of them a run uses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import EntryPoint

from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.extensions import Extensions
from thea_code_system.correctors.selection import Selection
from thea_code_system.errors import ToolError
from thea_code_system.models.shelf import ModelShelf
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Proposal

BUILT_IN = ("syntax", "ruff", "oxlint", "spelling", "patterns", "learned")


class CorrectorRegistry:
    """Organ: the correctors of one actor, made when first asked for.

    Args:
        context: the project; its settings say what is selected.
        toolbox: the outside programs that the correctors share with screening and verification.
        device: the torch device that was asked for, for the edit model; None where none was.
    """

    def __init__(
        self, context: ProjectContext, toolbox: Toolbox, device: str | None = None
    ) -> None:
        self._context = context
        self._toolbox = toolbox
        self.shelf = ModelShelf(context.settings.model, device)
        self.unavailable: dict[str, str] = {}
        """Families that cannot be used here, and why."""
        self._extensions = Extensions().points
        self._selection = Selection(context.settings, [*BUILT_IN, *self._extensions])

    def active(self) -> Sequence[Corrector]:
        """The correctors that this run uses, in the order of their stages."""
        return self._active

    def repairers(self) -> Sequence[Corrector]:
        """Those of them that repair files which do not parse."""
        return [corrector for corrector in self._active if corrector.stage is Stage.SYNTAX]

    def permits(self, proposal: Proposal, path: str) -> bool:
        """Whether selection and per-file ignores let a proposal for this file take part."""
        return self._selection.permits(proposal.rules, path)

    @cached_property
    def _active(self) -> list[Corrector]:
        names = [*BUILT_IN, *sorted(self._extensions.keys() - set(BUILT_IN))]
        made = [self._try(name) for name in names if self._selection.of(name).active]
        return sorted((one for one in made if one), key=lambda corrector: corrector.stage)

    def _try(self, family: str) -> Corrector | None:
        try:
            return self._make(family)
        except ToolError as error:
            self.unavailable[family] = error.message
            return None

    def _make(self, family: str) -> Corrector | None:
        chosen = self._selection.of(family)
        match family:
            case "ruff":
                from thea_code_system.correctors.ruff.corrector import RuffCorrector

                return RuffCorrector(self._toolbox, chosen, self._context)
            case "syntax":
                from thea_code_system.correctors.syntax.corrector import SyntaxCorrector

                return SyntaxCorrector(shelf=self.shelf)
            case "oxlint":
                from thea_code_system.correctors.oxlint.corrector import OxlintCorrector

                return OxlintCorrector(self._toolbox, chosen)
            case "patterns":
                from thea_code_system.correctors.patterns.corrector import PatternsCorrector

                return PatternsCorrector(self._toolbox) if self._context.settings.patterns else None
            case "spelling":
                from thea_code_system.correctors.spelling.corrector import SpellingCorrector

                return SpellingCorrector(self._toolbox)
            case "learned":
                from thea_code_system.correctors.learned.corrector import LearnedCorrector

                return LearnedCorrector(self.shelf)
            case _ if family in self._extensions:
                return self._load(self._extensions[family])
            case _:
                return None

    def _load(self, point: EntryPoint) -> Corrector:
        """The corrector of an installed extension.

        Raises:
            ToolError: if it cannot be loaded or is not a corrector.
        """
        try:
            made = point.load()()
        except Exception as error:
            raise ToolError(
                f"the extension {point.name} ({point.value}) cannot be loaded: {error!r}",
                "uninstall it, or leave it out with --ignore",
            ) from error
        if not isinstance(made, Corrector):
            raise ToolError(f"the extension {point.name} ({point.value}) is not a Corrector")
        return made
