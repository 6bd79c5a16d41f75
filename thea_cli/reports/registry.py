"""The report of each output format, imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from thea_cli.reports.base import Report, View

FORMATS = {
    "full": "full:FullReport",
    "concise": "concise:ConciseReport",
    "json": "json:JsonReport",
    "json-lines": "json:JsonLinesReport",
    "diff": "diff:DiffReport",
    "sarif": "sarif:SarifReport",
    "github": "github:GithubReport",
    "gitlab": "gitlab:GitlabReport",
}


def make_report(name: str, view: View, write: Callable[[str], object]) -> Report:
    """The report of a format."""
    module, _, cls = FORMATS[name].partition(":")
    report: type[Report] = getattr(importlib.import_module(f"thea_cli.reports.{module}"), cls)
    return report(view, write)
