"""The figures of an evaluation in the terminal: table, reliability diagram, risk and coverage."""

from __future__ import annotations

from thea_cli.console import Console
from thea_cli.tables import Table
from thea_code_system.values.evaluation import EvaluationReport
from thea_code_system.values.reliability import ReliabilityBin

_WIDTH = 40  # of a bar that stands for 1
_STEPS = (0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)


class EvaluationTables:
    """Draws a report in the terminal."""

    def __init__(self, report: EvaluationReport) -> None:
        self._of = report

    def print(self) -> None:
        """All there is to say."""
        number = self._of.kinds[0].n
        Console.print(f"{number:,} cases in {self._of.seconds:.1f} s ({self._of.placement})\n")
        self._kinds()
        if self._of.scored:
            self._reliability()
            self._risk()

    def _kinds(self) -> None:
        shares = ("parse", "small", "exact", f"top {self._of.top}", "precision")
        sure = (f"at {self._of.at:g}: coverage", f"at {self._of.at:g}: precision")
        headings = ("n", "acted", *shares, "edits", *sure)
        table = Table("kind", *headings, right=headings)
        for row in self._of.kinds:
            exact = (row.parse, row.small, row.exact, row.top, row.precision)
            precision = f"{row.sure_precision:.1%}" if row.sure_coverage else ""
            table.row(
                row.kind, row.n, row.acted, *(f"{share:.1%}" for share in exact),
                f"{row.edits:.1f}", f"{row.sure_coverage:.1%}", precision,
            )  # fmt: skip
        table.print()

    def _reliability(self) -> None:
        Console.print("confidence of first candidates, and the share that is exact")
        table = Table(
            "confidence", "n", "predicted", "actual", "95 %", "actual █, predicted │",
            right=("n", "predicted", "actual"),
        )  # fmt: skip
        for each in reversed(self._of.bins):
            span = f"{each.low:.1f} to {each.high:.1f}"
            if not each.n:
                table.row(span, "", "", "", "", "")
                continue
            interval = f"{each.least:.2f} to {each.most:.2f}"
            numbers = (each.n, f"{each.predicted:.3f}", f"{each.actual:.3f}", interval)
            table.row(span, *numbers, bar(each))
        table.print()
        Console.print(
            f"ECE {self._of.ece:.3f} (noise floor {self._of.floor:.3f}) over {self._of.scored:,}"
            f" acted cases, {self._of.distinct} distinct confidences\n"
        )

    def _risk(self) -> None:
        Console.print("what comes of acting from a confidence on")
        headings = ("coverage", "precision", "risk")
        table = Table("confidence", *headings, "risk █", right=headings)
        shown = None
        for step in _STEPS:
            at_least = [point for point in self._of.curve if point.confidence >= step]
            if at_least and at_least[-1] is not shown:
                shown = at_least[-1]
                shares = (shown.coverage, 1 - shown.risk, shown.risk)
                risk = "█" * round(shown.risk * _WIDTH)
                table.row(f"{step:.2f}", *(f"{share:.1%}" for share in shares), risk)
        table.print()
        Console.print(f"mean risk along the whole curve: {self._of.area:.3f}")


def bar(each: ReliabilityBin) -> str:
    """A bar as long as the actual share, with a mark where the predicted one ends."""
    cells = ["█" if cell < round(each.actual * _WIDTH) else " " for cell in range(_WIDTH + 1)]
    cells[round(each.predicted * _WIDTH)] = "│"
    return "".join(cells).rstrip()
