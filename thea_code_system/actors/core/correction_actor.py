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
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.source import SourceFile
from thea_code_system.values.verification import Level
from thea_code_system.verification.base import Verifier
from thea_code_system.verification.lint import LintVerifier
from thea_code_system.verification.parse import ParseVerifier
from thea_code_system.wrappers import Actor, async_actor, remote_method
from thea_code_system.wrappers.actor import ActorMetrics
from thea_code_system.wrappers.clock import Stopwatch

MEMORY = 512 << 20  # bytes; measured with the edit model in it: 325 to 366 MiB


@async_actor(num_cpus=1, num_gpus=0.25, memory=MEMORY)
class CorrectionActor(Actor):
    """Owns the correctors, the gate and the verifiers, and corrects batches of files.

    Its edit model reads on the device that was asked for, else on its share of a GPU if it got one.
    """

    def __init__(self, context: ProjectContext, device: str | None = None) -> None:
        self._context, self._device = context, device
        self._statistics = RunStatistics(device)
        self.counters = self._statistics.counters
        self.accumulators = self._statistics.accumulators

    async def setup(self) -> None:
        """Build the organs; nothing heavy is imported before it is needed."""
        settings = self._context.settings
        self._toolbox = Toolbox(settings.tool_seconds, self._context.root)
        self._registry = CorrectorRegistry(self._context, self._toolbox, self._device)
        self._registry.active()  # screening shares the Ruff corrector's run, so that comes first
        self._passes = Passes(
            self._context,
            self._registry,
            Gate(settings, self._calibration()),
            SyntaxScreen(self._toolbox),
            self._verifiers(),
        )

    async def shutdown(self) -> None:
        """Remove what the tools left on scratch trees."""
        self._toolbox.close()

    def _verifiers(self) -> tuple[Verifier, ...]:
        parse = ParseVerifier(self._toolbox)
        if self._context.settings.verify == Level.PARSE.value:
            return (parse,)
        return (parse, LintVerifier(self._toolbox))

    def _calibration(self) -> Calibration:
        calibration = Calibration.packaged()
        text = self._context.tool_configs.get(REPOSITORY_FILE)
        if text is None:
            return calibration
        return calibration.with_repository(text, trust=self._context.settings.trust)

    @remote_method
    async def correct(self, batch: Sequence[SourceFile]) -> list[FileOutcome]:
        """One outcome for each source of the batch, in order."""
        watch = Stopwatch()
        outcomes = await self._passes.run(batch)
        self._statistics.observe(outcomes)
        self._statistics.count("batches")
        seconds = watch.seconds()
        self._statistics.measure("seconds", seconds)
        self.log.debug("%d files in %.3f s: %s …", len(batch), seconds, batch[0].path)
        return outcomes

    @remote_method
    async def metrics(self) -> ActorMetrics:
        """Counters and accumulators, with what the edit model has read; uptime and memory."""
        self._take_readings()
        return await super().metrics()

    @remote_method
    async def statistics(self) -> Mapping[str, Any]:
        """What this actor has counted, measured and wants remembered, and what it lacked."""
        self._take_readings()
        lost = dict(sorted({**self._registry.unavailable, **self._passes.unavailable}.items()))
        warnings, self._toolbox.warnings = self._toolbox.warnings, []
        found = {"unavailable": lost, "warnings": warnings}
        return {**self._statistics.pack(), **found, "memos": self._registry.shelf.remembered()}

    def _take_readings(self) -> None:
        self._statistics.merge(self._registry.shelf.measured())
