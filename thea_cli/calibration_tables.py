"""`thea stats --calibration`: predicted confidence beside what was made of the corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from thea_cli.console import Console
from thea_cli.tables import Table
from thea_code_system.values.reliability import FamilyReliability, ReliabilityBin

_NUMBERS = ("judged", "kept", "predicted", "kept share", "posterior")
NOTHING = (
    "Nothing has been judged here yet. Answers in `thea review`, `thea undo` of a correction or a"
    " file, a verifier's rejections, and corrections that a later commit holds are evidence;"
    " silence is none."
)


class CalibrationTables:
    """Shows families, each as a whole and by tenths of confidence."""

    def __init__(self, families: Sequence[FamilyReliability]) -> None:
        self._families = families

    def print(self) -> None:
        """In the terminal; a bin that nobody judged is left out."""
        if not self._families:
            Console.print(NOTHING)
            return
        table = Table("family", "confidence", *_NUMBERS, "95 %", right=_NUMBERS)
        for each in self._families:
            table.row(each.family, "all", *self._cells(each.whole))
            for one in reversed(each.bins):
                if one.n:
                    span = f"{one.low:.1f} to {one.high:.1f}"
                    table.row(each.family, span, *self._cells(one))
        table.print()
        for each in self._families:
            said = ", ".join(f"{source} {number}" for source, number in each.sources)
            Console.print(
                f"{each.family}: ECE {each.ece:.3f} (noise floor {each.floor:.3f}); said by: {said}"
            )
        Console.print(
            "The posterior starts from the predicted confidence, which weighs as much as twenty"
            " answers."
        )

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {"version": 1, "families": [self._plain(each) for each in self._families]}

    @staticmethod
    def _cells(one: ReliabilityBin) -> tuple[object, ...]:
        return (
            one.n, one.hits, f"{one.predicted:.2f}", f"{one.actual:.2f}", f"{one.posterior:.2f}",
            f"{one.least:.2f} to {one.most:.2f}",
        )  # fmt: skip

    @staticmethod
    def _plain(each: FamilyReliability) -> dict[str, Any]:
        return {**asdict(each), "sources": dict(each.sources)}
