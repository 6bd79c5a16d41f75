"""What the corrections of a run are committed as; an organ of the orchestration actor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from thea_code_system.values.commits import CommitPer, CommitSeries, CommitStep
from thea_code_system.values.correction import Correction
from thea_code_system.values.outcome import Corrected, FileOutcome
from thea_code_system.values.patch import Patch
from thea_code_system.values.source import SourceFile

LISTING = ".git-blame-ignore-revs"
_WIDTH = 72  # what git's own tools show of a subject


class CommitPlan:
    """Collects what a run corrects, and composes the states of the files in between.

    Rules come in the order in which they wrote: a repair before what was found in repaired text.

    Args:
        per: what goes into a commit of its own.
        listing: the file in which a last commit lists the others; empty where none is wanted.
    """

    def __init__(self, per: CommitPer, listing: str) -> None:
        self._per = per
        self._listing = listing
        self._files: dict[str, Corrected] = {}

    def add(self, outcome: FileOutcome) -> None:
        """Take in an outcome; only files that were written count."""
        if isinstance(outcome, Corrected):
            self._files[outcome.path] = outcome

    @property
    def digests(self) -> Mapping[str, str]:
        """What the ledger knows the former content of each file by."""
        return {path: one.digest for path, one in self._files.items()}

    def series(self, run: str, before: Mapping[str, bytes]) -> CommitSeries:
        """The commits of a run, given what its files were."""
        groups = sorted(self._applied(), key=lambda one: (self._key(*one), one[0]))
        done: dict[str, list[Correction]] = {}
        steps = []
        for _, group in groupby(groups, key=lambda one: self._key(*one)):
            mine = list(group)
            for path, correction in mine:
                done.setdefault(path, []).append(correction)
            touched = sorted({path for path, _ in mine})
            files = {path: self._composed(path, before[path], done[path]) for path in touched}
            steps.append(CommitStep(self._message(run, mine), files))
        return CommitSeries(tuple(steps), before, self._listing, run)

    def _applied(self) -> Iterator[tuple[str, Correction]]:
        for path, outcome in self._files.items():
            for one in outcome.applied:
                yield path, one

    def _key(self, path: str, correction: Correction) -> tuple[object, ...]:
        """What belongs together, in order."""
        match self._per:
            case CommitPer.RUN:
                return ()
            case CommitPer.FILE:
                return (path,)
            case CommitPer.RULE:
                return (self._first_pass[correction.rule], correction.rule)

    @property
    def _first_pass(self) -> Mapping[str, int]:
        """The pass in which each rule first wrote anything."""
        passes = sorted(((one.pass_, one.rule) for _, one in self._applied()), reverse=True)
        return {rule: number for number, rule in passes}

    @staticmethod
    def _composed(path: str, before: bytes, corrections: Sequence[Correction]) -> bytes:
        source = SourceFile.decode(path, before)
        return source.encode_text(Patch.corrected(source.text, corrections))

    def _message(self, run: str, group: Sequence[tuple[str, Correction]]) -> str:
        """Rules in the subject where they fit; then every rule with its number, and the run."""
        rules = Counter(rule for _, correction in group for rule in correction.rules)
        counted = "\n".join(f"{code}: {number}" for code, number in rules.most_common())
        subject = next(one for one in self._subjects(group, sorted(rules)) if len(one) <= _WIDTH)
        return f"{subject}\n\n{counted}\n\nThea-Run: {run}\n"

    def _subjects(
        self, group: Sequence[tuple[str, Correction]], rules: Sequence[str]
    ) -> Iterator[str]:
        """Subjects, the most telling first, the last one short."""
        paths = sorted({path for path, _ in group})
        files = f"{len(paths)} files" if paths[1:] else "1 file"
        where = files if paths[1:] or not paths[0].isprintable() else paths[0]
        number = f"{len(rules)} rules" if rules[1:] else rules[0]
        yield f"Correct {', '.join(rules)} in {where}"
        yield f"Correct {number} in {where}"
        yield f"Correct {number} in {files}"
        yield f"Correct {files}"
