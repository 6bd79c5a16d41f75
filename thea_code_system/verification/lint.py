"""The second rung: no new error that a linter can see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from thea_code_system.tools.screen import ECMASCRIPT, PYTHON
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.verification.base import Change, Verdict, Verifier

# What a correction leaves unused is no error; the next pass takes care of it.
UNUSED: Final = frozenset({"F401", "F841"})
_RUFF: Final = "F,E9"
_OXLINT: Final = ("-D", "correctness")

Errors = Counter[tuple[str, str]]


class LintVerifier(Verifier):
    """Compares error-level findings, by rule and message, before and after.

    Ruff's F and E9 for Python, oxlint's correctness for JavaScript and TypeScript; each tool runs
    once for all changes, under no configuration of the target.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """Reject changes after which some error is there more often than before."""
        texts = {
            f"{index}/{side}/{source.path}": source.text
            for index, change in enumerate(changes)
            for side, source in (("before", change.before), ("after", change.after))
        }
        errors = await self._errors(texts)
        return [
            self._verdict(
                errors.get(f"{index}/before/{change.before.path}", Counter()),
                errors.get(f"{index}/after/{change.after.path}", Counter()),
            )
            for index, change in enumerate(changes)
        ]

    async def _errors(self, texts: Mapping[str, str]) -> dict[str, Errors]:
        python = [(path, text) for path, text in texts.items() if path.endswith(PYTHON)]
        ecmascript = [(path, text) for path, text in texts.items() if path.endswith(ECMASCRIPT)]
        errors: dict[str, Errors] = {}
        if python:
            found = await self._toolbox.ruff.isolated(python, _RUFF)
            for path, findings in found.items():
                errors[path] = Counter(
                    (one.code, one.message) for one in findings if one.code not in UNUSED
                )
        if ecmascript:
            diagnostics = await self._toolbox.oxlint.check(ecmascript, _OXLINT)
            for path, some in diagnostics.items():
                errors[path] = Counter((one.rule, one.message) for one in some)
        return errors

    @staticmethod
    def _verdict(before: Errors, after: Errors) -> Verdict:
        new = sorted(after - before)
        if not new:
            return Verdict(ok=True)
        code, message = new[0]
        return Verdict(ok=False, reason=f"it would bring in {code}: {message}")
