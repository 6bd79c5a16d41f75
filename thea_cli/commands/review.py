"""`thea review`: suggestions, one by one."""

from __future__ import annotations

import asyncio
import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

import typer

from thea_cli.console import Console, Style
from thea_cli.editing import Editor
from thea_cli.project import Project, ProjectOption
from thea_cli.suggestions import presentable
from thea_code_system.errors import UsageError
from thea_code_system.values.editable import EditableLines
from thea_code_system.values.patch import Patch

if TYPE_CHECKING:
    from thea_code_system.ledger.records import ChangePlan, FileRecord
    from thea_code_system.values.correction import Correction
    from thea_code_system.values.source import SourceFile

EXAMPLES = (
    "thea review                    the suggestions of the last run that has any",
    "thea review 2026               those of a certain run",
)
_KEYS = "y apply, n turn down, a apply all of this rule, e edit, q quit"
_ANSWERS = ("y", "n", "a", "e", "q")


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
        if not any(presentable(record.corrections) for record in files):
            runs = await project.ledger.runs(1)
            nothing = "There are no open suggestions." if runs else project.empty
            Console.print(nothing)
            return 0
        return await Review(project, run, files).ask()

    async def _open(self, project: Project) -> tuple[str, tuple[FileRecord, ...]]:
        """The run that is meant and its files with open suggestions."""
        if self.run_id:
            run = (await project.find(self.run_id)).id
            return run, await project.ledger.suggestions(run)
        for record in await project.ledger.runs():
            if files := await project.ledger.suggestions(record.id):
                return record.id, files
        return "", ()


class Review:
    """The open suggestions of one run, and what the user says to each."""

    def __init__(self, project: Project, run: str, files: tuple[FileRecord, ...]) -> None:
        self._project, self._run = project, run
        self._open = [(record, one) for record in files for one in presentable(record.corrections)]
        self._answered: set[str] = set()
        self._applied = self._refused = 0

    async def ask(self) -> int:
        """Go through them; what one answer covered is not asked again."""
        for number, (record, correction) in enumerate(self._open, 1):
            if correction.id not in self._answered:
                source = await self._project.source_before(record)
                self._show(record, correction, source, f"{number} of {len(self._open)}")
                if not await self._answer(record, correction, source):
                    break
        Console.print(f"\n{self._applied} applied, {self._refused} turned down.")
        if self._refused:
            Console.print("What is turned down is not suggested again until: thea undo --forget")
        return 0

    async def _answer(
        self, record: FileRecord, correction: Correction, source: SourceFile | None
    ) -> bool:
        """Ask until something is decided; False if the user wants no more."""
        while True:
            match await asyncio.to_thread(self._key):
                case "q":
                    return False
                case "y":
                    await self._apply([(record, correction)])
                case "a":
                    await self._apply(self._alike(correction))
                case "n":
                    await self._project.ledger.refuse(self._run, [correction.id])
                    self._refused += 1
                case "e" if not await self._edit(record, correction, source):
                    continue
            self._answered.add(correction.id)
            return True

    def _alike(self, correction: Correction) -> list[tuple[FileRecord, Correction]]:
        """All that is left of the same rules."""
        rules = frozenset(correction.rules)
        left = [pair for pair in self._open if pair[1].id not in self._answered]
        return [(record, one) for record, one in left if frozenset(one.rules) == rules]

    async def _apply(self, chosen: list[tuple[FileRecord, Correction]]) -> None:
        names = [one.id for _, one in chosen]
        disk = await self._project.contents(tuple({record.path for record, _ in chosen}))
        plan = await self._project.ledger.accept_plan(self._run, names, disk)
        await self._carry_out(plan)
        self._answered.update(names)

    async def _edit(
        self, record: FileRecord, correction: Correction, source: SourceFile | None
    ) -> bool:
        """Apply what the user makes of a proposal; False if that is nothing."""
        if source is None:
            Console().error(f"{record.path} has changed since: its lines cannot be shown")
            return False
        lines = EditableLines(source, correction.edits)
        suffix = PurePosixPath(record.path).suffix
        try:
            wanted = await asyncio.to_thread(Editor().edit, lines.proposed, suffix)
        except UsageError as error:
            Console().error(error.message, error.hint)
            return False
        edit = lines.edit(wanted)
        if edit is None:
            Console.print("Nothing was edited: y applies the proposal as it is, n turns it down.")
            return False
        disk = await self._project.contents((record.path,))
        plan = await self._project.ledger.edit_plan(self._run, correction.id, edit, disk)
        return await self._carry_out(plan)

    async def _carry_out(self, plan: ChangePlan) -> bool:
        """Write what a plan says; False if anything of it could not be done."""
        written = await self._project.carry_out(self._run, plan)
        numbers = {change.path: len(change.accepted) for change in plan.changes}
        self._applied += sum(numbers[each.path] for each in written if each.done)
        problems = [(left.path, left.reason) for left in plan.left]
        problems += [(each.path, each.problem) for each in written if not each.done]
        for path, problem in problems:
            Console().error(f"{path} is left as it is: {problem}")
        return not problems

    @classmethod
    def _show(
        cls, record: FileRecord, correction: Correction, source: SourceFile | None, number: str
    ) -> None:
        style = Style(sys.stdout)
        rules = style("+".join(correction.rules), "bold")
        Console.print(f"\n[{number}] {record.path}: {rules} {correction.message}")
        why = f"; {correction.reason}" if correction.reason else ""
        Console.print(f"confidence {correction.confidence:.2f}{why}")
        for line in cls._diff(correction, source):
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            Console.print(style(line, colour) if colour else line)

    @staticmethod
    def _diff(correction: Correction, source: SourceFile | None) -> Iterator[str]:
        if source is None:
            yield "(the file has changed since; its lines cannot be shown)"
            return
        after = Patch.rewrite(source.text, correction.edits)
        lines = difflib.unified_diff(source.text.splitlines(), after.splitlines(), lineterm="")
        yield from list(lines)[2:]

    @staticmethod
    def _key() -> str:
        """One of the keys; whatever ends the input quits."""
        while True:
            print(f"{_KEYS} [{'/'.join(_ANSWERS)}]? ", end="", flush=True)
            line = sys.stdin.readline()
            if not line:
                print()
                return "q"
            if (answer := line.strip().lower()) in _ANSWERS:
                return answer


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of it."),
    ] = None,
    *,
    project: ProjectOption = ".",
) -> ReviewRequest:
    """Show each open suggestion as a diff, and ask: y applies it, n turns it down, q quits.

    a applies this one and all that are left of its rule. e opens the proposed lines in $VISUAL or
    $EDITOR, and applies what you make of them as your own: it counts as no success of the rule.
    Every answer counts at once, so that quitting loses nothing. What is applied belongs to its run
    and is taken back with it; what is turned down is not suggested again.
    """
    return ReviewRequest(project, run)
