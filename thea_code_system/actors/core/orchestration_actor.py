"""The actor that runs a job: it plans, spreads the work, and streams what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from thea_code_system import __version__
from thea_code_system.actors.core.ledger_actor import LedgerActor
from thea_code_system.actors.memory import OutcomeMemory
from thea_code_system.actors.planning import RunPlan
from thea_code_system.actors.recovery import Recovery, Resumption
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import LedgerError, WorkspaceError
from thea_code_system.ledger.cache import KeptRun
from thea_code_system.ledger.state import State
from thea_code_system.values.commits import Committed
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.outcome import FileOutcome, Skipped
from thea_code_system.values.report import Job, Mode, RunReport
from thea_code_system.values.source import SourceFile
from thea_code_system.values.verification import ProofOrder
from thea_code_system.values.workspace import Entry, Survey
from thea_code_system.wrappers import (
    Actor,
    ActorHandle,
    async_actor,
    create_actor,
    remote_method,
)
from thea_code_system.wrappers.actor import ActorIdentity
from thea_code_system.wrappers.clock import Stopwatch

if TYPE_CHECKING:
    from thea_code_system.actors.budget import RunBudget
    from thea_code_system.actors.committing import RunCommits
    from thea_code_system.actors.delivery import Delivery
    from thea_code_system.actors.placement import RunPlacement
    from thea_code_system.actors.proof import Proof
    from thea_code_system.actors.run import Run


@async_actor
class OrchestrationActor(Actor):
    """Lives in the driver; owns the ledger, the workspace and the pool of a run."""

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._plan = RunPlan(config)
        self._watch = Stopwatch()
        self._started = time.time()
        self._ledger = create_actor(LedgerActor, config.root, inline=True)
        self._delivery: Delivery | None = None
        self._report: RunReport | None = None
        self._warnings: list[str] = []
        self._expected: int | None = None

    @remote_method
    async def run(self, job: Job) -> AsyncGenerator[FileOutcome, None]:
        """Outcomes as they finish; in WRITE mode each is on disk when it is yielded."""
        self._plan = RunPlan(
            self._config, recent_work=job.is_recent_work, changed_lines=job.changed_lines
        )
        order = self._plan.proof
        state = await self._ledger.open(needed=job.mode not in {Mode.CHECK, Mode.STDIN})
        memory = await self._remembered(state)
        whole = job.files is None and job.since is None and job.mode in {Mode.WRITE, Mode.CHECK}
        replayable = whole and not job.every_file and not job.resumes
        if replayable and (kept := await memory.unchanged_run(job.scope)):
            for outcome in kept.outcomes:
                yield outcome
            self._report = self._unchanged(kept)
            return
        async with aclosing(
            self._corrected(job, order, memory, self._cache_path(state))
        ) as outcomes:
            async for outcome in outcomes:
                yield outcome

    @remote_method
    async def report(self) -> RunReport:
        """What the run was, once its outcomes have all been taken."""
        if self._report is None:
            raise RuntimeError("the run has not finished")
        return self._report

    @remote_method
    async def expected(self) -> int | None:
        """How many outcomes there will be; None as long as files are still being found."""
        return self._expected

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

    async def _remembered(self, state: State) -> OutcomeMemory:
        """The cache as this run may use it."""
        refused: dict[str, set[str]] = {}
        for one in await self._ledger.refusals():
            refused.setdefault(one.path, set()).add(one.fingerprint)
        by_path = {path: frozenset(names) for path, names in refused.items()}
        path = self._cache_path(state)
        memory = await asyncio.to_thread(OutcomeMemory, path, self._plan.environment, by_path)
        self._warnings.extend(words for words in (state.warning, memory.warning) if words)
        return memory

    def _cache_path(self, state: State) -> Path | None:
        return state.cache(self._config.cache_dir) if self._config.cache else None

    async def _corrected(
        self, job: Job, order: ProofOrder, memory: OutcomeMemory, cache: Path | None
    ) -> AsyncGenerator[FileOutcome, None]:
        """A run that has to look: survey, facts, what is known, and the rest through a pool."""
        from thea_code_system.actors.agenda import Agenda
        from thea_code_system.actors.budget import RunBudget, Turns
        from thea_code_system.actors.committing import RunCommits
        from thea_code_system.actors.core.workspace_actor import WorkspaceActor
        from thea_code_system.actors.delivery import Delivery
        from thea_code_system.actors.intake import Intake
        from thea_code_system.actors.placement import RunPlacement
        from thea_code_system.actors.run import Run

        budget = RunBudget(self._config)
        await self._plan.check_codes()
        workspace = create_actor(
            WorkspaceActor, self._config.root, self._plan.walk, cache, inline=True
        )
        commits = RunCommits(job, workspace, self._ledger, trust=self._config.trust)
        run_id, resumed = await self._entered(workspace, job, commits, budget)
        given, survey, done = resumed.rest(*self._share(job, *await self._found(workspace, job)))
        self._announce(run_id, [*done, *given, *survey.entries, *survey.skipped])
        context = await self._context(workspace, job, [*given, *survey.entries])
        intake = Intake(workspace, memory, context)
        placement = RunPlacement(self._config)
        proof = placement.proof(order) if order.wants_tree else None
        self._delivery = Delivery(
            *(workspace, self._ledger, run_id),
            staged=job.mode is Mode.STAGED,
            proof=proof,
            written=resumed.written,
        )
        given = await intake.reminded(given)
        known = {} if given else await intake.known(survey.entries)
        entries = [entry for entry in survey.entries if entry.path not in known]
        guarded = await commits.guarded([entry.path for entry in entries])
        agenda = Agenda(given, entries, guarded, in_order=budget.limits)
        run = Run(intake, self._delivery, memory, Turns(agenda.paths, budget))
        for outcome in run.recalled([*done, *survey.skipped, *known.values()]):
            yield commits.add(outcome)
        context = await self._within_budget(workspace, context, entries)
        if entries or given:
            try:
                opened = placement.pool(context, len(entries), run_id, batch=agenda.batch)
                async with await opened as pool:
                    async with aclosing(run.corrected(agenda, pool)) as outcomes:
                        async for outcome in outcomes:
                            yield commits.add(outcome)
                    await run.gather(pool)
            except WorkspaceError:
                await self._finish(run, run_id, placement, proof, Committed())
                raise
            finally:
                await self._close(placement, proof)
        await run.look_at(self, workspace, self._ledger)
        await self._finish(run, run_id, placement, proof, await commits.commit(run_id))
        if run.kept is not None and survey.manifest is not None:
            kept = KeptRun(survey.manifest, tuple(run.kept), dict(run.files))
            await memory.keep_run(job.scope, kept)
        await memory.prune()
        await self._tidy(run_id, run)

    async def _tidy(self, run_id: str, run: Run) -> None:
        """Keep the ledger small, where this run has made it larger."""
        if run_id and run.files["corrected"]:
            with contextlib.suppress(LedgerError):  # the next run tries again: this one is over
                await self._ledger.tidy(self._config.keep_age, self._config.keep_size)

    def _announce(self, run_id: str, found: Sequence[object]) -> None:
        """Say whose records these are from here on, and how many files there will be."""
        self._expected = len(found)
        self.identity = ActorIdentity(self.name, run_id)
        self.log.info("%d files found below %s", self._expected, self._config.root)

    async def _entered(
        self, workspace: ActorHandle, job: Job, commits: RunCommits, budget: RunBudget
    ) -> tuple[str, Resumption]:
        """The run's id, and what it has done already if it was interrupted."""
        if not job.resumes:
            await commits.ready()
        run = await self._begin(workspace, job)
        resumed = Resumption(await self._done_before(job))
        if job.resumes:
            await commits.resume(resumed.done)
            await resumed.spend(budget, self._ledger)
        return run, resumed

    async def _begin(self, workspace: ActorHandle, job: Job) -> str:
        """Settle what a killed run left, then enter this one; no id where nothing is written."""
        if job.mode in {Mode.CHECK, Mode.STDIN}:
            return ""
        await Recovery(self._ledger, workspace).settle()
        if job.resumes:
            return job.resumes
        if left := await self._ledger.last_interrupted():
            self._warnings.append(
                f"run {left} was interrupted: `thea resume {left}` finishes it,"
                f" `thea undo {left}` takes it back"
            )
        settings = self._plan.settings.digest()
        about = (job.command, settings, __version__, job.mode.value, job.request)
        run: str = await self._ledger.begin_run(*about)
        return run

    async def _done_before(self, job: Job) -> tuple[FileOutcome, ...]:
        """What came of the files that an interrupted run need not look at again."""
        if not job.resumes:
            return ()
        settings = self._plan.settings.digest()
        done: tuple[FileOutcome, ...] = await self._ledger.resume_run(job.resumes, settings)
        return done

    async def _found(self, workspace: ActorHandle, job: Job) -> tuple[list[SourceFile], Survey]:
        """Sources that are given as such (index, standard input), or the files to read."""
        if job.mode is Mode.STDIN:
            (path,) = job.files or ("stdin.py",)
            one = await workspace.given(path, job.stdin or b"")
            return ([], Survey((), (one,))) if isinstance(one, Skipped) else ([one], Survey(()))
        if job.mode is Mode.STAGED:
            staged = await workspace.staged(job.paths)
            skipped = tuple(one for one in staged if isinstance(one, Skipped))
            return [one for one in staged if isinstance(one, SourceFile)], Survey((), skipped)
        chosen = job.files
        if job.since is not None:
            chosen = await workspace.changed_since(job.since)
        survey: Survey = await workspace.survey(job.paths, chosen)
        return [], survey

    @staticmethod
    def _share(
        job: Job, given: list[SourceFile], survey: Survey
    ) -> tuple[list[SourceFile], Survey]:
        """What belongs to this shard; the facts of a context are those of the whole tree anyway."""
        shard = job.shard
        if shard is None:
            return given, survey
        entries = tuple(one for one in survey.entries if shard.holds(one.path))
        skipped = tuple(one for one in survey.skipped if shard.holds(one.path))
        mine = [one for one in given if shard.holds(one.path)]
        return mine, replace(survey, entries=entries, skipped=skipped)

    async def _context(
        self, workspace: ActorHandle, job: Job, files: Sequence[SourceFile | Entry]
    ) -> ProjectContext:
        facts = await workspace.facts(self._plan.needs)
        refused = frozenset(one.fingerprint for one in await self._ledger.refusals())
        context = self._plan.context(facts, refused)
        if not job.changed_lines:
            return context
        lines = await workspace.changed_lines([one.path for one in files], job.since)
        return replace(context, changed=lines)

    async def _within_budget(
        self, workspace: ActorHandle, context: ProjectContext, entries: Sequence[Entry]
    ) -> ProjectContext:
        """The context for files that have to be looked at, where bugs are searched in some.

        What is not reached is remembered as it is: it gets its turn when it changes.
        """
        tokens = self._plan.search_budget
        if not tokens or not entries:
            return context
        from thea_code_system.correctors.learned.budget import SearchBudget

        recent = await workspace.recent()
        reached = await asyncio.to_thread(SearchBudget(tokens).reach, entries, recent)
        if left := [entry for entry in entries if entry.path not in reached]:
            files = "file was" if len(left) == 1 else "files were"
            self._warnings.append(
                f"{len(left):,} {files} not searched for bugs: learned-budget is {tokens:,} tokens;"
                " --select learned searches them"
            )
        return replace(context, searched=reached)

    async def _close(self, placement: RunPlacement, proof: Proof | None) -> None:
        """Leave the cluster, and whoever proved corrections."""
        await placement.close()
        if proof is not None:
            await proof.close()
            self._warnings.extend(proof.notes)

    async def _finish(
        self,
        run: Run,
        run_id: str,
        placement: RunPlacement,
        proof: Proof | None,
        committed: Committed,
    ) -> None:
        """Make the report, and enter it."""
        self._report = RunReport(
            run=run_id,
            root=self._config.root,
            started=self._started,
            seconds=self._watch.seconds(),
            files=dict(run.files),
            states=dict(run.states),
            placement=placement.description,
            unavailable=run.unavailable,
            warnings=(*self._warnings, *run.warnings),
            statistics=run.statistics.pack(),
            actors=run.actors,
            proof=dict(proof.trees) if proof is not None else {},
            commits=committed.commits,
            problems=committed.problems,
        )
        where, files, states = placement.description, dict(run.files), dict(run.states)
        self.log.info("finished (%s): %s, %s", where, files, states)
        if run_id:
            plain = asdict(self._report)
            statistics = plain.pop("statistics")
            await self._ledger.finish_run(run_id, plain, statistics)

    # --- runs that change nothing ------------------------------------------------------------

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
