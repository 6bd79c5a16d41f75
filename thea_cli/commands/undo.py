"""`thea undo`: take back a run, or some of its files, rules or corrections."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from thea_cli.console import Console, Style
from thea_cli.diffs import UnifiedDiff
from thea_cli.project import Project, ProjectOption
from thea_code_system.errors import UsageError
from thea_code_system.ledger.choice import Choice
from thea_code_system.values.source import SourceFile

if TYPE_CHECKING:
    from thea_code_system.ledger.records import Change, Left

EXAMPLES = (
    "thea undo                            the last run that changed something",
    "thea undo --dry-run                  only show what would be taken back",
    "thea undo 2026 --file 'src/*.py'     these files of that run, and do not correct them again",
    "thea undo --rule ruff/F              what these rules did, wherever it was",
    "thea undo --correction 1f2e3d4c5b6a7980",
    "thea undo --forget                   forget what was turned down",
)


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What `thea undo` was asked."""

    project: str
    run_id: str | None
    files: tuple[str, ...]
    rules: tuple[str, ...]
    correction: str | None
    forget: bool
    dry_run: bool

    def run(self) -> int:
        """Take back; exit code 1 if something had to be left as it is."""
        return Project(self.project).run(self._forget if self.forget else self._undo)

    async def _forget(self, project: Project) -> int:
        chosen = [self.correction] if self.correction else None
        if self.correction:
            await project.ledger.run_of_correction(self.correction)  # else there is none
        before = await project.ledger.refusals()
        if self.dry_run:
            Console.print(self._forgotten("Would forget", 1 if chosen else len(before)))
            return 0
        await project.ledger.forget(chosen)
        number = len(before) - len(await project.ledger.refusals())
        Console.print(self._forgotten("Forgot", number))
        return 0

    @staticmethod
    def _forgotten(verb: str, number: int) -> str:
        if not number:
            return "There is nothing to forget: no such correction was turned down."
        noun, they = ("correction", "it") if number == 1 else ("corrections", "they")
        return f"{verb} {number} {noun} turned down; {they} may be applied again."

    async def _undo(self, project: Project) -> int:
        name = self.run_id
        if name is None and self.correction:
            name = await project.ledger.run_of_correction(self.correction)
        run = (await project.find(name)).id
        files = tuple(self._relative(file, project.root) for file in self.files)
        choice = Choice(files, self.rules, self.correction or "")
        disk = await project.contents(await project.ledger.undo_targets(run, choice))
        plan = await project.ledger.undo_plan(run, disk, choice)
        for left in plan.left:
            self._say_left(left)
        if self.dry_run:
            for change in plan.changes:
                self._show(change, disk[change.path])
            return int(bool(plan.left))
        written = await project.carry_out(run, plan)
        done = [each for each in written if each.done]
        for each in written:
            if not each.done:
                Console().error(f"{each.path} is left as it is: {each.problem}")
        left = bool(plan.left) or len(done) < len(written)
        Console.print(self._result(run, len(done), choice, left=left))
        return int(left)

    @staticmethod
    def _say_left(left: Left) -> None:
        one = left.correction
        what = f"{left.path}, {'+'.join(one.rules)} {one.id}," if one else left.path
        Console().error(f"{what} is left as it is: {left.reason}")

    @staticmethod
    def _show(change: Change, present: bytes) -> None:
        """What would be written, as a diff from what is there."""
        Console.print(f"would restore {change.path}")
        before, after = (
            SourceFile.decode(change.path, data).text for data in (present, change.data)
        )
        for line in UnifiedDiff(change.path, before, after, Style(sys.stdout)).lines():
            Console.print(line)

    @staticmethod
    def _result(run: str, number: int, choice: Choice, *, left: bool) -> str:
        if not number:
            return f"Nothing of run {run} {'was taken' if left else 'is left to take'} back."
        noun = "file" if number == 1 else "files"
        if choice.partial:
            return (
                f"Took back {number} {noun} of run {run}; "
                "these corrections are not applied again until `thea undo --forget`."
            )
        return f"Took back run {run}: {number} {noun}."

    @staticmethod
    def _relative(file: str, root: str) -> str:
        """A path or glob as the ledger spells it; given from here, or from the project root."""
        here = os.path.relpath(os.path.abspath(file), root)  # noqa: PTH100 - globs are no paths
        outside = here == os.pardir or here.startswith(os.pardir + os.sep)
        return file if outside else here.replace(os.sep, "/")


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of it."),
    ] = None,
    *,
    file: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="GLOB", help="Only these files; may be repeated."),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule", metavar="CODE", help="Only these families, codes and prefixes (ruff/F401)."
        ),
    ] = None,
    correction: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this correction (thea history RUN).")
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget what was turned down, instead of undoing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would happen, as a diff.")
    ] = False,
    project: ProjectOption = ".",
) -> UndoRequest:
    """Take back a run, byte by byte; without RUN the last one that changed something.

    What was changed since is kept: the way back is merged into it. A correction that stands on or
    beside lines that somebody changed is named and left (exit code 1). What is taken back by file,
    rule or correction is remembered and not applied again; undoing a whole run is no judgement
    about its corrections. A correction of several rules goes with any of them.
    """
    if correction and (file or rule):
        raise UsageError("--correction cannot be combined with --file or --rule")
    if forget and (run or file or rule):
        raise UsageError("--forget takes no run, file or rule", "It may take --correction ID.")
    files, rules = tuple(file or ()), tuple(rule or ())
    return UndoRequest(project, run, files, rules, correction, forget, dry_run)
