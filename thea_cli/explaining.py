"""`thea explain --at FILE:LINE`: what the edit model thinks of a line, and what is offered."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from thea_cli.console import Console, Style
from thea_cli.reports.base import Shown, View
from thea_cli.request import CorrectRequest
from thea_cli.signals import Interruptible
from thea_code_system.config.production import ProductionConfig
from thea_code_system.errors import UsageError
from thea_code_system.values.correction import Correction
from thea_code_system.values.report import Job, Mode
from thea_code_system.values.source import LineMap, NotTextError, SourceFile

if TYPE_CHECKING:
    from thea_code_system.correctors.learned.explanation import LineExplanation


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, explained: what the model thinks of it, and how the file was corrected.

    ``shown`` is None where there was nothing to say about the file.
    """

    name: str
    found: LineExplanation
    shown: Shown | None

    @property
    def candidates(self) -> list[Correction]:
        """The corrections that change the line and, in a broken file, all repairs; best first."""
        every = self.shown.best_first() if self.shown else []
        return [one for one in every if self.touches(one) or one.rule.startswith("syntax/")]

    def touches(self, one: Correction) -> bool:
        """Whether a correction changes something on the line."""
        spans = [self.shown.span(edit) for edit in one.edits] if self.shown else []
        return any(
            start.line <= self.found.line <= max(start.line, end.line - (end.column == 1))
            for start, end in spans
        )


@dataclass(frozen=True, slots=True)
class PlaceExplanation:
    """What `thea explain --at` was asked: a file and a line, as written, a model and a format."""

    at: str
    model: str | None
    format: str = "text"

    def run(self) -> int:
        """Print how probably each token of a line is wrong, what else fits, and what is offered.

        Raises:
            UsageError: there is no such place.
            ToolError: the model cannot be read.
        """
        name, line = self._place()
        from thea_code_system.languages.registry import Languages

        language = Languages().for_path(name)
        if language is None:
            raise UsageError(f"Thea does not know the language of {name}", "It goes by the suffix.")
        text = self._text(name)
        lines = len(LineMap.of(text).starts) - text.endswith(("\n", "\r"))
        if not 1 <= line <= lines:
            raise UsageError(f"{name} has {lines:,} lines, and no line {line}")
        flags = {"model": self.model} if self.model else {}
        request = CorrectRequest(paths=(name,), cwd=str(Path.cwd()), flags=flags, check=True)
        config = request.resolve()
        for note in config.notes:
            Console().warn(note)

        from thea_code_system.correctors.learned.explanation import LineExplainer
        from thea_code_system.models.shelf import ModelShelf

        model = ModelShelf(config.model, config.device).model()
        found = LineExplainer(model).explain(text, language, line)
        job = replace(request.job(config), hook=True)  # which looks for bugs, too
        return Interruptible().run(self._explain(name, found, text, job, config))

    def _place(self) -> tuple[str, int]:
        name, colon, line = self.at.rpartition(":")
        if not colon or not name or not line.isdecimal():
            raise UsageError(f"--at cannot be {self.at}", "Write --at src/shop.py:12.")
        return name, int(line)

    @staticmethod
    def _text(name: str) -> str:
        try:
            return SourceFile.decode(name, Path(name).read_bytes()).text
        except FileNotFoundError as error:
            raise UsageError(f"there is no file {name}", "Check the path's spelling.") from error
        except OSError as error:
            raise UsageError(f"cannot read {name}: {error.strerror}") from error
        except NotTextError as error:
            raise UsageError(f"{name} cannot be explained: {error}") from error

    async def _explain(
        self, name: str, found: LineExplanation, text: str, job: Job, config: ProductionConfig
    ) -> int:
        """Correct the file as `thea correct --check` would in a hook, and print."""
        from thea_cli.placed import PlaceJson, PlaceText
        from thea_code_system.actors.core.orchestration_actor import OrchestrationActor
        from thea_code_system.wrappers import create_actor

        handle = create_actor(OrchestrationActor, config, inline=True)
        try:
            outcomes = [outcome async for outcome in handle.run(job)]
            report = await handle.report()
        finally:
            await handle.shutdown()
        for lost, why in report.unavailable.items():
            Console().warn(f"without {lost}: {why}")
        place = Place(name, found, next((Shown(outcome, text) for outcome in outcomes), None))
        if self.format == "json":
            Console.print(json.dumps(PlaceJson(place).plain(), indent=2, ensure_ascii=False))
        else:
            view = View(config.root, os.getcwd(), Mode.CHECK, style=Style(sys.stdout))  # noqa: PTH109
            PlaceText(place, view).print()
        return 0
