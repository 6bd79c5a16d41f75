"""The actor that trains, and measures what correctors are worth; no other knows of training."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from thea_code_system.actors.planning import RunPlan
from thea_code_system.actors.trial import REPAIRS, Trial
from thea_code_system.config.production import ProductionConfig
from thea_code_system.correctors.codes import CodeBook
from thea_code_system.languages.registry import Languages
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.evaluation import (
    EvaluationJob,
    EvaluationReport,
    Prediction,
    RepairCase,
)
from thea_code_system.values.learning import LearningJob, LearningProgress, LearningReport
from thea_code_system.wrappers import Actor, async_actor, remote_method
from thea_code_system.wrappers.clock import Stopwatch

if TYPE_CHECKING:
    from thea_code_system.training.learning import Learning

BUGS = "learned"


@async_actor
class TrainingActor(Actor):
    """Lives in the driver: has cases corrected, judges what comes of it, and adapts the edit model.

    Args:
        config: what is selected, and where the work is done. Where nothing is selected, files that
            do not parse are repaired (``syntax``), and others searched for bugs (``learned``).
    """

    def __init__(self, config: ProductionConfig) -> None:
        self._config = config
        self._plan = RunPlan(config)
        self._watch = Stopwatch()
        self._expected: int | None = None
        self._evaluation: EvaluationReport | None = None
        self._learning: Learning | None = None

    @remote_method
    async def learn(self, job: LearningJob) -> LearningReport:
        """Adapt the edit model to a team's past, and write it unless it is worse.

        Cancelled while it trains, it writes a checkpoint that ``job.resume`` goes on from.

        Raises:
            UsageError: there is nothing to learn from, or nowhere to write to.
            WorkspaceError: a folder holds no repository with a commit.
            ToolError: the model to start from cannot be read, or a tool cannot be run.
        """
        from thea_code_system.training.learning import Learning

        self._learning = Learning(job, self._measured)
        return await self._learning.run()

    @remote_method
    async def progress(self) -> LearningProgress:
        """How far learning is."""
        return LearningProgress() if self._learning is None else self._learning.progress

    @remote_method
    async def evaluate(self, job: EvaluationJob) -> AsyncGenerator[Prediction, None]:
        """Predictions in the order of their cases, those that do not parse first.

        Each is made as ``thea correct --check --min-confidence 0`` would make it.

        Raises:
            UsageError: the cases cannot be read.
        """
        from thea_code_system.training.cases import CaseFile
        from thea_code_system.training.evaluation import Evaluation

        await self._plan.check_codes()
        cases = await asyncio.to_thread(CaseFile(job.cases).read, job.limit)
        self._expected = len(cases)
        evaluation = Evaluation(job.at, job.top)
        trials = await asyncio.to_thread(self._trials, cases, raw=job.raw)
        for trial, group in trials:
            async with aclosing(trial.predictions(group)) as predictions:
                async for case, prediction in predictions:
                    await asyncio.to_thread(evaluation.add, case, prediction)
                    yield prediction
        self._evaluation = dataclasses.replace(
            await asyncio.to_thread(evaluation.report),
            seconds=self._watch.seconds(),
            placement=", ".join(dict.fromkeys(trial.placement for trial, _ in trials)),
            unavailable={name: why for one, _ in trials for name, why in one.unavailable.items()},
            warnings=tuple(dict.fromkeys(words for one, _ in trials for words in one.warnings)),
        )

    @remote_method
    async def evaluation(self) -> EvaluationReport:
        """The figures, once the predictions have all been taken."""
        if self._evaluation is None:
            raise RuntimeError("the evaluation has not finished")
        return self._evaluation

    @remote_method
    async def expected(self) -> int | None:
        """How many predictions there will be; None as long as cases are still being read."""
        return self._expected

    async def _measured(
        self, model: str, cases: str
    ) -> AsyncGenerator[EvaluationReport | None, None]:
        """None for each case that a model was tried on, then the figures."""
        where = self._config
        config = ProductionConfig(
            where.root,
            model=model,
            workers=where.workers,
            device=where.device,
            address=where.address,
        )
        judge = TrainingActor(config)
        async for _ in judge.evaluate(EvaluationJob(cases)):
            yield None
        yield await judge.evaluation()

    def _trials(
        self, cases: Sequence[RepairCase], *, raw: bool
    ) -> list[tuple[Trial, Sequence[RepairCase]]]:
        """Who is to correct which cases."""
        plain = dataclasses.replace(self._plan.settings, min_confidence=0.0, unsafe_fixes=False)
        if plain.select:
            return [(Trial(self._config, plain, raw=raw), cases)]
        languages = Languages()
        groups: dict[str, list[RepairCase]] = {REPAIRS: [], BUGS: []}
        for case in cases:
            parses = languages.named(case.language).parses(case.broken)
            groups[BUGS if parses else REPAIRS].append(case)
        trials: list[tuple[Trial, Sequence[RepairCase]]] = []
        for family, group in groups.items():
            if group:
                settings = dataclasses.replace(plain, select=(family,))
                trials.append((Trial(self._config, settings, raw=raw), group))
        if groups[BUGS] and BUGS not in CodeBook(Toolbox()).families:
            words = f"{len(groups[BUGS])} of the cases parse, and there is no family {BUGS} to ask"
            trials[-1][0].warnings.append(words)
        return trials
