"""`thea history`: the runs, or the corrections of one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thea_cli.console import Console
from thea_cli.options import TableOrJson, choice
from thea_cli.project import Project, ProjectOption
from thea_cli.reports.base import Shown
from thea_cli.reports.json import JsonReport
from thea_cli.tables import Table
from thea_code_system.values.correction import State
from thea_code_system.values.outcome import Clean

if TYPE_CHECKING:
    from thea_code_system.ledger.records import FileRecord, RunRecord

EXAMPLES = (
    "thea history                   the last twenty runs",
    "thea history 2026              the corrections of a run; the start of its id will do",
    "thea history 2026 --all        what was not applied, too",
    "thea history --format json",
)


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What `thea history` was asked."""

    project: str
    run_id: str | None
    limit: int
    all: bool
    format: str

    def run(self) -> int:
        """Print runs, or the corrections of one."""
        return Project(self.project).run(self._details if self.run_id else self._list)

    async def _list(self, project: Project) -> int:
        runs: tuple[RunRecord, ...] = await project.ledger.runs(self.limit)
        if self.format == "json":
            Console.print(json.dumps([_plain(run) for run in runs], indent=2))
            return 0
        if not runs:
            Console.print(project.empty)
        table = Table(
            "run", "when", "mode", "files changed", "applied", "suggested", "command",
            right=("files changed", "applied", "suggested"),
        )  # fmt: skip
        for run in runs:
            states = run.report.get("states", {})
            unfinished = "" if run.finished else " (did not finish)"
            table.row(
                run.id, _when(run.started), run.mode, len(run.changed),
                states.get("applied", 0), states.get("suggested", 0),
                f"thea {run.command}{unfinished}",
            )  # fmt: skip
        table.print()
        return 0

    async def _details(self, project: Project) -> int:
        run = await project.find(self.run_id)
        files: tuple[FileRecord, ...] = await project.ledger.run_details(run.id)
        touched = [record for record in files if record.corrections]
        shown = [await self._shown(project, record) for record in touched]
        if self.format == "json":
            plain = [
                {**JsonReport.file(each), "status": record.status, "reason": record.reason}
                for each, record in zip(shown, touched, strict=True)
            ]
            Console.print(json.dumps({**_plain(run), "files": plain}, indent=2))
            return 0
        Console.print(f"{run.id}  {_when(run.started)}  thea {run.command}")
        if not files:
            Console.print("It found nothing that an earlier run had not entered.")
            return 0
        counts = Counter(record.status for record in files)
        Console.print(", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
        table = Table("correction", "where", "state", "confidence", "rules", "message")
        for each in shown:
            for correction in sorted(each.outcome.corrections, key=lambda one: one.edits):
                if self.all or correction.state in {State.APPLIED, State.REVERTED}:
                    where = f"{each.outcome.path}:{each.start(correction).line}"
                    table.row(
                        correction.id, where, correction.state.value,
                        f"{correction.confidence:.2f}", "+".join(correction.rules),
                        correction.message,
                    )  # fmt: skip
        table.print()
        return 0

    @staticmethod
    async def _shown(project: Project, record: FileRecord) -> Shown:
        outcome = Clean(record.path, record.before, record.corrections)
        return Shown(outcome, await project.text_before(record))


def _plain(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.id,
        "command": run.command,
        "mode": run.mode,
        "version": run.version,
        "started": run.started,
        "finished": run.finished,
        "changed": list(run.changed),
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of it."),
    ] = None,
    *,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many runs to list.")
    ] = 20,
    all: Annotated[  # noqa: A002 - the name of the flag
        bool, typer.Option("--all", help="Also corrections that were not applied.")
    ] = False,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
    project: ProjectOption = ".",
) -> HistoryQuery:
    """List runs, newest first; with RUN, the corrections of that run with their ids."""
    return HistoryQuery(project, run, limit, all, choice("--format", format, ("table", "json")))
