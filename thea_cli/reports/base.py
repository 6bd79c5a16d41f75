"""What all reports share: how an outcome is shown, and where its corrections stand."""

from __future__ import annotations

import os
import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import ClassVar

from thea_cli.console import Style
from thea_code_system.values.correction import Correction, Edit, State
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.patch import Patch
from thea_code_system.values.report import Mode, RunReport
from thea_code_system.values.source import LineMap, Position

# What would move a terminal's cursor, colour it or turn its text around, were it in a file's name.
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class View:
    """How the user wants to see a run; ``style`` colours text, or leaves it alone.

    ``prints`` if the corrected text itself is what is written, as a filter writes it.
    """

    root: str
    cwd: str
    mode: Mode = Mode.WRITE
    show_fixes: bool = False
    show_suggestions: bool = False
    style: Style | None = None
    prints: bool = False

    def paint(self, text: str, *styles: str) -> str:
        """The text in colour, where colours are wanted."""
        return self.style(text, *styles) if self.style else text

    def path(self, path: str) -> str:
        """A path of the project as seen from the working directory."""
        shown = os.path.relpath(PurePosixPath(self.root, path), self.cwd)
        return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), shown)

    @property
    def elsewhere(self) -> str:
        """The option that other commands need from here: none inside of the project."""
        inside = PurePath(self.cwd).is_relative_to(self.root)
        return "" if inside else f" --project {shlex.quote(os.path.relpath(self.root, self.cwd))}"

    @property
    def writes(self) -> bool:
        """Whether applied means that the file on disk has changed."""
        return self.mode in {Mode.WRITE, Mode.STAGED}

    def wanted(self, correction: Correction) -> bool:
        """Whether a report meant for people lists this correction."""
        if correction.state is State.APPLIED:
            return True
        return self.show_suggestions and correction.state is State.SUGGESTED


@dataclass(frozen=True)
class Shown:
    """An outcome and the text that its corrections are about, where it could be had."""

    outcome: FileOutcome
    before: str | None = None
    _lines: list[LineMap] = field(default_factory=list)

    @property
    def after(self) -> str:
        """The text with every applied correction; the very text where nothing is applied."""
        edits = [
            edit
            for correction in self.outcome.corrections
            if correction.state is State.APPLIED
            for edit in correction.edits
        ]
        return Patch.rewrite(self.before or "", edits)

    def start(self, correction: Correction) -> Position:
        """Where the first edit of a correction starts; line 1, column 1 if the text is not had."""
        return self.position(min(correction.edits).start) if correction.edits else Position(1, 1)

    def span(self, edit: Edit) -> tuple[Position, Position]:
        """Start and end of an edit; the end is not part of it."""
        return self.position(edit.start), self.position(edit.end)

    def position(self, offset: int) -> Position:
        """Line and column of an offset in the original text."""
        if self.before is None:
            return Position(1, 1)
        if not self._lines:
            self._lines.append(LineMap.of(self.before))
        return self._lines[0].position(offset)

    def best_first(self) -> list[Correction]:
        """The corrections by falling score, then by place."""
        return sorted(
            self.outcome.corrections,
            key=lambda each: (-(each.score or each.confidence), each.edits, each.rules),
        )


class Report(ABC):
    """Renders a run: outcomes as they finish, then the run as a whole.

    Reports sort what they write by path, so that the same run reads the same wherever it ran.
    """

    name: ClassVar[str]

    def __init__(self, view: View, write: Callable[[str], object]) -> None:
        self.view = view
        self.write = write

    def needs_text(self, outcome: FileOutcome) -> bool:
        """Whether this outcome can only be shown with the text that it is about."""
        return bool(outcome.corrections)

    @abstractmethod
    def add(self, shown: Shown) -> None:
        """Take in one outcome."""

    @abstractmethod
    def finish(self, report: RunReport) -> None:
        """Write what is still to be written."""


class SortedReport(Report):
    """A report of text blocks, one for each file that has something to show."""

    def __init__(self, view: View, write: Callable[[str], object]) -> None:
        super().__init__(view, write)
        self._blocks: dict[str, str] = {}

    @abstractmethod
    def block(self, shown: Shown) -> Iterator[str]:
        """The lines to show for one file, without line ends; none for most."""

    def add(self, shown: Shown) -> None:
        """Keep the lines of one file, if it has any."""
        if text := "".join(f"{line}\n" for line in self.block(shown)):
            self._blocks[shown.outcome.path] = text

    def finish(self, report: RunReport) -> None:
        """Write all blocks, by path."""
        del report
        for _, text in sorted(self._blocks.items()):
            self.write(text)
