"""`thea learn`: adapt the edit model to a team's past, and calibrate confidences on its answers."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from thea_cli.learning.calibrating import CalibrationRequest
from thea_cli.learning.run import LearningRequest
from thea_cli.project import ProjectOption
from thea_cli.request import CorrectRequest
from thea_code_system.errors import UsageError

EXAMPLES = (
    "thea learn                                   from this project's history, into .thea/model",
    "thea learn --from-git . ../library --output models/ours --minutes 30",
    "thea learn --save-pairs fixes.jsonl --minutes 0",
    "thea learn --pairs fixes.jsonl               cases as `thea evaluate` reads them, besides",
    "thea learn --resume                          go on after an interruption",
    "thea learn --calibrate                       write what your answers say of confidences",
)


def command(
    repositories: Annotated[
        list[str] | None,
        typer.Argument(metavar="REPO", help="Git repositories to look for pairs in."),
    ] = None,
    *,
    from_git: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REPO...", help="The same: working trees or bare ones. By default the project."
        ),
    ] = None,
    pairs: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Also learn from cases: a JSON object a line."),
    ] = None,
    save_pairs: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the pairs as such a file.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Where the model goes; .thea/model by default."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="The edit model to start from.")
    ] = None,
    minutes: Annotated[
        float,
        typer.Option(metavar="M", min=0, help="How long to train in all; 0 only looks for pairs."),
    ] = 10.0,
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, help="Of all that is drawn by chance.")
    ] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was interrupted.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write the model even if it is worse.")
    ] = False,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate", help="Write thea-calibration.toml from the ledger's evidence instead."
        ),
    ] = False,
    project: ProjectOption = ".",
) -> LearningRequest | CalibrationRequest:
    """Fine-tune the edit model on fixes that a team made and on its code, and write it to a folder.

    Pairs are files that did not parse before a commit and did after it, and commits with one small
    edit of a Python file that speak of a fix. A quarter of them, by commit, is held out: the model
    is compared with its start on these, and not written if it is worse. From 50 held-out repairs
    on, their ranking is fitted anew. Nothing of a repository is executed. Ctrl-C keeps a
    checkpoint. Exit code 1 if the model was worse. Name the folder with --model, THEA_MODEL or the
    setting model, or commit it for all.

    With --calibrate, nothing is trained: answers in `thea review`, undo, verifiers' rejections and
    what later commits hold are weighed against confidences, and thea-calibration.toml is written
    for you to commit.
    """
    chosen = [*(from_git or ()), *(repositories or ())]
    given: dict[str, object] = {
        "repositories": chosen, "--pairs": pairs, "--save-pairs": save_pairs, "--model": model,
        "--output": output, "--resume": resume, "--force": force,
    }  # fmt: skip
    if calibrate:
        _refuse("--calibrate", given, tuple(given))
        return CalibrationRequest(project)
    if resume:
        _refuse("--resume", given, ("repositories", "--pairs", "--save-pairs", "--model"))
    request = CorrectRequest(
        paths=(project,),
        cwd=os.getcwd(),  # noqa: PTH109 - a text is what is wanted
        flags={"model": model} if model else {},
    )
    asked = (output, pairs, save_pairs, minutes, seed)
    return LearningRequest(request, tuple(chosen), *asked, resume=resume, force=force)


def _refuse(flag: str, given: dict[str, object], names: tuple[str, ...]) -> None:
    """Say what does not go together.

    Raises:
        UsageError: one of the names was given.
    """
    for name in names:
        if given[name]:
            raise UsageError(f"{name} cannot go with {flag}", "`thea learn --help` says what can.")
