"""`thea evaluate`: measure corrections on cases with known answers."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from thea_cli.evaluation.run import EvaluationRequest
from thea_cli.options import TableOrJson, choice
from thea_cli.request import CorrectRequest
from thea_code_system.values.evaluation import EvaluationJob

EXAMPLES = (
    "thea evaluate cases.jsonl                      all figures in the terminal",
    "thea evaluate cases.jsonl --limit 200 --html report.html",
    "thea evaluate cases.jsonl --at 0.9 --predictions predictions.jsonl",
    "thea evaluate cases.jsonl --select ruff/ALL --format json",
    "thea evaluate cases.jsonl --model .thea/model",
)


def command(
    cases: Annotated[
        str,
        typer.Argument(
            metavar="CASES.jsonl",
            help="A JSON object a line: id, language, kind, broken, fixed.",
        ),
    ],
    *,
    at: Annotated[
        float,
        typer.Option(metavar="F", min=0, max=1, help="The confidence from which one counts."),
    ] = 0.8,
    top: Annotated[
        int, typer.Option(metavar="K", min=1, help="How many candidates may hold the answer.")
    ] = 5,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the first N cases.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES",
            help="Families, codes or prefixes, with commas between them. By default syntax for "
            "what does not parse, and learned for the rest.",
        ),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Leave calibration out: confidences are the raw scores."),
    ] = False,
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="The edit model to measure with.")
    ] = None,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page with plots there, too.")
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write what was offered for each case there, too."),
    ] = None,
    workers: Annotated[
        str | None, typer.Option(metavar="N|auto", help="Worker processes; more than 1 means Ray.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="auto, cpu, mps, cuda or cuda:N.")
    ] = None,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
) -> EvaluationRequest:
    """Correct every case as `thea correct --check --min-confidence 0` would, and compare.

    The table shows, by kind of case, the share for which the first candidate parses, is small (at
    most four token edits), is exact (it has the tokens of the human's text), and for which one of
    the first K is; then the precision and the mean edits of those acted on, and what acting from
    a confidence on comes to. The diagram holds confidence against the share that is exact; ECE is
    its expected calibration error, the noise floor what chance alone makes of it. Cases in which
    `broken` parses are bugs to be found. The configuration of no project counts.
    """
    codes = [part.strip() for text in select or () for part in text.split(",") if part.strip()]
    flags = {"isolated": True, "select": codes or None, "workers": workers, "device": device}
    flags["model"] = model
    request = CorrectRequest(
        paths=(cases,),
        cwd=os.getcwd(),  # noqa: PTH109 - a text is what is wanted
        flags={key: value for key, value in flags.items() if value is not None},
    )
    job = EvaluationJob(cases, at, top, limit, raw)
    chosen = choice("--format", format, ("table", "json"))
    return EvaluationRequest(request, job, chosen, html, predictions)
