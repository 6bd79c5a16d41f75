"""`thea resume`: finish a run that was interrupted."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from thea_cli.project import Project, ProjectOption
from thea_cli.request import CorrectRequest
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import LedgerError

if TYPE_CHECKING:
    from thea_code_system.ledger.records import RunRecord

EXAMPLES = (
    "thea resume                    the last run that was interrupted",
    "thea resume 1f2e               a certain one; the start of its id will do",
)


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """What `thea resume` was asked."""

    project: str
    run_id: str | None

    def run(self) -> int:
        """Find the run, and correct what it had not come to; its exit code."""
        from thea_cli.correcting import CorrectRun

        found: list[RunRecord] = []

        async def find(project: Project) -> int:
            found.append(await project.ledger.interrupted(self.run_id or ""))
            return 0

        Project(self.project).run(find)
        return CorrectRun(*self._asked(found[0])).run()

    @staticmethod
    def _asked(run: RunRecord) -> tuple[CorrectRequest, ProductionConfig]:
        """What the run was asked, and the very configuration that it began with."""
        try:
            kept = json.loads(run.request)
            request = CorrectRequest.from_json(kept["request"])
            config = ProductionConfig.from_json(kept["config"])
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(
                f"this Thea does not understand what run {run.id} of Thea {run.version} was asked",
                f"Ask for the rest as a run of its own: thea {run.command}",
            ) from error
        here = os.getcwd()  # noqa: PTH109 - a text is what is wanted
        return replace(request, cwd=here, resumes=run.id), config


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of it."),
    ] = None,
    *,
    project: ProjectOption = ".",
) -> ResumeRequest:
    """Finish a run that was killed or interrupted; without RUN the last one there is.

    It goes on with the options and the configuration that it began with. Files that it has written
    are not looked at again, and what it adds belongs to the same run: `thea undo` takes back all.
    """
    return ResumeRequest(project, run)
