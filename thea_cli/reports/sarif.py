"""SARIF 2.1.0, with fixes, as code scanning services read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from thea_cli.reports.base import Report, Shown
from thea_code_system import __version__
from thea_code_system.values.correction import Correction, Edit, State
from thea_code_system.values.outcome import Failed
from thea_code_system.values.report import RunReport

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "SRCROOT"


class SarifReport(Report):
    """One SARIF run. Fixes are left out once they are written: nobody may apply them twice."""

    name: ClassVar[str] = "sarif"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._results: list[tuple[str, int, dict[str, Any]]] = []

    def add(self, shown: Shown) -> None:
        """Keep the results of one file."""
        outcome = shown.outcome
        if isinstance(outcome, Failed):
            code = "thea/broken" if outcome.broken else "thea/error"
            result = self._result(outcome.path, code, "error", outcome.error)
            physical = result["locations"][0]["physicalLocation"]
            physical["region"] = {"startLine": outcome.line}
            self._results.append((outcome.path, 0, result))
        for correction in outcome.corrections:
            if correction.state in {State.APPLIED, State.SUGGESTED}:
                start = min(correction.edits).start if correction.edits else 0
                self._results.append((outcome.path, start, self._correction(shown, correction)))

    def finish(self, report: RunReport) -> None:
        """Write the log file."""
        results = [result for *_, result in sorted(self._results, key=lambda each: each[:2])]
        codes = sorted({result["ruleId"] for result in results})
        for result in results:
            result["ruleIndex"] = codes.index(result["ruleId"])
        run = {
            "tool": {"driver": self._driver(codes)},
            "automationDetails": {"id": "thea/"},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {_ROOT: {"uri": f"{Path(report.root).as_uri()}/"}},
            "invocations": [self._invocation(report)],
            "results": results,
        }
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        self.write(f"{json.dumps(log, indent=1, ensure_ascii=False)}\n")

    @staticmethod
    def _driver(codes: Iterable[str]) -> dict[str, Any]:
        return {
            "name": "thea",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": [{"id": code, "name": code} for code in codes],
        }

    @staticmethod
    def _invocation(report: RunReport) -> dict[str, Any]:
        words = [*report.warnings, *(f"{name}: {why}" for name, why in report.unavailable.items())]
        notes = [{"level": "warning", "message": {"text": text}} for text in words]
        return {"executionSuccessful": True, "toolExecutionNotifications": notes}

    def _correction(self, shown: Shown, correction: Correction) -> dict[str, Any]:
        applied = correction.state is State.APPLIED
        result = self._result(
            shown.outcome.path,
            correction.rule,
            "warning" if applied else "note",
            correction.message,
        )
        if correction.edits:
            first = min(correction.edits)
            result["locations"][0]["physicalLocation"]["region"] = self._region(shown, first)
        if correction.edits and not (applied and self.view.writes):
            result["fixes"] = [self._fix(shown, correction)]
        result["partialFingerprints"] = {"thea/v1": correction.fingerprint}
        result["rank"] = round(correction.confidence * 100, 2)
        result["properties"] = {
            "confidence": correction.confidence,
            "safety": correction.safety.name.lower().replace("_", "-"),
            "state": correction.state.value,
            "rules": list(correction.rules),
        }
        return result

    def _fix(self, shown: Shown, correction: Correction) -> dict[str, Any]:
        replacements = [
            {
                "deletedRegion": self._region(shown, edit),
                "insertedContent": {"text": edit.replacement},
            }
            for edit in sorted(correction.edits)
        ]
        change = {
            "artifactLocation": self._artifact(shown.outcome.path),
            "replacements": replacements,
        }
        return {"description": {"text": correction.message}, "artifactChanges": [change]}

    def _result(self, path: str, code: str, level: str, words: str) -> dict[str, Any]:
        location = {"physicalLocation": {"artifactLocation": self._artifact(path)}}
        return {
            "ruleId": code,
            "level": level,
            "message": {"text": words},
            "locations": [location],
        }

    @staticmethod
    def _artifact(path: str) -> dict[str, Any]:
        from urllib.parse import quote

        return {"uri": quote(path), "uriBaseId": _ROOT}

    @staticmethod
    def _region(shown: Shown, edit: Edit) -> dict[str, int]:
        start, end = shown.span(edit)
        return {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        }
