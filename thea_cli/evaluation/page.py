"""The figures of an evaluation as one self-contained page."""

from __future__ import annotations

from html import escape
from pathlib import Path

from thea_cli.evaluation.plots import Plot
from thea_code_system import __version__
from thea_code_system.values.evaluation import EvaluationJob, EvaluationReport, KindScores

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #667085; --rule: #e3e6eb; --paper: #fff;
  --mark: #1f6feb; --other: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #98a2b3; --rule: #2b323d;
  --paper: #12161c; --mark: #6ea8ff; --other: #fb923c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1000px; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, figcaption { color: var(--soft); margin: .25rem 0; max-width: 46rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }
th { font-weight: 600; color: var(--soft); } th:first-child, td:first-child { text-align: left; }
tbody tr:first-child td { font-weight: 600; }
.plots { display: flex; flex-wrap: wrap; gap: 2rem; } figure { margin: 0; max-width: 24.5rem; }
svg { max-width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--rule); } polyline { fill: none; stroke-width: 2; }
.ideal { stroke: var(--soft); stroke-dasharray: 4 4; stroke-width: 1; }
.curve { stroke: var(--mark); } .whisker { stroke: var(--mark); stroke-width: 1.5; opacity: .55; }
.dot { fill: var(--mark); } .chosen { fill: var(--other); } .column { fill: var(--mark);
  opacity: .45; }
"""


class EvaluationPage:
    """Writes a report as HTML; it loads nothing from anywhere."""

    def __init__(self, report: EvaluationReport, job: EvaluationJob) -> None:
        self._of, self._job = report, job

    def html(self) -> str:
        """The whole page."""
        name = escape(Path(self._job.cases).name)
        raw = "; confidences are raw scores" if self._job.raw else ""
        whole = self._of.kinds[0]
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Thea on {name}</title><style>{_STYLE}</style></head><body>\n"
            f"<h1>Thea on {name}</h1>\n<p>{whole.n:,} cases, {whole.acted:,} acted on,"
            f" in {self._of.seconds:.1f} s ({escape(self._of.placement)});"
            f" Thea {__version__}{raw}.</p>\n"
            f"{self._table()}\n{self._plots() if self._of.scored else ''}\n</body></html>\n"
        )

    def _table(self) -> str:
        at = f"{self._of.at:g}"
        names = (
            "kind", "n", "acted", "parse", "small", "exact", f"top {self._of.top}", "precision",
            "edits", f"coverage at {at}", f"precision at {at}",
        )  # fmt: skip
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        rows = "\n".join(self._row(each) for each in self._of.kinds)
        return (
            f'<h2>By kind</h2>\n<div class="wide"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>\n{rows}\n</tbody></table></div>\n"
            "<p>Shares of the cases: the first candidate parses; it is small (at most four token"
            " edits); it has the tokens of the human's text (exact); one of the first"
            f" {self._of.top} has. Precision and mean edits are of the cases acted on.</p>"
        )

    @staticmethod
    def _row(each: KindScores) -> str:
        shares = (each.parse, each.small, each.exact, each.top, each.precision)
        sure = f"{each.sure_precision:.1%}" if each.sure_coverage else ""
        cells = (
            escape(each.kind), f"{each.n:,}", f"{each.acted:,}", *(f"{one:.1%}" for one in shares),
            f"{each.edits:.1f}", f"{each.sure_coverage:.1%}", sure,
        )  # fmt: skip
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def _plots(self) -> str:
        return (
            '<h2>Confidence</h2>\n<div class="plots">\n'
            f"<figure>{self._reliability()}<figcaption>Reliability of {self._of.scored:,} first"
            f" candidates in ten bins. ECE {self._of.ece:.3f}, noise floor {self._of.floor:.3f};"
            f" {self._of.distinct} distinct confidences. Bars: how many.</figcaption></figure>\n"
            f"<figure>{self._risk()}<figcaption>Risk and coverage of acting from a confidence on."
            f" Mean risk along the curve {self._of.area:.3f}; marked: confidence"
            f" {self._of.at:g}.</figcaption></figure>\n</div>"
        )

    def _reliability(self) -> str:
        plot = Plot("Reliability diagram", "confidence", "share exact", strip=True)
        plot.line([(0, 0), (1, 1)], "ideal")
        most = max(each.n for each in self._of.bins)
        for each in self._of.bins:
            if each.n:
                words = (
                    f"{each.low:.1f} to {each.high:.1f}: {each.hits} of {each.n}; predicted"
                    f" {each.predicted:.3f}, actual {each.actual:.3f}"
                )
                plot.whisker(each.predicted, each.least, each.most)
                plot.dot(each.predicted, each.actual, words)
                plot.column(each.low, each.high, each.n / most, f"{each.n:,} cases")
        return plot.svg()

    def _risk(self) -> str:
        plot = Plot("Risk-coverage curve", "coverage of all cases", "risk: share not exact")
        plot.line([(point.coverage, point.risk) for point in self._of.curve], "curve")
        sure = [point for point in self._of.curve if point.confidence >= self._of.at]
        if sure:
            words = (
                f"from {self._of.at:g}: coverage {sure[-1].coverage:.1%}, risk {sure[-1].risk:.1%}"
            )
            plot.dot(sure[-1].coverage, sure[-1].risk, words, "chosen")
        return plot.svg()
