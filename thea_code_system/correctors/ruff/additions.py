"""Which edits of a fix only import what its other edits use."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from thea_code_system.languages.trees import PythonTree
from thea_code_system.values.correction import Edit


@dataclass(frozen=True, slots=True)
class ImportAdditions:
    """Reads the fixes of one text, as Ruff writes them.

    Ruff adds a statement, or writes one anew that is there already with a name more, or with none
    so that no other fix takes it away.
    """

    text: str

    def of(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """The edits that take no import away and do nothing but import; none if all are such."""
        found = tuple(edit for edit in edits if len(edits) > 1 and self._adds(edit))
        return found if len(found) < len(edits) else ()

    def _adds(self, edit: Edit) -> bool:
        before = self._imported(self.text[edit.start : edit.end])
        after = self._imported(edit.replacement)
        return before is not None and bool(after) and before.issubset(after or ())

    @staticmethod
    def _imported(code: str) -> frozenset[tuple[str, str, str]] | None:
        """What some code imports: module, name, and what that is called; None if it does more."""
        try:
            body = PythonTree.of(code.strip("; \t\r\n")).body
        except (SyntaxError, ValueError):
            return None
        found = set()
        for statement in body:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                return None
            module = ""
            if isinstance(statement, ast.ImportFrom):
                module = f"{'.' * statement.level}{statement.module or ''}"
            found |= {(module, one.name, one.asname or "") for one in statement.names}
        return frozenset(found)
