"""From a team's past to an edit model of its own: mine, train, measure, rank, write."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import shutil
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from thea_code_system.errors import UsageError
from thea_code_system.models.shelf import SHIPPED, ModelShelf
from thea_code_system.training.adaptation import Adaptation
from thea_code_system.training.past import TeamPast
from thea_code_system.training.reranking import Reranking
from thea_code_system.values.evaluation import EVERY, EvaluationReport
from thea_code_system.values.learning import (
    HeldOutScores,
    LearningJob,
    LearningProgress,
    LearningReport,
    MinedRepository,
    RankingScores,
)

_SLICE: Final = 0.5  # seconds of training between two looks at what else is to be done
_JOB: Final = "job.json"
_CARD: Final = "learned.json"
_UNTOLD: Final = "no pair was held out, so nobody knows whether the new model is better"

Measure = Callable[[str, str], AsyncGenerator[EvaluationReport | None, None]]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Learning:
    """Organ: carries out one job.

    Args:
        job: what is wanted.
        measure: the first candidates of a model folder for a file of cases; None for each case
            that is done, and the figures at last.
    """

    def __init__(self, job: LearningJob, measure: Measure) -> None:
        self._job, self._measure = job, measure
        self._work = Path(job.work)
        self._past = TeamPast(self._work)
        self._thread = ThreadPoolExecutor(1)  # torch's work, one piece after the other
        self._adaptation: Adaptation | None = None
        self._progress = LearningProgress("reading" if job.resume else "mining")

    @property
    def progress(self) -> LearningProgress:
        """What is being done now."""
        if self._progress.phase == "mining":
            commits = self._past.miner.commits if self._past.miner else 0
            words = f"{commits:,} commits, {self._past.found:,} pairs"
            return dataclasses.replace(self._progress, words=words)
        if self._progress.phase == "training" and (adaptation := self._adaptation):
            words = f"step {adaptation.steps:,}, loss {adaptation.loss:.2f}"
            return LearningProgress("training", adaptation.minutes, self._job.minutes, words)
        return self._progress

    async def run(self) -> LearningReport:
        """Do it all. Whoever cancels this while it trains finds a checkpoint to go on from.

        Raises:
            UsageError: there is nothing to learn from or to go on from, or nowhere to write to.
            WorkspaceError: a folder holds no repository with a commit.
            ToolError: the model to start from cannot be read, or a tool cannot be run.
        """
        job = self._job
        if job.minutes or job.resume:
            self._check_output()
        if job.resume:
            repositories = self._taken_up()
        else:
            repositories = await self._gathered()
            if not job.minutes:
                shutil.rmtree(self._work)
                return LearningReport(repositories, self._past.found)
        try:
            return await self._adapted(repositories)
        finally:
            if self._adaptation is not None:
                self._adaptation.close()
            self._thread.shutdown(wait=False)

    def _check_output(self) -> None:
        """Find out now, and not after all the work, that the model cannot be written."""
        folder = Path(self._job.output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(folder, error.strerror) from error
        if not os.access(folder, os.W_OK):
            raise self._unwritable(folder, "it is not yours to write")

    @staticmethod
    def _unwritable(folder: Path, why: str | None) -> UsageError:
        return UsageError(
            f"cannot write a model to {folder}: {why}", "Name a folder with --output."
        )

    def _taken_up(self) -> tuple[MinedRepository, ...]:
        """What an interrupted run had found.

        Raises:
            UsageError: there is none.
        """
        try:
            plain = json.loads((self._work / _JOB).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError("there is no interrupted run to go on with", "Start one.") from error
        self._job = dataclasses.replace(self._job, model=plain["model"], seed=plain["seed"])
        self._past.found = len(self._past.pairs())
        return tuple(MinedRepository(**one) for one in plain["repositories"])

    async def _gathered(self) -> tuple[MinedRepository, ...]:
        job = self._job
        folders = [Path(folder) for folder in job.repositories]
        await self._do(self._past.check, folders, job.pairs)
        if job.minutes:
            await self._do(ModelShelf(job.model).model)  # says now if there is none
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        found = tuple(await self._past.gather(folders, job.pairs))
        if job.save_pairs:
            self._past.save_pairs(Path(job.save_pairs))
        if job.minutes:
            self._progress = LearningProgress("reading")
            await self._do(self._past.gather_code, folders, job.seed)
            plain = {
                "model": job.model,
                "seed": job.seed,
                "repositories": [dataclasses.asdict(one) for one in found],
            }
            (self._work / _JOB).write_text(json.dumps(plain), "utf-8")
        return found

    async def _adapted(self, repositories: tuple[MinedRepository, ...]) -> LearningReport:
        job, past = self._job, self._past
        start = Path(job.model) if job.model else SHIPPED
        ranking = (await self._do(ModelShelf(job.model).model)).ranking
        candidate = self._work / "candidate"
        self._adaptation = adaptation = await self._do(
            Adaptation, start, self._work, past, job.seed, resume=job.resume
        )
        await self._train(adaptation)
        losses = adaptation.held_loss, await self._do(adaptation.measured)
        await self._do(adaptation.finish, candidate, json.dumps(ranking))
        scores = await self._compared(start, candidate)
        worse = bool(scores) and scores[0].exact_after < scores[0].exact_before
        fitted = await self._reranked(candidate)
        report = LearningReport(
            repositories,
            past.found,
            len(past.learned()),
            len(past.held()),
            len(past.shelf),
            adaptation.steps,
            adaptation.minutes,
            losses,
            scores,
            fitted,
            worse,
            "" if worse and not job.force else job.output,
            () if scores else (_UNTOLD,),
        )
        if report.written:
            self._write(candidate, report)
        return report

    async def _train(self, adaptation: Adaptation) -> None:
        self._progress = LearningProgress("training")
        try:
            while await self._do(adaptation.advance, self._job.minutes, _SLICE):
                pass
        finally:
            await asyncio.shield(self._do(adaptation.save))

    async def _compared(self, start: Path, candidate: Path) -> tuple[HeldOutScores, ...]:
        """All held-out pairs together, then each kind of them."""
        total = 2 * len(self._past.held())
        if not total:
            return ()
        self._progress = LearningProgress("measuring", 0, total)
        reports: list[EvaluationReport] = []
        for folder in (start, candidate):
            async for report in self._measure(str(folder), str(self._past.held_out)):
                if report is not None:
                    reports.append(report)
                else:
                    done = self._progress.done + 1
                    self._progress = dataclasses.replace(self._progress, done=done)
        before, after = ({each.kind: each for each in report.kinds} for report in reports)
        return tuple(
            HeldOutScores(
                kind,
                old.n,
                *(round(one.exact * old.n) for one in (old, after[kind])),
                *(round(one.top * old.n) for one in (old, after[kind])),
            )
            for kind, old in before.items()
            if kind == EVERY or len(before) > 2
        )

    async def _reranked(self, candidate: Path) -> RankingScores | None:
        """Fit the ranking to the held-out repairs, and write it if it is better."""
        rows = [row for row in self._past.held() if not self._past.is_bug(row)]
        if not rows:
            return None
        if len(rows) < Reranking.ENOUGH:
            return RankingScores(len(rows))
        reranking = Reranking(await self._do(ModelShelf(str(candidate)).model))
        for number, row in enumerate(rows):
            self._progress = LearningProgress("ranking", number, len(rows))
            await self._do(reranking.add, row)
        scores, weights = await self._do(reranking.fit)
        (candidate / "ranking.json").write_text(json.dumps(weights, indent=0), "utf-8")
        return scores

    def _write(self, candidate: Path, report: LearningReport) -> None:
        """Put the model where it is wanted, each file at once, and say what it was made of."""
        card = {"version": 1, **dataclasses.asdict(report)}
        card.pop("written")
        (candidate / _CARD).write_text(json.dumps(card, indent=2), "utf-8")
        folder = Path(self._job.output)
        for file in sorted(candidate.iterdir()):
            fresh = folder / f"{file.name}.new"
            fresh.unlink(missing_ok=True)  # a link would lead elsewhere
            shutil.copyfile(file, fresh)
            fresh.replace(folder / file.name)
        shutil.rmtree(self._work)

    async def _do(
        self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        """Blocking work, in the order in which it was asked for, off the event loop."""
        running: Any = self._thread.submit(work, *args, **kwargs)
        return await asyncio.wrap_future(running)
