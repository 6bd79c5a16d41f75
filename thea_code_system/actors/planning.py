"""What a configuration means for a run."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from thea_code_system.actors.environment import Environment
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import UsageError
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.verification import Level, ProofOrder
from thea_code_system.values.workspace import TreeFacts

if TYPE_CHECKING:
    from thea_code_system.workspace.walking import WalkOptions

LEARNED = "learned"


class RunPlan:
    """Derives settings, walk and cache key from a configuration.

    Args:
        config: what was configured.
        recent_work: whether the files were chosen because somebody has just worked on them; then
            they are searched for bugs, unless the selection says otherwise.
        changed_lines: whether only the lines that somebody has changed may be corrected.
    """

    def __init__(
        self, config: ProductionConfig, *, recent_work: bool = False, changed_lines: bool = False
    ) -> None:
        self._config = config
        self._recent_work = recent_work
        self._changed_lines = changed_lines

    @cached_property
    def settings(self) -> Settings:
        """The part of the configuration that correctors and gate read."""
        shared = {
            entry.name: getattr(self._config, entry.name)
            for entry in fields(Settings)
            if entry.name not in {"patterns", "changed_lines"}
        }
        if shared["verify"] != Level.PARSE.value:
            shared["verify"] = Level.LINT.value
        if self._recent_work and not self._config.select:
            shared["extend_select"] = (*self._config.extend_select, LEARNED)
        patterns = self._config.pattern_texts()
        return Settings(**shared, changed_lines=self._changed_lines, patterns=patterns)

    @cached_property
    def environment(self) -> str:
        """What decides about every outcome: versions, settings and what may be walked."""
        config = self._config
        walked = repr(
            (
                config.exclude,
                config.extend_exclude,
                config.force_exclude,
                config.respect_gitignore,
                config.max_file_size,
            )
        )
        environment = Environment()
        model = environment.folder(Path(config.model)) if config.model else ()
        return environment.digest(self.settings.digest(), walked, *model)

    @property
    def proof(self) -> ProofOrder:
        """What corrections are proved with.

        Raises:
            UsageError: what the level needs is not given.
        """
        config = self._config
        order = ProofOrder(
            Level(config.verify), config.test_command, config.verify_budget, trust=config.trust
        )
        if order.level is Level.TESTS and not order.test_command:
            raise UsageError(
                "--verify tests needs to know how to run the tests",
                'Give --test-command "pytest -q", or test-command in your own configuration.',
            )
        if order.level is Level.TYPES and not order.trust:
            raise UsageError(
                "--verify types runs the type checker as the project configures it, plugins too",
                "Add --trust if you trust this project.",
            )
        return order

    async def check_codes(self) -> None:
        """Write every selected code in full.

        Raises:
            TheaError: a code is unknown; the message names the nearest, and the place.
        """
        from thea_code_system.correctors.codes import CodeBook
        from thea_code_system.tools.toolbox import Toolbox

        toolbox = Toolbox(self.settings.tool_seconds, self._config.root)
        try:
            book = CodeBook(toolbox, self.settings.patterns, self._origins)
            self.settings = await book.resolve(self.settings)
        finally:
            toolbox.close()

    @property
    def _origins(self) -> dict[str, str]:
        """Where settings were made that the user does not see on the command line."""
        origins = self._config.origins
        return {key: str(origin) for key, origin in origins.items() if origin.kind != "flag"}

    @property
    def needs(self) -> frozenset[str]:
        """The facts about the tree that the selected families read."""
        from thea_code_system.correctors.registry import BUILT_IN
        from thea_code_system.correctors.selection import Selection

        selection = Selection(self.settings, BUILT_IN)
        needs = {"configs"}
        if selection.of("ruff").active:
            needs.add("imports")
        if selection.of("spelling").active:
            needs.add("words")
        return frozenset(needs)

    @property
    def search_budget(self) -> int:
        """How many tokens are searched for bugs where nobody asked for it; 0 means no limit."""
        from thea_code_system.correctors.selection import Selection

        asked = [*self.settings.select, *self.settings.extend_select]
        if any(code.partition("/")[0] == LEARNED for code in asked):
            return 0
        usual = Selection(self.settings, [LEARNED]).of(LEARNED).active
        return self.settings.learned_budget if usual else 0

    @property
    def walk(self) -> WalkOptions:
        """Which files are wanted."""
        from thea_code_system.languages.registry import Languages
        from thea_code_system.workspace.walking import WalkOptions

        config = self._config
        return WalkOptions(
            suffixes=Languages().suffixes(),
            exclude=config.exclude,
            extend_exclude=config.extend_exclude,
            force_exclude=config.force_exclude,
            respect_gitignore=config.respect_gitignore,
            max_file_size=config.max_file_size,
        )

    def context(self, facts: TreeFacts, refused: frozenset[str]) -> ProjectContext:
        """What workers may know."""
        return ProjectContext(
            root=self._config.root,
            settings=self.settings,
            tool_configs=facts.tool_configs,
            first_party=facts.first_party,
            imported=facts.imported,
            words=facts.words,
            refused=refused,
        )
