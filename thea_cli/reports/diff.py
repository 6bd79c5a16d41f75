"""A unified diff that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from thea_cli.diffs import UnifiedDiff
from thea_cli.reports.base import Shown, SortedReport
from thea_code_system.values.outcome import Corrected


class DiffReport(SortedReport):
    """What the applied corrections change, from the project root."""

    name: ClassVar[str] = "diff"

    def block(self, shown: Shown) -> Iterator[str]:
        """The hunks of one file."""
        if isinstance(shown.outcome, Corrected) and shown.before is not None:
            path = shown.outcome.path
            yield from UnifiedDiff(path, shown.before, shown.after, self.view.paint).lines()
