"""The second rung: no change brings in an error that a linter can see."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from thea_code_system.tools.screen import ECMASCRIPT, PYTHON, PYTHON_ERRORS
from thea_code_system.tools.toolbox import Toolbox
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
        after = {
            f"after/{number}/{change.after.path}": change.after.text
            for number, change in enumerate(changes)
            if not change.broken
        }
        left = await self._errors(after)
        before = {
            f"before/{number}/{change.before.path}": change.before.text
            for number, change in enumerate(changes)
            if left.get(f"after/{number}/{change.after.path}")
        }
        known = await self._errors(before)
        return [
            self._verdict(
                left.get(f"after/{number}/{change.after.path}", Counter())
                - known.get(f"before/{number}/{change.before.path}", Counter())
            )
            for number, change in enumerate(changes)
        ]

    @staticmethod
    def _verdict(new: Errors) -> Verdict:
        if not new:
            return _GOOD
        (code, message), _ = sorted(new.items())[0]
        return Verdict(ok=False, reason=f"it would bring in {code}: {message}")

    async def _errors(self, texts: dict[str, str]) -> dict[str, Errors]:
        """The errors of each text that has some; one process for each tool."""
        python = {path: text for path, text in texts.items() if path.endswith(PYTHON)}
        ecmascript = {path: text for path, text in texts.items() if path.endswith(ECMASCRIPT)}
        found = await asyncio.gather(self._python(python), self._ecmascript(ecmascript))
        return {path: errors for some in found for path, errors in some.items() if errors}

    async def _python(self, texts: dict[str, str]) -> dict[str, Errors]:
        if not texts:
            return {}
        found = await self._toolbox.ruff.isolated(texts, PYTHON_ERRORS)
        return {
            path: Counter(
                (one.code, _LINE.sub("line", one.message))
                for one in findings
                if one.code not in _UNTIDY_PYTHON and not one.is_newer
            )
            for path, findings in found.items()
        }

    async def _ecmascript(self, texts: dict[str, str]) -> dict[str, Errors]:
        if not texts:
            return {}
        found = await self._toolbox.oxlint.check(texts, _CORRECTNESS)
        return {
            path: Counter(
                (one.rule, _LINE.sub("line", one.message))
                for one in diagnostics
                if not _UNTIDY_ECMASCRIPT.match(one.rule)
            )
            for path, diagnostics in found.items()
        }
