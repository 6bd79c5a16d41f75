"""GitLab Code Quality: a JSON list of findings."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, ClassVar

from thea_cli.reports.base import Report, Shown
from thea_code_system.values.correction import Correction, State
from thea_code_system.values.outcome import Failed
from thea_code_system.values.report import RunReport


class GitlabReport(Report):
    """Corrections, suggestions and broken files; fingerprints survive moves of their lines."""

    name: ClassVar[str] = "gitlab"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._findings: list[dict[str, Any]] = []

    def add(self, shown: Shown) -> None:
        """Keep the findings of one file."""
        outcome = shown.outcome
        if isinstance(outcome, Failed):
            code = "thea/broken" if outcome.broken else "thea/error"
            self._findings.append(
                {
                    "description": outcome.error,
                    "check_name": code,
                    "fingerprint": f"{code}:{outcome.path}",
                    "severity": "critical",
                    "location": {"path": outcome.path, "lines": {"begin": outcome.line}},
                }
            )
        for correction in outcome.corrections:
            if correction.state in {State.APPLIED, State.SUGGESTED}:
                self._findings.append(self._correction(shown, correction))

    def finish(self, report: RunReport) -> None:
        """Write the list; equal fingerprints are numbered: GitLab keeps only one of each."""
        del report
        self._findings.sort(
            key=lambda each: (each["location"]["path"], each["location"]["lines"]["begin"])
        )
        seen: Counter[str] = Counter()
        for finding in self._findings:
            name = finding["fingerprint"]
            seen[name] += 1
            if seen[name] > 1:
                finding["fingerprint"] = f"{name}-{seen[name]}"
        self.write(f"{json.dumps(self._findings, indent=2, ensure_ascii=False)}\n")

    def _correction(self, shown: Shown, correction: Correction) -> dict[str, Any]:
        edits = sorted(correction.edits)
        begin = shown.start(correction).line
        end = shown.position(max(edit.end for edit in edits)).line if edits else begin
        return {
            "description": f"{correction.message} (confidence {correction.confidence:.2f})",
            "check_name": correction.rule,
            "fingerprint": correction.fingerprint,
            "severity": "minor" if correction.state is State.APPLIED else "info",
            "location": {"path": shown.outcome.path, "lines": {"begin": begin, "end": end}},
        }
