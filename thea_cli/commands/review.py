"""`thea review`: suggestions, one by one."""

from __future__ import annotations

import asyncio
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from thea_cli.console import Console, Style
from thea_cli.project import Project, ProjectOption
from thea_cli.suggestions import presentable
from thea_code_system.values.patch import Patch

if TYPE_CHECKING:
    from thea_code_system.ledger.records import FileRecord
    from thea_code_system.values.correction import Correction

EXAMPLES = (
    "thea review                    the suggestions of the last run that has any",
    "thea review 2026               those of a certain run",
)
_KEYS = "y apply, n turn down, q quit"


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What `thea review` was asked."""

    project: str
    run_id: str | None

    def run(self) -> int:
        """Ask about each open suggestion until there are no more, or the user quits."""
        return Project(self.project).run(self._review)

    async def _review(self, project: Project) -> int:
        run, files = await self._open(project)
        total = len([one for record in files for one in presentable(record.corrections)])
        if not total:
            runs = await project.ledger.runs(1)
            nothing = "There are no open suggestions." if runs else project.empty
            Console.print(nothing)
            return 0
        number = applied = refused = 0
        for record in files:
            text = await project.text_before(record)
            for correction in presentable(record.corrections):
                number += 1
                self._show(record, correction, text, f"{number} of {total}")
                answer = await asyncio.to_thread(self._ask)
                if answer == "q":
                    return self._end(applied, refused)
                if answer == "y":
                    applied += await self._apply(project, run, record, correction)
                else:
                    await project.ledger.refuse(run, [correction.id])
                    refused += 1
        return self._end(applied, refused)

    async def _open(self, project: Project) -> tuple[str, tuple[FileRecord, ...]]:
        """The run that is meant and its files with open suggestions."""
        if self.run_id:
            run = (await project.find(self.run_id)).id
            return run, await project.ledger.suggestions(run)
        for record in await project.ledger.runs():
            if files := await project.ledger.suggestions(record.id):
                return record.id, files
        return "", ()

    @staticmethod
    async def _apply(project: Project, run: str, record: FileRecord, correction: Correction) -> int:
        disk = await project.contents((record.path,))
        plan = await project.ledger.accept_plan(run, [correction.id], disk)
        written = await project.carry_out(run, plan)
        problems = [left.reason for left in plan.left]
        problems += [each.problem for each in written if not each.done]
        for problem in problems:
            Console().error(f"{record.path} is left as it is: {problem}")
        return int(not problems)

    @classmethod
    def _show(
        cls, record: FileRecord, correction: Correction, text: str | None, number: str
    ) -> None:
        style = Style(sys.stdout)
        rules = style("+".join(correction.rules), "bold")
        Console.print(f"\n[{number}] {record.path}: {rules} {correction.message}")
        why = f"; {correction.reason}" if correction.reason else ""
        Console.print(f"confidence {correction.confidence:.2f}{why}")
        for line in cls._diff(correction, text):
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            Console.print(style(line, colour) if colour else line)

    @staticmethod
    def _diff(correction: Correction, text: str | None) -> Iterator[str]:
        if text is None:
            yield "(the file has changed since; its lines cannot be shown)"
            return
        after = Patch.rewrite(text, correction.edits)
        lines = difflib.unified_diff(text.splitlines(), after.splitlines(), lineterm="")
        yield from list(lines)[2:]

    @staticmethod
    def _ask() -> str:
        """y, n or q; whatever ends the input quits."""
        while True:
            print(f"{_KEYS} [y/n/q]? ", end="", flush=True)
            line = sys.stdin.readline()
            if not line:
                print()
                return "q"
            if (answer := line.strip().lower()) in {"y", "n", "q"}:
                return answer

    @staticmethod
    def _end(applied: int, refused: int) -> int:
        Console.print(f"\n{applied} applied, {refused} turned down.")
        if refused:
            Console.print("What is turned down is not suggested again until: thea undo --forget")
        return 0


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of it."),
    ] = None,
    *,
    project: ProjectOption = ".",
) -> ReviewRequest:
    """Show each open suggestion as a diff, and ask: y applies it, n turns it down, q quits.

    Every answer counts at once, so that quitting loses nothing. What is applied belongs to its run
    and is taken back with it; what is turned down is not suggested again.
    """
    return ReviewRequest(project, run)
