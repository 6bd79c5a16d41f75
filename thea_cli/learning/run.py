"""`thea learn` at work: from the command line to a model, with what there is to see meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thea_cli.console import Console
from thea_cli.learning.bar import LearningBar
from thea_cli.learning.tables import LearningTables
from thea_cli.request import CorrectRequest
from thea_cli.signals import Interruptible
from thea_code_system.errors import UsageError, WorkspaceError
from thea_code_system.values.learning import LearningJob, LearningReport

if TYPE_CHECKING:
    from thea_code_system.config.production import ProductionConfig


@dataclass(frozen=True, slots=True)
class LearningRequest:
    """What `thea learn` was asked."""

    request: CorrectRequest
    repositories: tuple[str, ...]
    output: str | None
    pairs: str | None
    save_pairs: str | None
    minutes: float
    seed: int
    resume: bool = False
    force: bool = False

    def run(self) -> int:
        """Learn, and print what came of it."""
        return Interruptible().run(self._learn())

    async def _learn(self) -> int:
        from thea_code_system.actors.core.training_actor import TrainingActor
        from thea_code_system.wrappers import create_actor

        config = self.request.resolve()
        for note in config.notes:
            Console().warn(note)
        self._check()
        job = self._job(config, await self._state(config.root))
        actor = create_actor(TrainingActor, config, inline=True)
        bar = LearningBar(actor.progress)
        try:
            async with bar:
                report: LearningReport = await actor.learn(job)
        except asyncio.CancelledError:
            if bar.phase not in {"", "mining", "reading"}:
                Console().note("What was learned is kept: `thea learn --resume` goes on.")
            raise
        finally:
            await actor.shutdown()
        for words in report.warnings:
            Console().warn(words)
        if self.save_pairs:
            Console().note(f"{report.pairs:,} pairs are in {self.save_pairs}")
        LearningTables(report, Path(self.request.cwd)).print()
        return int(report.worse and not report.written)

    def _check(self) -> None:
        """Find out early what cannot be done.

        Raises:
            UsageError: there is no such folder, or the pairs cannot be written.
            WorkspaceError: there is no git.
        """
        for path in self.repositories:
            if not Path(self._absolute(path)).is_dir():
                raise UsageError(f"there is no folder {path}", "Check the path's spelling.")
        if shutil.which("git") is None:
            raise WorkspaceError("git is not installed, or not on PATH")
        if self.save_pairs:
            place = Path(self._absolute(self.save_pairs))
            if place.is_dir() or not os.access(place.parent, os.W_OK):
                hint = "Give --save-pairs a file in a folder that exists and can be written."
                raise UsageError(f"cannot write the pairs {self.save_pairs}", hint)

    def _job(self, config: ProductionConfig, state: Path) -> LearningJob:
        """The engine's job."""
        return LearningJob(
            tuple(map(self._absolute, self.repositories)) or (config.root,),
            output=self._absolute(self.output) if self.output else str(state / "model"),
            work=str(state / "learning"),
            pairs=self._absolute(self.pairs) if self.pairs else None,
            save_pairs=self._absolute(self.save_pairs) if self.save_pairs else None,
            model=config.model,
            minutes=self.minutes,
            seed=self.seed,
            resume=self.resume,
            force=self.force,
        )

    @staticmethod
    async def _state(root: str) -> Path:
        """The project's own folder for what Thea keeps, or what stands in for it."""
        from thea_code_system.actors.core.ledger_actor import LedgerActor
        from thea_code_system.wrappers import create_actor

        ledger: Any = create_actor(LedgerActor, root, inline=True)
        try:
            state = await ledger.open()
        finally:
            await asyncio.shield(ledger.shutdown())
        if state.warning:
            Console().warn(state.warning)
        path: Path = state.path
        return path

    def _absolute(self, path: str) -> str:
        return os.path.normpath(Path(self.request.cwd, path))
