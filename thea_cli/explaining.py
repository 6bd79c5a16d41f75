"""`thea explain --at FILE:LINE`: what the edit model thinks of a line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thea_cli.console import Console, Style
from thea_cli.request import CorrectRequest
from thea_code_system.errors import UsageError
from thea_code_system.values.source import LineMap, NotTextError, SourceFile

if TYPE_CHECKING:
    from thea_code_system.correctors.learned.explanation import Doubt, LineExplanation

_HOT, _WARM = 0.5, 0.1
_LISTED = 6


@dataclass(frozen=True, slots=True)
class PlaceExplanation:
    """What `thea explain --at` was asked: a file and a line, as written, and a model."""

    at: str
    model: str | None

    def run(self) -> int:
        """Print the line, how probably each token is wrong, and what else could stand there.

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
        config = CorrectRequest(paths=(name,), cwd=str(Path.cwd()), flags=flags).resolve()
        for note in config.notes:
            Console().warn(note)

        from thea_code_system.correctors.learned.explanation import LineExplainer
        from thea_code_system.models.shelf import ModelShelf

        explainer = LineExplainer(ModelShelf(config.model).model())
        self._print(name, explainer.explain(text, language, line))
        return 0

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

    def _print(self, name: str, found: LineExplanation) -> None:
        style, say = Style(sys.stdout), Console.print
        say(style(f"{name}:{found.line}", "bold"))
        if found.fault is not None:
            say(style(f"does not parse: line {found.fault.line}: {found.fault.message}", "red"))
        say(f"    {self._heated(found, style)}")
        suspects = [doubt for doubt in found.doubts if doubt.chance >= _WARM]
        marks = self._marks(found.text, suspects)
        if marks:
            say(f"    {marks}")
        worst = sorted(found.doubts, key=lambda doubt: (-doubt.chance, doubt.start))[:_LISTED]
        if not worst:
            say("There is nothing on this line.")
        for doubt in worst:
            if doubt in suspects or doubt is worst[0]:
                say(self._line(found, doubt, style))

    @staticmethod
    def _colours(chance: float) -> tuple[str, ...]:
        if chance >= _HOT:
            return ("red", "bold")
        return ("yellow",) if chance >= _WARM else ()

    def _heated(self, found: LineExplanation, style: Style) -> str:
        """The line, each token in the colour of its probability of being wrong."""
        parts, at = [], 0
        for doubt in found.doubts:
            if doubt.end <= doubt.start:
                continue
            piece = found.text[doubt.start : doubt.end]
            parts += [found.text[at : doubt.start], self._painted(piece, doubt.chance, style)]
            at = doubt.end
        return "".join((*parts, found.text[at:]))

    def _painted(self, piece: str, chance: float, style: Style) -> str:
        colours = self._colours(chance)
        return style(piece, *colours) if colours else piece

    @staticmethod
    def _marks(text: str, suspects: list[Doubt]) -> str:
        """A line of marks for who sees no colours: ``^`` probable, ``~`` possible."""
        marks = [char if char == "\t" else " " for char in f"{text} "]
        for doubt in suspects:
            for place in range(doubt.start, max(doubt.end, doubt.start + 1)):
                marks[place] = "^" if doubt.chance >= _HOT else "~"
        return "".join(marks).rstrip()

    def _line(self, found: LineExplanation, doubt: Doubt, style: Style) -> str:
        if doubt.text:
            what = f"`{doubt.text if len(doubt.text) < 40 else f'{doubt.text[:36]}…'}`"
        else:
            what = "the indentation" if doubt.start < len(found.text) else "the end of the line"
        what = what.replace("\n", " ")
        options = ", ".join(f"{words} {chance:.2f}" for words, chance in doubt.options)
        chance = self._painted(f"{doubt.chance:.2f}", doubt.chance, style)
        return f"  column {doubt.start + 1}: {what} is wrong with {chance}" + (
            f"; expected: {options}" if options else ""
        )
