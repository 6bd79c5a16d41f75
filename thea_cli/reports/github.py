"""GitHub workflow commands: annotations in the log, and what is too much in the step summary."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from thea_cli.reports.base import Report, Shown
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Failed
from thea_code_system.values.report import RunReport

LIMIT = 10  # of each kind that GitHub shows for a step
KINDS = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One workflow command; ``weight`` orders those of a kind, the most important first."""

    kind: str
    path: str
    line: int
    column: int
    end_line: int
    title: str
    message: str
    weight: float

    def command(self) -> str:
        """The line that GitHub reads from the log."""
        place = f"file={self._property(self.path)},line={self.line},endLine={self.end_line}"
        if self.line == self.end_line:
            place = f"{place},col={self.column}"
        return (
            f"::{self.kind} {place},title={self._property(self.title)}::{self._data(self.message)}"
        )

    def row(self) -> str:
        """A row of the Markdown table in the step summary."""
        cell = self.message.replace("|", "\\|").replace("\n", " ")
        return f"| {self.kind} | `{self.path}:{self.line}` | {self.title} | {cell} |"

    @staticmethod
    def _data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    @classmethod
    def _property(cls, text: str) -> str:
        return cls._data(text).replace(":", "%3A").replace(",", "%2C")


class GithubReport(Report):
    """Broken files are errors, corrections warnings, suggestions notices."""

    name: ClassVar[str] = "github"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._found: list[Annotation] = []

    def add(self, shown: Shown) -> None:
        """Keep the annotations of one file."""
        outcome = shown.outcome
        if isinstance(outcome, Failed):
            title = "does not parse" if outcome.broken else "could not be processed"
            place = (outcome.path, outcome.line, 1, outcome.line)
            self._found.append(Annotation("error", *place, title, outcome.error, 1.0))
        for correction in outcome.corrections:
            if correction.state in {State.APPLIED, State.SUGGESTED}:
                self._found.append(self._correction(shown, correction))

    def finish(self, report: RunReport) -> None:
        """Write the first of each kind; the rest goes to the step summary."""
        del report
        rest: list[Annotation] = []
        for kind in KINDS:
            mine = [each for each in self._found if each.kind == kind]
            mine.sort(key=lambda each: (-each.weight, each.path, each.line))
            for annotation in mine[:LIMIT]:
                self.write(f"{annotation.command()}\n")
            rest += mine[LIMIT:]
        if rest:
            self._summarise(rest)

    def _correction(self, shown: Shown, correction: Correction) -> Annotation:
        start = shown.start(correction)
        end = shown.position(max((edit.end for edit in correction.edits), default=0))
        kind = "warning" if correction.state is State.APPLIED else "notice"
        words = f"{correction.message} (confidence {correction.confidence:.2f})"
        title = "+".join(correction.rules)
        return Annotation(
            kind, shown.outcome.path, start.line, start.column, max(end.line, start.line),
            title, words, correction.confidence,
        )  # fmt: skip

    def _summarise(self, rest: list[Annotation]) -> None:
        """Put what GitHub would not show where it can be read."""
        rows = "\n".join(annotation.row() for annotation in rest)
        table = (
            f"### Thea: {len(rest)} more\n\n| | where | rule | what |\n|---|---|---|---|\n{rows}\n"
        )
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(table)
            self.write(f"{len(rest)} more findings are in the step summary\n")
        else:
            self.write(table)
