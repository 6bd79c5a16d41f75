"""The actor that runs a job: it plans, spreads the work, and streams what comes of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path

from thea_code_system import __version__
from thea_code_system.actors.core.ledger_actor import LedgerActor
from thea_code_system.actors.core.workspace_actor import WorkspaceActor
from thea_code_system.actors.delivery import Delivery
from thea_code_system.actors.intake import Intake
from thea_code_system.actors.planning import RunPlan
from thea_code_system.actors.run import Run
from thea_code_system.config.production import ProductionConfig
from thea_code_system.ledger.cache import KeptRun
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import FileOutcome, Skipped
from thea_code_system.values.report import Job, Mode, RunReport
from thea_code_system.values.source import SourceFile
from thea_code_system.values.workspace import Entry, Survey
from thea_code_system.wrappers import (
    Actor,
    ActorHandle,
    async_actor,
    create_actor,
    remote_method,
)
from thea_code_system.wrappers.clock import Stopwatch


@async_actor
class OrchestrationActor(Actor):
    """Lives in the driver; owns the ledger, the workspace and the pool of a run."""

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._plan = RunPlan(config)
        self._watch = Stopwatch()
        self._started = time.time()
        self._ledger = create_actor(
            LedgerActor, config.root, self._cache_dir(), cached=config.cache, inline=True
        )
        self._delivery: Delivery | None = None
        self._report: RunReport | None = None
        self._warnings: list[str] = []

    @remote_method
    async def run(self, job: Job) -> AsyncGenerator[FileOutcome, None]:
        """Outcomes as they finish; in WRITE mode each is on disk when it is yielded."""
        await self._open()
        whole = job.files is None and job.since is None and job.mode in {Mode.WRITE, Mode.CHECK}
        if whole and not job.every_file and (kept := await self._kept(job)):
            for outcome in kept.outcomes:
                yield outcome
            self._report = self._unchanged(kept)
            return
        async with aclosing(self._corrected(job, whole=whole)) as outcomes:
            async for outcome in outcomes:
                yield outcome

    @remote_method
    async def report(self) -> RunReport:
        """What the run was, once its outcomes have all been taken."""
        if self._report is None:
            raise RuntimeError("the run has not finished")
        return self._report

    @remote_method
    async def texts(self, path: str) -> tuple[str, str] | None:
        """The text of a file just yielded, before and after its corrections."""
        if self._delivery is None:
            return None
        return self._delivery.texts(path) or await self._delivery.present(path)

    async def shutdown(self) -> None:
        """Close what is open."""
        await self._ledger.shutdown()

    # --- the steps of a run ------------------------------------------------------------------

    async def _open(self) -> None:
        state = await self._ledger.open()
        warning = await self._ledger.prepare_cache(self._plan.environment)
        self._warnings += [words for words in (state.warning, warning) if words]

    async def _corrected(self, job: Job, *, whole: bool) -> AsyncGenerator[FileOutcome, None]:
        """A run that has to look: survey, facts, what is known, and the rest through a pool."""
        from thea_code_system.actors.placement import RunPlacement

        workspace = create_actor(
            WorkspaceActor,
            self._config.root,
            self._plan.walk,
            await self._ledger.cache_path(),
            inline=True,
        )
        run_id = await self._begin(workspace, job)
        given, survey = await self._found(workspace, job)
        context = await self._context(workspace)
        intake = Intake(workspace, self._ledger, context, cached=self._config.cache)
        self._delivery = Delivery(workspace, self._ledger, run_id, staged=job.mode is Mode.STAGED)
        run = Run(intake, self._delivery, self._ledger)
        known = {} if given else await intake.known(survey.entries)
        for outcome in [*survey.skipped, *known.values()]:
            yield run.seen(outcome)
        entries = [entry for entry in survey.entries if entry.path not in known]
        placement = RunPlacement(self._config)
        if entries or given:
            sources = self._listed(given) if given else intake.sources(self._longest(entries))
            try:
                async with await placement.pool(context, len(entries), run_id) as pool:
                    async with aclosing(run.corrected(sources, pool)) as outcomes:
                        async for outcome in outcomes:
                            yield outcome
                    await run.gather(pool)
            finally:
                await placement.close()
        await self._finish(run, run_id, placement.description)
        if whole and run.kept is not None and survey.manifest is not None:
            kept = KeptRun(survey.manifest, tuple(run.kept), dict(run.files))
            await self._ledger.keep_run(await self._key(job), kept)

    async def _begin(self, workspace: ActorHandle, job: Job) -> str:
        """Settle what a killed run left, then enter this one; no id where nothing is written."""
        if job.mode in {Mode.CHECK, Mode.STDIN}:
            return ""
        if torn := await self._ledger.torn():
            await workspace.sweep([(one.path, one.planned) for one in torn])
            disk = await workspace.digests([one.path for one in torn])
            await self._ledger.recover(torn, disk)
        settings = self._plan.settings.digest()
        run: str = await self._ledger.begin_run(job.command, settings, __version__, job.mode.value)
        return run

    async def _found(self, workspace: ActorHandle, job: Job) -> tuple[list[SourceFile], Survey]:
        """Sources that are given as such (index, standard input), or the files to read."""
        if job.mode is Mode.STDIN:
            (path,) = job.files or ("stdin.py",)
            return [SourceFile.decode(path, job.stdin or b"")], Survey(())
        if job.mode is Mode.STAGED:
            staged = await workspace.staged()
            skipped = tuple(one for one in staged if isinstance(one, Skipped))
            return [one for one in staged if isinstance(one, SourceFile)], Survey((), skipped)
        chosen = job.files
        if job.since is not None:
            chosen = await workspace.changed_since(job.since)
        survey: Survey = await workspace.survey(job.paths, chosen)
        return [], survey

    async def _context(self, workspace: ActorHandle) -> ProjectContext:
        facts = await workspace.facts(self._plan.needs)
        refused = frozenset(one.fingerprint for one in await self._ledger.refusals())
        return self._plan.context(facts, refused)

    async def _finish(self, run: Run, run_id: str, placement: str) -> None:
        """Make the report, and enter it."""
        self._report = RunReport(
            run=run_id,
            root=self._config.root,
            started=self._started,
            seconds=self._watch.seconds(),
            files=dict(run.files),
            states=dict(run.states),
            placement=placement,
            unavailable=run.unavailable,
            warnings=(*self._warnings, *run.warnings),
            statistics=run.statistics.pack(),
            actors=run.actors,
        )
        if run_id:
            plain = asdict(self._report)
            statistics = plain.pop("statistics")
            await self._ledger.finish_run(run_id, plain, statistics)
        await self._ledger.prune_cache()

    # --- runs that change nothing ------------------------------------------------------------

    async def _kept(self, job: Job) -> KeptRun | None:
        """The last such run over an unchanged tree; no file is read for it."""
        if not self._config.cache:
            return None
        kept: KeptRun | None = await self._ledger.kept_run(await self._key(job))
        if kept is None or not await asyncio.to_thread(kept.manifest.holds):
            return None
        return kept

    async def _key(self, job: Job) -> str:
        """What tells one whole run from another: its paths and what the user has refused."""
        refused = sorted(one.fingerprint for one in await self._ledger.refusals())
        return repr((job.paths, refused))

    def _unchanged(self, kept: KeptRun) -> RunReport:
        states = Counter(
            one.state.value for outcome in kept.outcomes for one in outcome.corrections
        )
        return RunReport(
            run="",
            root=self._config.root,
            started=self._started,
            seconds=self._watch.seconds(),
            files=kept.counts,
            states=dict(states),
            placement="unchanged",
            warnings=tuple(self._warnings),
        )

    def _cache_dir(self) -> Path | None:
        return Path(self._config.cache_dir) if self._config.cache_dir else None

    @staticmethod
    def _longest(entries: Sequence[Entry]) -> list[Entry]:
        """Longest first, so that no worker is left with a large file at the end."""
        return sorted(entries, key=lambda entry: (-entry.stamp.size, entry.path))

    @staticmethod
    async def _listed(sources: Sequence[SourceFile]) -> AsyncIterator[SourceFile]:
        for source in sources:
            yield source
