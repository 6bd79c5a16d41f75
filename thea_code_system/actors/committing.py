"""The commits of a run, from what has to be so before it to what was made after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thea_code_system.actors.commits import LISTING, CommitPlan
from thea_code_system.errors import WorkspaceError
from thea_code_system.values.commits import UNKNOWN, CommitPer, CommitSeries, Committed
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.report import Job
from thea_code_system.wrappers import ActorHandle


class RunCommits:
    """Commits what a run corrects, if the job says so; an organ of the orchestration actor."""

    def __init__(
        self, job: Job, workspace: ActorHandle, ledger: ActorHandle, *, trust: bool
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._trust = trust
        self._plan: CommitPlan | None = None
        self._listing = LISTING if job.list_commits else ""
        if job.commit_per is not None:
            self._plan = CommitPlan(job.commit_per, self._listing)

    async def ready(self) -> None:
        """Make sure that commits can be made, before anything is looked at.

        Raises:
            WorkspaceError: they cannot.
        """
        if self._plan is None:
            return
        try:
            await self._workspace.demand_readiness()
        except WorkspaceError as error:
            if not (left := await self._ledger.last_interrupted()):
                raise
            hint = f"If that is what run {left} left: `thea resume {left}` commits it."
            raise WorkspaceError(error.message, f"{error.hint} {hint}".strip()) from error
        if self._listing:
            why = (await self._workspace.uncommittable([self._listing])).get(self._listing)
            new = not await self._workspace.exists(self._listing)
            if why and not (new and why == UNKNOWN):
                message = f"{self._listing} could not be committed: {why}"
                raise WorkspaceError(message, "Commit or stash it first.")

    async def resume(self, done: Sequence[FileOutcome]) -> None:
        """Make sure of it again for an interrupted run, less what it has staged itself.

        Args:
            done: what became of the files that it has written.

        Raises:
            WorkspaceError: they cannot.
        """
        if self._plan is None:
            return
        for outcome in done:
            self._plan.add(outcome)
        if self._plan.digests:
            await self._workspace.unstage(await self._series(""))
        await self._workspace.demand_readiness()

    async def guarded(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Files that must stay as they are because their commit would hold more, and why."""
        if self._plan is None or not paths:
            return {}
        found: Mapping[str, str] = await self._workspace.uncommittable(paths)
        return found

    def add(self, outcome: FileOutcome) -> FileOutcome:
        """Take in an outcome, and hand it on."""
        if self._plan is not None:
            self._plan.add(outcome)
        return outcome

    async def commit(self, run: str) -> Committed:
        """Commit what was written; what cannot be is said, not raised: the run is over."""
        if self._plan is None or not self._plan.digests:
            return Committed()
        try:
            series = await self._series(run)
            done: Committed = await self._workspace.commit(series, trust=self._trust)
        except WorkspaceError as error:
            return Committed(problems=(f"{error.message}. {error.hint}",))
        return done

    async def _series(self, run: str) -> CommitSeries:
        """The commits of what is known to be written."""
        plan = self._plan or CommitPlan(CommitPer.RUN, "")
        before = {}
        for path, digest in plan.digests.items():
            before[path] = await self._ledger.pre_image(digest)
        if self._listing:
            before |= await self._workspace.contents([self._listing])
        return plan.series(run, before)
