"""`thea evaluate` at work: the engine's predictions on their way to files, figures and a page."""

from __future__ import annotations

import json
from dataclasses import dataclass

from thea_cli.console import Console
from thea_cli.output import Output
from thea_cli.progress import ProgressBar
from thea_cli.request import CorrectRequest
from thea_cli.signals import Interruptible
from thea_code_system.values.evaluation import EvaluationJob, EvaluationReport


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What `thea evaluate` was asked; ``html`` and ``predictions`` are paths to write to."""

    request: CorrectRequest
    job: EvaluationJob
    format: str
    html: str | None
    predictions: str | None

    def run(self) -> int:
        """Predict, judge, and print."""
        return Interruptible().run(self._evaluate())

    async def _evaluate(self) -> int:
        with Output(self.html) as page:
            with Output(self.predictions) as lines:
                report = await self._judged(lines if self.predictions else None)
            if self.html:
                from thea_cli.evaluation.page import EvaluationPage

                page.write(EvaluationPage(report, self.job).html())
        for family, why in report.unavailable.items():
            Console().warn(f"{family} is unavailable: {why}")
        for words in report.warnings:
            Console().warn(words)
        if self.format == "json":
            Console.print(json.dumps(report.to_json(), indent=2))
        else:
            from thea_cli.evaluation.tables import EvaluationTables

            EvaluationTables(report).print()
        return 0

    async def _judged(self, lines: Output | None) -> EvaluationReport:
        from thea_code_system.actors.core.training_actor import TrainingActor
        from thea_code_system.wrappers import create_actor

        config = self.request.resolve()
        for note in config.notes:
            Console().warn(note)
        handle = create_actor(TrainingActor, config, inline=True)
        progress = ProgressBar(wanted=True)
        progress.start(handle.expected)
        done = acted = 0
        try:
            async for prediction in handle.evaluate(self.job):
                done, acted = done + 1, acted + bool(prediction.candidates)
                if lines is not None:
                    lines.write(f"{json.dumps(prediction.to_json())}\n")
                progress.update(done, acted)
            report: EvaluationReport = await handle.evaluation()
        finally:
            progress.stop()
            await handle.shutdown()
        return report
