"""The stable JSON form of a run; its version changes when a consumer could break."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from thea_cli.reports.base import Report, Shown
from thea_code_system.values.correction import Correction, Edit
from thea_code_system.values.outcome import Failed
from thea_code_system.values.report import RunReport
from thea_code_system.values.source import Position

VERSION = 1


class JsonReport(Report):
    """One document: version, run, files by path, statistics."""

    name: ClassVar[str] = "json"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._files: dict[str, str] = {}

    def add(self, shown: Shown) -> None:
        """Keep one file, already as text: that takes the least memory."""
        self._files[shown.outcome.path] = json.dumps(self.file(shown), ensure_ascii=False)

    def finish(self, report: RunReport) -> None:
        """Write the document."""
        head = json.dumps({"version": VERSION, "run": report.run or None})
        files = ",\n".join(text for _, text in sorted(self._files.items()))
        statistics = json.dumps(self.statistics(report), ensure_ascii=False)
        self.write(f'{head[:-1]}, "files": [\n{files}\n], "statistics": {statistics}}}\n')

    @classmethod
    def statistics(cls, report: RunReport) -> dict[str, Any]:
        """The run as a whole."""
        return {
            "seconds": round(report.seconds, 3),
            "placement": report.placement,
            "files": dict(report.files),
            "corrections": dict(report.states),
            "unavailable": dict(report.unavailable),
            "warnings": list(report.warnings),
            "proof": dict(report.proof),
            "commits": list(report.commits),
            "problems": list(report.problems),
            **cls._measured(report),
        }

    @staticmethod
    def _measured(report: RunReport) -> dict[str, Any]:
        """Counters and accumulators; a run without a candidate has none, and never loads torch."""
        if not any(report.statistics.values()):
            return {}
        from thea_code_system.statistics import RunStatistics

        return RunStatistics.unpack(report.statistics).summary()

    @classmethod
    def file(cls, shown: Shown) -> dict[str, Any]:
        """One file; corrections best first."""
        outcome = shown.outcome
        return {
            "path": outcome.path,
            "status": outcome.status,
            "reason": outcome.reason,
            "line": outcome.line if isinstance(outcome, Failed) and outcome.broken else None,
            "corrections": [cls.correction(shown, each) for each in shown.best_first()],
        }

    @classmethod
    def correction(cls, shown: Shown, correction: Correction) -> dict[str, Any]:
        """One correction, with the places of its edits."""
        return {
            "id": correction.id,
            "fingerprint": correction.fingerprint,
            "rules": list(correction.rules),
            "message": correction.message,
            "confidence": correction.confidence,
            "safety": correction.safety.name.lower().replace("_", "-"),
            "state": correction.state.value,
            "reason": correction.reason,
            "evidence": dict(correction.evidence),
            "edits": [cls._edit(shown, edit) for edit in sorted(correction.edits)],
        }

    @classmethod
    def _edit(cls, shown: Shown, edit: Edit) -> dict[str, Any]:
        start, end = shown.span(edit)
        return {
            "start": cls._position(start),
            "end": cls._position(end),
            "replacement": edit.replacement,
        }

    @staticmethod
    def _position(position: Position) -> dict[str, int]:
        return {"line": position.line, "column": position.column}


class JsonLinesReport(JsonReport):
    """A line for each file as it finishes, then one for the run."""

    name: ClassVar[str] = "json-lines"

    def add(self, shown: Shown) -> None:
        """Write one file at once."""
        entry = {"version": VERSION, "kind": "file", **self.file(shown)}
        self.write(f"{json.dumps(entry, ensure_ascii=False)}\n")

    def finish(self, report: RunReport) -> None:
        """Write the run."""
        entry = {
            "version": VERSION,
            "kind": "run",
            "run": report.run or None,
            "statistics": self.statistics(report),
        }
        self.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
