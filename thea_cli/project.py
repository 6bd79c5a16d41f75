"""A project's ledger and files, for the commands that look back at runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thea_cli.signals import Interruptible
from thea_code_system.config.files import ConfigReader
from thea_code_system.errors import UsageError

if TYPE_CHECKING:
    from thea_code_system.ledger.records import ChangePlan, FileRecord, RunRecord
    from thea_code_system.values.source import SourceFile
    from thea_code_system.values.workspace import Written

ProjectOption = Annotated[
    str, typer.Option("--project", metavar="PATH", help="The project, if it is not here.")
]


class Project:
    """The ledger and the workspace of the project that a path belongs to."""

    def __init__(self, path: str) -> None:
        target = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as the user wrote them
        if not os.path.lexists(target):
            raise UsageError(f"there is no file or folder {path}", "Check the path's spelling.")
        self.root = str(ConfigReader().root(target))
        self.ledger: Any = None
        self._workspace: Any = None

    @property
    def empty(self) -> str:
        """What to say where nothing was ever corrected."""
        return f"There is no run in {self.root} yet: thea correct"

    def run(self, work: Callable[[Project], Coroutine[Any, Any, int]]) -> int:
        """Open the ledger, do the work, and close the ledger whatever happens."""
        return Interruptible().run(self._opened(work))

    async def _opened(self, work: Callable[[Project], Coroutine[Any, Any, int]]) -> int:
        from thea_code_system.actors.core.ledger_actor import LedgerActor
        from thea_code_system.actors.core.workspace_actor import WorkspaceActor
        from thea_code_system.actors.recovery import Recovery
        from thea_code_system.workspace.walking import WalkOptions
        from thea_code_system.wrappers import create_actor

        self.ledger = create_actor(LedgerActor, self.root, make=False, inline=True)
        self._workspace = create_actor(WorkspaceActor, self.root, WalkOptions(()), inline=True)
        try:
            await Recovery(self.ledger, self._workspace).settle()
            return await work(self)
        finally:
            await asyncio.shield(self.ledger.shutdown())
            await asyncio.shield(self._workspace.shutdown())

    async def find(self, run: str | None) -> RunRecord:
        """A run by its id or the beginning of it; without one, the last that changed something.

        Raises:
            LedgerError: there is no such run.
        """
        record: RunRecord = await self.ledger.run(run or "")
        return record

    async def digests(self, paths: tuple[str, ...]) -> dict[str, str]:
        """What each file is now."""
        return dict(await self._workspace.digests(paths))

    async def contents(self, paths: tuple[str, ...]) -> dict[str, bytes]:
        """The bytes of files as they are now."""
        return dict(await self._workspace.contents(paths))

    async def text_before(self, record: FileRecord) -> str | None:
        """The text of a file before a run; None where it is not kept any more."""
        source = await self.source_before(record)
        return source.text if source else None

    async def source_before(self, record: FileRecord) -> SourceFile | None:
        """A file before a run; None where it is not kept any more."""
        from thea_code_system.values.source import NotTextError, SourceFile

        data = await self.ledger.pre_image(record.before)
        if data is None:
            data = (await self.contents((record.path,))).get(record.path)
        if data is None or SourceFile.digest_of(data) != record.before:
            return None
        try:
            return SourceFile.decode(record.path, data)
        except NotTextError:
            return None

    async def carry_out(self, run: str, plan: ChangePlan) -> list[Written]:
        """Write what a plan says: intents first, so that a killed process can be made good."""
        await self.ledger.intend(plan)
        written: list[Written] = await self._workspace.write(
            [change.write() for change in plan.changes]
        )
        await self.ledger.settle(run, written)
        return written
