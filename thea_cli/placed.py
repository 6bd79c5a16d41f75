"""An explained line, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thea_cli.console import Console
from thea_cli.reports.base import Shown, View
from thea_cli.reports.full import FullReport
from thea_cli.reports.json import VERSION, JsonReport
from thea_code_system.values.correction import Correction, State

if TYPE_CHECKING:
    from thea_cli.explaining import Place
    from thea_code_system.correctors.learned.explanation import Doubt

_HOT, _WARM = 0.5, 0.1
_LISTED = 6


class PlaceText:
    """The line in the colours of its probabilities of being wrong, then what is offered."""

    def __init__(self, place: Place, view: View) -> None:
        self._place, self._found, self._view = place, place.found, view

    def print(self) -> None:
        """Write it to standard output."""
        found, say, paint = self._found, Console.print, self._view.paint
        say(paint(f"{self._place.name}:{found.line}", "bold"))
        if found.fault is not None:
            say(paint(f"does not parse: line {found.fault.line}: {found.fault.message}", "red"))
        say(f"    {self._heated()}")
        suspects = [doubt for doubt in found.doubts if doubt.chance >= _WARM]
        marks = self._marks(suspects)
        if marks:
            say(f"    {marks}")
        worst = sorted(found.doubts, key=lambda doubt: (-doubt.chance, doubt.start))[:_LISTED]
        if not worst:
            say("There is nothing on this line.")
        for doubt in worst:
            if doubt in suspects or doubt is worst[0]:
                say(self._line(doubt))
        self._offer()

    def _offer(self) -> None:
        """The candidates, each with its confidence, its fate and the lines that it changes."""
        shown, candidates = self._place.shown, self._place.candidates
        if shown is None or not candidates:
            reason = shown.outcome.reason if shown and shown.outcome.status == "skipped" else ""
            skipped = f"; the file is skipped: {reason}" if reason else ""
            Console.print(f"Thea offers nothing here{skipped}.")
            return
        here = self._place.touches(candidates[0])
        Console.print("Thea offers:" if here else "Thea offers, elsewhere in the file:")
        for one in candidates[:_LISTED]:
            self._candidate(shown, one)
        if more := len(candidates[_LISTED:]):
            Console.print(f"  and {more:,} more, less probable: --format json")

    def _candidate(self, shown: Shown, one: Correction) -> None:
        paint = self._view.paint
        applied = one.state is State.APPLIED
        colours = (
            ("green", "bold") if applied else ("yellow" if one.confidence >= _WARM else "dim",)
        )
        chance = paint(f"{one.confidence:.2f}", *colours)
        fate = "would be applied" if applied else f"{one.state.value}: {one.reason}".rstrip(": ")
        code = paint("+".join(one.rules), "bold")
        Console.print(f"  {chance} {code} {one.message} {paint(f'({fate})', 'dim')}")
        evidence = "; ".join(f"{name}: {text}" for name, text in one.evidence)
        if evidence:
            Console.print(f"       {paint(evidence, 'dim')}")
        for line in FullReport(self._view, Console.print).lines(shown, one):
            Console.print(f"   {line}")

    def _heated(self) -> str:
        """The line, each token in the colour of its probability of being wrong."""
        parts, at = [], 0
        text = self._found.text
        for doubt in self._found.doubts:
            if doubt.end <= doubt.start:
                continue
            piece = text[doubt.start : doubt.end]
            parts += [text[at : doubt.start], self._painted(piece, doubt.chance)]
            at = doubt.end
        return "".join((*parts, text[at:]))

    def _painted(self, piece: str, chance: float) -> str:
        """A piece of the line in the colour of its probability of being wrong."""
        if chance >= _HOT:
            return self._view.paint(piece, "red", "bold")
        return self._view.paint(piece, "yellow") if chance >= _WARM else piece

    def _marks(self, suspects: list[Doubt]) -> str:
        """A line of marks for who sees no colours: ``^`` probable, ``~`` possible."""
        marks = [char if char == "\t" else " " for char in f"{self._found.text} "]
        for doubt in suspects:
            for place in range(doubt.start, max(doubt.end, doubt.start + 1)):
                marks[place] = "^" if doubt.chance >= _HOT else "~"
        return "".join(marks).rstrip()

    def _line(self, doubt: Doubt) -> str:
        if doubt.text:
            what = f"`{doubt.text if len(doubt.text) < 40 else f'{doubt.text[:36]}…'}`"
        else:
            what = (
                "the indentation" if doubt.start < len(self._found.text) else "the end of the line"
            )
        what = what.replace("\n", " ")
        options = ", ".join(f"{words} {chance:.2f}" for words, chance in doubt.options)
        chance = self._painted(f"{doubt.chance:.2f}", doubt.chance)
        return f"  column {doubt.start + 1}: {what} is wrong with {chance}" + (
            f"; expected: {options}" if options else ""
        )


class PlaceJson:
    """The same as plain values; its version changes when a consumer could break."""

    def __init__(self, place: Place) -> None:
        self._place, self._found = place, place.found

    def plain(self) -> dict[str, Any]:
        """Lines and columns count from 1, columns in code points; the end is not part of a span."""
        place, found = self._place, self._found
        fault = found.fault and {"line": found.fault.line, "message": found.fault.message}
        shown = place.shown
        return {
            "version": VERSION,
            "path": place.name,
            "line": found.line,
            "text": found.text,
            "fault": fault,
            "tokens": [self._token(doubt) for doubt in found.doubts],
            "status": shown.outcome.status if shown else "clean",
            "reason": shown.outcome.reason if shown else "",
            "candidates": [
                {"here": place.touches(one), **JsonReport.correction(shown, one)}
                for one in place.candidates
                if shown
            ],
        }

    @staticmethod
    def _token(doubt: Doubt) -> dict[str, Any]:
        """A token; that without a text is the line's indentation, or its end."""
        return {
            "text": doubt.text,
            "start": doubt.start + 1,
            "end": doubt.end + 1,
            "wrong": round(doubt.chance, 4),
            "expected": [
                {"what": words, "probability": round(chance, 4)} for words, chance in doubt.options
            ],
        }
