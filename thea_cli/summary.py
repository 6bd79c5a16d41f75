"""What a run came to, in a few lines that a person can act on."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from thea_cli.reports.base import View
from thea_cli.suggestions import presentable
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import (
    Clean,
    Corrected,
    Failed,
    FileOutcome,
    Skipped,
    SkipReason,
)
from thea_code_system.values.report import Mode, RunReport

_ABBREVIATED = 10  # digits of a commit's name
_NAMED = 5  # failed files that are listed by name


class Summary:
    """Keeps what is worth a line; clean files leave nothing but their number."""

    def __init__(self, view: View, *, names_failures: bool = True) -> None:
        self._view = view
        self._names_failures = names_failures  # where the report itself does not
        self.files = 0
        self.corrections = 0
        self._skips: Counter[str] = Counter()
        self._limit = ""
        self._suggestions = self._displaced = 0
        self._failed: list[Failed] = []
        self._rejected: list[tuple[str, Correction]] = []

    def add(self, outcome: FileOutcome) -> None:
        """Take in one outcome."""
        self.files += 1
        if isinstance(outcome, Clean) and not outcome.corrections:
            return
        if isinstance(outcome, Skipped):
            self._skips[outcome.why.value] += 1
            self._limit = outcome.detail if outcome.why is SkipReason.BUDGET else self._limit
        if isinstance(outcome, Failed):
            self._failed.append(outcome)
        for correction in presentable(outcome.corrections):
            if correction.state is State.APPLIED and isinstance(outcome, Corrected):
                self.corrections += 1
            elif correction.state is State.SUGGESTED and correction.is_placed:
                self._suggestions += 1
            elif correction.state is State.SUGGESTED:
                self._displaced += 1
            elif correction.state is State.REJECTED:
                self._rejected.append((outcome.path, correction))

    def lines(self, report: RunReport) -> Iterator[str]:
        """The summary; the first line is the result, the others say what to do."""
        yield self._headline(report)
        if self._names_failures:
            yield from self._failures()
        if broken := len([each for each in self._failed if each.broken]):
            noun = "file does" if broken == 1 else "files do"
            yield (
                f"{broken:,} {noun} not parse, and no repair is probable enough: "
                "--show-suggestions shows the candidates."
            )
        if report.proof:
            yield from self._proof(report)
        if newer := self._skips[SkipReason.NEWER_SYNTAX.value]:
            noun = "file uses" if newer == 1 else "files use"
            running = f"{sys.version_info.major}.{sys.version_info.minor}"
            yield (
                f"{newer:,} {noun} syntax that is newer than Python {running}, which runs Thea: "
                "run it under the Python that they are written for."
            )
        for why in dict.fromkeys(report.unavailable.values()):
            names = " and ".join(name for name, each in report.unavailable.items() if each == why)
            yield f"Without {names}: {why} (`thea doctor` says what to do)"
        if report.files.get("corrected") and not self._view.prints:
            yield self._next_step(report)
        if left := self._skips[SkipReason.BUDGET.value]:
            noun = "file was" if left == 1 else "files were"
            yield f"{left:,} {noun} not reached within {self._limit}: the next run takes them up."
        if self._suggestions:
            noun = "suggestion" if self._suggestions == 1 else "suggestions"
            yield f"{self._suggestions:,} {noun}{self._review()}"

        if self._displaced:
            noun = "correction was" if self._displaced == 1 else "corrections were"
            yield (
                f"{self._displaced:,} {noun} not made, where the working tree differs from the "
                "index: stage again, or see --show-suggestions."
            )

    def _review(self) -> str:
        """Where suggestions can be answered: a run that writes nothing is in no ledger."""
        if self._view.mode is Mode.STDIN:
            return ": --output-format full --show-suggestions lists them"
        later = "" if self._view.writes else " (after a run that writes)"
        return f": thea review{self._view.elsewhere}{later}"

    def _headline(self, report: RunReport) -> str:
        paint = self._view.paint
        clean, corrected = report.files.get("clean", 0), report.files.get("corrected", 0)
        parts = []
        if corrected:
            done = self._view.writes or self._view.prints
            verb = "Corrected" if done else "Would correct"
            files = self._files(corrected)
            fixes = f"{self.corrections:,} correction{'s' if self.corrections != 1 else ''}"
            parts.append(paint(f"{verb} {files} ({fixes})", "green", "bold"))
        if self._failed:
            parts.append(paint(f"{len(self._failed):,} failed", "red", "bold"))
        if not any(report.files.values()):
            return "No files to correct."
        parts.append(f"{clean:,} clean" if parts else paint(f"{self._files(clean)} clean", "green"))
        if self._skips:
            whys = ", ".join(f"{n:,} {why}" for why, n in self._skips.most_common(4))
            parts.append(f"{report.files.get('skipped', 0):,} skipped ({whys})")
        return f"{', '.join(parts)}; {report.seconds:.2f} s."

    def _failures(self) -> Iterator[str]:
        for failed in sorted(self._failed, key=lambda each: each.path)[:_NAMED]:
            yield f"  {self._view.paint(self._view.path(failed.path), 'bold')}: {failed.error}"
        if len(self._failed) > _NAMED:
            yield f"  and {len(self._failed) - _NAMED:,} more (--output-format concise lists all)"

    def _proof(self, report: RunReport) -> Iterator[str]:
        """What was tried to prove the corrections, and what is left out for what it breaks."""
        rungs = ", ".join(f"{number:,} x {name}" for name, number in report.proof.items())
        yield f"Proved on copies of the tree: {rungs}."
        for path, one in self._rejected[:_NAMED]:
            yield f"  left out: {self._view.path(path)}: {'+'.join(one.rules)} {one.reason}"
        if len(self._rejected) > _NAMED:
            yield f"  and {len(self._rejected) - _NAMED:,} more (--output-format json lists all)"

    def _next_step(self, report: RunReport) -> str:
        if self._view.mode is Mode.STAGED:
            return "Stage the corrected files again (git add), or take them back: thea undo"
        if report.commits:
            number = len(report.commits)
            commits = f"{number} commits, the last one" if number > 1 else "commit"
            last = report.commits[-1][:_ABBREVIATED]
            return f"Made {commits} {last}: git revert takes back those that you name."
        if self._view.writes:
            return f"Take it back: thea undo {report.run}{self._view.elsewhere}"
        return "Nothing was written. `thea correct` without --check or --diff applies it."

    @staticmethod
    def _files(number: int) -> str:
        return f"{number:,} file{'s' if number != 1 else ''}"
