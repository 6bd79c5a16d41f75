"""`thea stats`: what has been corrected, and how sure and how fast that was."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from thea_cli.console import Console
from thea_cli.options import choice
from thea_cli.project import Project
from thea_cli.tables import Table
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea stats                     what has been corrected here",
    "thea stats --calibration       predicted confidence, and what you made of it",
    "thea stats --format json src",
    "thea stats --merge shard-2/.thea --merge shard-3/.thea   what several machines have done",
    "thea stats --format prometheus > /var/lib/node_exporter/thea.prom",
)
_WIDTH = 40  # of the longest bar
_RUNS = 10  # latest runs that are listed


@dataclass(frozen=True, slots=True)
class StatsQuery:
    """What `thea stats` was asked."""

    path: str
    format: str
    calibration: bool = False
    merge: tuple[str, ...] = ()

    def run(self) -> int:
        """Print the statistics of a project's ledger."""
        return Project(self.path).run(self._look)

    async def _look(self, project: Project) -> int:
        await project.ledger.observe_commit()
        return await (self._compare(project) if self.calibration else self._print(project))

    async def _compare(self, project: Project) -> int:
        from thea_cli.calibration_tables import CalibrationTables

        tables = CalibrationTables(await project.ledger.calibration())
        if self.format == "json":
            Console.print(json.dumps(tables.plain(), indent=2))
        else:
            tables.print()
        return 0

    async def _print(self, project: Project) -> int:
        from thea_cli.ledger_statistics import LedgerStatistics

        past = await project.ledger.past(self.merge)
        statistics = LedgerStatistics(past.runs, past.corrections, past.judgements)
        if self.format == "json":
            Console.print(json.dumps(plain(statistics), indent=2))
        elif self.format == "prometheus":
            from thea_cli.prometheus import exposition

            Console.print(exposition(statistics).rstrip("\n"))
        elif not statistics.runs:
            Console.print(project.empty)
        else:
            StatsTables(statistics).print()
        return 0


class StatsTables:
    """Draws statistics in the terminal."""

    def __init__(self, statistics: Any) -> None:
        self._of = statistics

    def print(self) -> None:
        """All tables, those that have something to say."""
        files = ", ".join(f"{n:,} {status}" for status, n in self._of.files().items())
        states = ", ".join(f"{n:,} {state}" for state, n in self._of.states().items())
        number = len(self._of.runs)
        runs = "1 run" if number == 1 else f"{number:,} runs"
        Console.print(f"{runs}; files: {files or 'none'}")
        Console.print(f"corrections: {states or 'none'}\n")
        self._rules()
        self._histogram()
        self._acceptance()
        self._actors()
        self._reading()
        self._runs()

    def _rules(self) -> None:
        names = ("applied", "suggested", "reverted", "rejected", "conflicted", "suppressed")
        table = Table("rule", *names, right=names)
        for rule, states in self._of.rules().items():
            table.row(rule, *(states.get(name, 0) or "" for name in names))
        table.print()

    def _histogram(self) -> None:
        bins = self._of.histogram()
        most = max(count for _, count in bins)
        if not most:
            return
        Console.print("confidence of all corrections")
        for low, count in reversed(bins):
            bar = "█" * -(-count * _WIDTH // most)
            Console.print(f"  {low:.1f}  {bar} {count or ''}".rstrip())
        Console.print("")

    def _acceptance(self) -> None:
        numbers = ("kept", "turned down", "rejected", "acceptance")
        table = Table("rule", *numbers, right=numbers)
        for row in self._of.acceptance():
            table.row(row.code, row.kept, row.refused, row.rejected, f"{row.share:.2f}")
        table.print()

    def _actors(self) -> None:
        table = Table(
            "actor", "device", "files", "files/s", "memory", right=("files", "files/s", "memory")
        )
        for row in self._of.actors():
            memory = f"{row.resident_bytes // 2**20} MiB"
            rate = f"{row.rate:.1f}" if row.files else ""
            table.row(row.name, row.device, row.files or "", rate, memory)
        table.print()

    def _reading(self) -> None:
        """What the edit models have read: windows at once, and seconds that others had to wait."""
        numbers = ("tokens read", "tokens/s", "windows", "waited")
        table = Table("edit model of", *numbers, right=numbers)
        for row in self._of.actors():
            if row.tokens:
                speed, waited = f"{row.token_rate:,.0f}", f"{row.queue:.2f} s"
                table.row(row.name, f"{row.tokens:,}", speed, f"{row.windows:.1f}", waited)
        table.print()

    def _runs(self) -> None:
        table = Table(
            "run", "when", "files", "applied", "suggested", "seconds", "where",
            right=("files", "applied", "suggested", "seconds"),
        )  # fmt: skip
        for row in map(run_row, self._of.runs[:_RUNS]):
            when = datetime.fromtimestamp(row["started"]).astimezone().strftime("%Y-%m-%d %H:%M")
            table.row(
                row["run"], when, row["files"], row["applied"], row["suggested"],
                f"{row['seconds']:.2f}", row["placement"],
            )  # fmt: skip
        table.print()


def run_row(run: Any) -> dict[str, Any]:
    """One run in numbers."""
    report = run.report
    return {
        "run": run.id,
        "started": run.started,
        "seconds": report.get("seconds", 0.0),
        "files": sum(report.get("files", {}).values()),
        "applied": report.get("states", {}).get("applied", 0),
        "suggested": report.get("states", {}).get("suggested", 0),
        "placement": report.get("placement", ""),
    }


def plain(statistics: Any) -> dict[str, Any]:
    """Everything as JSON values."""
    return {
        "version": 1,
        "files": statistics.files(),
        "corrections": statistics.states(),
        "rules": statistics.rules(),
        "confidence": [{"from": low, "count": count} for low, count in statistics.histogram()],
        "acceptance": [asdict(row) for row in statistics.acceptance()],
        "actors": [asdict(row) for row in statistics.actors()],
        "accumulators": statistics.accumulators,
        "runs": [run_row(run) for run in statistics.runs],
    }


def command(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="A path in the project.")] = ".",
    *,
    calibration: Annotated[
        bool,
        typer.Option(
            "--calibration", help="Compare predicted confidence with what was kept, by family."
        ),
    ] = False,
    merge: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Count the ledger there, too: that of a project, a .thea folder or the file.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the flag
        str, typer.Option(metavar="table|json|prometheus", help="How to print it.")
    ] = "table",
) -> StatsQuery:
    """Show what has been corrected: by rule and state, with confidence, acceptance and speed.

    Acceptance starts from the confidence, which weighs as much as twenty answers; your
    answers in `thea review`, what you take back with `thea undo`, what a verifier rejects and
    what the latest commit still holds of earlier runs move it. With --calibration the same
    evidence is set against the confidence that was predicted, in tenths; what nobody judged is
    no evidence.
    """
    formats = ("table", "json") if calibration else ("table", "json", "prometheus")
    if calibration and merge:
        raise UsageError("--calibration and --merge cannot be combined", "Leave out one of them.")
    asked = choice("--format", format, formats)
    return StatsQuery(path, asked, calibration, tuple(map(os.path.abspath, merge or ())))
