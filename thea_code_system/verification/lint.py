"""The second rung: no change brings in an error that a linter can see."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from thea_code_system.tools.screen import ECMASCRIPT, PYTHON
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.source import SourceFile
from thea_code_system.verification.base import Change, Verdict, Verifier

_GOOD = Verdict(ok=True)
_LINE = re.compile(r"\bline \d+")
# What one correction leaves behind for the next: untidy, but no error.
_UNTIDY_PYTHON = frozenset({"F401", "F541", "F811", "F841", "F842"})
_UNTIDY_ECMASCRIPT = re.compile(r"no-(unused|useless|empty)|only-used-in-recursion")
_CORRECTNESS = ("-A", "all", "-D", "correctness")

Errors = Counter[tuple[str, str]]  # how often each code and message occurs


class LintVerifier(Verifier):
    """Compares the errors before and after, by code and message, wherever they stand.

    A file that did not parse before has no errors to compare with, and passes.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """One verdict for each change, in order."""
        after = self._apart([change.after for change in changes])
        before = self._apart([change.before for change in changes])
        left = await self._errors(
            [file for file, change in zip(after, changes, strict=True) if not change.broken]
        )
        pairs = list(zip(before, after, strict=True))
        known = await self._errors([old for old, new in pairs if new.path in left])
        return [
            self._verdict(left.get(new.path, Counter()) - known.get(old.path, Counter()))
            for old, new in pairs
        ]

    @staticmethod
    def _verdict(new: Errors) -> Verdict:
        if not new:
            return _GOOD
        (code, message), _ = sorted(new.items())[0]
        return Verdict(ok=False, reason=f"it would bring in {code}: {message}")

    async def _errors(self, sources: Sequence[SourceFile]) -> dict[str, Errors]:
        """The errors by path of each source that has some; one process for each tool."""
        python = [source for source in sources if source.path.endswith(PYTHON)]
        ecmascript = [source for source in sources if source.path.endswith(ECMASCRIPT)]
        found = await asyncio.gather(self._python(python), self._ecmascript(ecmascript))
        return {path: errors for some in found for path, errors in some.items() if errors}

    async def _python(self, sources: Sequence[SourceFile]) -> dict[str, Errors]:
        if not sources:
            return {}
        found = await self._toolbox.ruff.errors(sources, self._toolbox.ruff_request)
        return {
            path: Counter(
                (one.code, _LINE.sub("line", one.message))
                for one in findings
                if one.code not in _UNTIDY_PYTHON and not one.is_newer
            )
            for path, findings in found.items()
        }

    async def _ecmascript(self, sources: Sequence[SourceFile]) -> dict[str, Errors]:
        if not sources:
            return {}
        texts = {source.path: source.text for source in sources}
        found = await self._toolbox.oxlint.check(texts, _CORRECTNESS)
        return {
            path: Counter(
                (one.rule, _LINE.sub("line", one.message))
                for one in diagnostics
                if not _UNTIDY_ECMASCRIPT.match(one.rule)
            )
            for path, diagnostics in found.items()
        }
