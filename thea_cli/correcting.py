"""`thea correct` at work: the engine's outcomes on their way to report, summary and exit code."""

from __future__ import annotations

from typing import Any

from thea_cli.boundary import Terminated
from thea_cli.console import Console, Style
from thea_cli.exits import Exit
from thea_cli.output import Output
from thea_cli.progress import ProgressBar
from thea_cli.reports.base import Report, Shown, View
from thea_cli.reports.registry import make_report
from thea_cli.request import CorrectRequest
from thea_cli.signals import Interruptible
from thea_cli.summary import Summary
from thea_cli.texts import Texts
from thea_cli.warm_start import WarmStart
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import ActorError, ClusterError
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.report import Job, RunReport
from thea_code_system.values.source import SourceFile


class CorrectRun:
    """One run: a request and the configuration that it was resolved to."""

    def __init__(self, request: CorrectRequest, config: ProductionConfig) -> None:
        self._request, self._config = request, config
        self._console = Console(quiet=request.quiet)
        self._policy = request.policy()
        self._exit = Exit.FINE

    def run(self) -> int:
        """Correct, report, and return the exit code."""
        if self._request.verbose or self._request.log_file:
            from thea_cli.logs import Logs

            Logs(self._request.verbose, self._request.log_file).start()
        for note in self._config.notes:
            self._console.warn(note)
        job = self._request.job(self._config)
        if missing := self._request.missing(job):
            self._console.warn(missing)
        if self._config.auto_start:
            WarmStart().when_this_ends()
        with Output(self._request.output_file) as output:
            try:
                return Interruptible().run(self._correct(job, output))
            except (KeyboardInterrupt, Terminated, ActorError, ClusterError):
                if job.request:
                    self._console.note(
                        "`thea resume` finishes this run, `thea undo` takes it back."
                    )
                raise

    async def _correct(self, job: Job, output: Output) -> int:
        from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
        from thea_code_system.wrappers import create_actor

        view = self._view(output)
        summary = Summary(view, names_failures=self._format not in {"full", "concise"})
        report = None if self._echoes else make_report(self._format, view, output.write)
        progress = ProgressBar(wanted=not self._request.quiet)
        handle = create_actor(OrchestrationActor, self._config, inline=True)
        progress.start(handle.expected)
        try:
            async for outcome in handle.run(job):
                summary.add(outcome)
                self._exit = max(self._exit, self._policy.code([outcome]))
                await self._show(outcome, handle, report, job, output)
                progress.update(summary.files, summary.corrections)
            finished: RunReport = await handle.report()
        finally:
            progress.stop()
            await handle.shutdown()
        if report is not None:
            report.finish(finished)
        output.stream.flush()
        self._conclude(summary, finished)
        return int(self._exit)

    @property
    def _echoes(self) -> bool:
        """Whether the answer is the corrected text itself, as a filter gives it."""
        asked = self._request
        described = asked.check or asked.diff or self._chosen("output_format")
        return asked.reads_stdin and not described

    @property
    def _format(self) -> str:
        if self._request.diff and not self._chosen("output_format"):
            return "diff"
        return self._config.output_format

    def _chosen(self, key: str) -> bool:
        return self._config.origin(key).kind == "flag"

    def _view(self, output: Output) -> View:
        request = self._request
        return View(
            self._config.root,
            request.cwd,
            request.mode,
            self._config.show_fixes,
            self._config.show_suggestions,
            Style(output.stream),
            self._echoes,
        )

    async def _show(
        self, outcome: FileOutcome, handle: Any, report: Report | None, job: Job, output: Output
    ) -> None:
        """Hand an outcome to the report, with its text where its corrections need one."""
        if report is None:
            await self._echo(outcome, handle, job, output)
            return
        wanted = report.needs_text(outcome)
        report.add(await Texts(handle, job.root).shown(outcome) if wanted else Shown(outcome))

    async def _echo(self, outcome: FileOutcome, handle: Any, job: Job, output: Output) -> None:
        """Write standard input's text, corrected, in the very encoding in which it came."""
        data = job.stdin or b""
        texts = await handle.texts(outcome.path) if outcome.status == "corrected" else None
        if texts:
            data = SourceFile.decode(outcome.path, data).encode_text(texts[1])
        output.stream.flush()
        output.stream.buffer.write(data)

    def _conclude(self, summary: Summary, finished: RunReport) -> None:
        for warning in finished.warnings:
            self._console.warn(warning)
        for line in summary.lines(finished):
            self._console.note(line)
        for problem in finished.problems:
            self._console.error(problem)
            self._exit = Exit.ERROR
