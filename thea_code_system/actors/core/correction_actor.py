"""The actor that corrects: it sees texts and a frozen context, never the user's disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thea_code_system.actors.passes import Passes
from thea_code_system.confidence.calibration import REPOSITORY_FILE, Calibration
from thea_code_system.confidence.gate import Gate
from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.statistics import RunStatistics
from thea_code_system.tools.screen import SyntaxScreen
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.verification.lint import LintVerifier
from thea_code_system.verification.parse import ParseVerifier
from thea_code_system.wrappers import Actor, async_actor, remote_method
from thea_code_system.wrappers.clock import Stopwatch


@async_actor(num_cpus=1)
class CorrectionActor(Actor):
    """Owns the correctors, the gate and the verifiers, and corrects batches of files."""

    def __init__(self, context: ProjectContext, device: str | None = None) -> None:
        super().__init__()
        self._context = context
        self._statistics = RunStatistics(device)

    async def setup(self) -> None:
        """Build the organs; nothing heavy is imported before it is needed."""
        settings = self._context.settings
        calibration = Calibration.packaged()
        if text := self._context.tool_configs.get(REPOSITORY_FILE):
            calibration = calibration.with_repository(text, trust=settings.trust)
        self._screen = SyntaxScreen(settings)
        self._registry = CorrectorRegistry(settings)
        self._passes = Passes(
            self._context,
            self._registry,
            Gate(settings, calibration),
            self._screen,
            (ParseVerifier(settings), LintVerifier(settings)),
        )

    @remote_method
    async def correct(self, batch: Sequence[SourceFile]) -> list[FileOutcome]:
        """One outcome for each source of the batch, in order."""
        watch = Stopwatch()
        outcomes = await self._passes.run(batch)
        self._statistics.observe(outcomes)
        self._statistics.count("batches")
        self._statistics.measure("seconds", watch.seconds())
        return outcomes

    @remote_method
    async def statistics(self) -> Mapping[str, Any]:
        """What this actor has counted and measured, packed, and what was unavailable."""
        return {**self._statistics.pack(), "unavailable": dict(self._passes.unavailable)}
