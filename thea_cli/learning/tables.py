"""What was learned from, and what it is worth, in the terminal."""

from __future__ import annotations

import os
from pathlib import Path

from thea_cli.console import Console
from thea_cli.tables import Table
from thea_code_system.values.evaluation import EVERY
from thea_code_system.values.learning import LearningReport, RankingScores


class LearningTables:
    """Shows a report.

    Args:
        report: what to show.
        cwd: the folder that paths are shown from.
    """

    def __init__(self, report: LearningReport, cwd: Path) -> None:
        self._of, self._cwd = report, cwd

    def print(self) -> None:
        """All there is to say."""
        report = self._of
        table = Table(
            "repository", "commits", "repairs", "bugs", right=("commits", "repairs", "bugs")
        )
        for one in report.repositories:
            table.row(one.name, f"{one.commits:,}", one.syntax, one.bugs)
        table.print()
        if not report.steps and not report.scores:
            Console.print(f"{report.pairs:,} pairs")
            return
        Console.print(
            f"Learned from {report.learned:,} pairs and {report.pieces:,} pieces of code in"
            f" {report.steps:,} steps, {report.minutes:.1f} minutes; {report.held:,} held out.\n"
        )
        self._scores()
        if report.ranking is not None:
            Console.print(self._ranked(report.ranking))
        self._end()

    def _scores(self) -> None:
        if not self._of.scores:
            return
        names = ("n", "right before", "after", "in five before", " after")
        table = Table("held-out pairs", *names, right=names)
        for each in self._of.scores:
            kind = "all" if each.kind == EVERY else each.kind
            exact, top = (each.exact_before, each.exact_after), (each.top_before, each.top_after)
            table.row(kind, each.n, *exact, *top)
        table.print()
        before, after = self._of.losses
        Console.print(f"mean loss on held-out pairs: {before:.2f} before, {after:.2f} after")

    @staticmethod
    def _ranked(ranking: RankingScores) -> str:
        if ranking.fitted is None:
            few = f"{ranking.n} held-out repairs are too few to fit it, 50 would do."
            return f"The ranking of repairs stays as it was: {few}"
        told = f"{ranking.kept} of {ranking.n} first before, {ranking.fitted} after, in five folds"
        if ranking.chosen:
            return f"The ranking of repairs was fitted anew: {told}."
        return f"The ranking of repairs stays as it was, for a new one is no better: {told}."

    def _end(self) -> None:
        if self._of.worse:
            kept = "--force wrote it." if self._of.written else "It was not written."
            Console.print(f"The new model is worse than the one it started from. {kept}")
        if self._of.written:
            folder = os.path.relpath(self._of.written, self._cwd)
            Console.print(f'Written to {folder}. Use it: thea correct --model "{folder}"')
        else:
            Console.print(
                "`thea learn --resume --minutes M` trains on up to M minutes; with --force it is"
                " written all the same."
            )
