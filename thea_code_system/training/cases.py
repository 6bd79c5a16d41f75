"""Files of cases: texts beside what humans made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from thea_code_system.errors import UsageError
from thea_code_system.languages.registry import Languages
from thea_code_system.values.evaluation import RepairCase

_FIELDS: Final = ("id", "language", "kind", "broken", "fixed")
_HINT: Final = f"Each line is a JSON object with {', '.join(_FIELDS[:-1])} and {_FIELDS[-1]}."


class CaseFile:
    """Organ: reads cases in the format of the scorer of repairs, a JSON object a line."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._languages = Languages()

    def read(self, limit: int | None = None) -> list[RepairCase]:
        """The first cases of the file, or all.

        Raises:
            UsageError: it cannot be read, a line is no case, or two have the same id.
        """
        found: dict[str, RepairCase] = {}
        for case in self._cases():
            if case.id in found:
                twice = f"{self._path}:{case.line}: the id {case.id} is that of an earlier case"
                raise UsageError(twice, "Give each case an id of its own.")
            found[case.id] = case
            if len(found) == limit:
                break
        if not found:
            raise UsageError(f"there is no case in {self._path}", _HINT)
        return list(found.values())

    def _cases(self) -> Iterator[RepairCase]:
        try:
            with self._path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield self._case(line, number)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"cannot read the cases {self._path}: {why}", _HINT) from error

    def _case(self, line: str, number: int) -> RepairCase:
        where = f"{self._path}:{number}"
        try:
            row: Any = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where}: this is no JSON: {error}", _HINT) from error
        missing = [key for key in _FIELDS if not isinstance(row, dict) or key not in row]
        if missing:
            raise UsageError(f"{where}: this case has no {missing[0]}", _HINT)
        id_, language, kind, broken, fixed = (str(row[key]) for key in _FIELDS)
        case = RepairCase(id_, language, kind, broken, fixed, number)
        try:
            self._languages.named(case.language)
        except KeyError:
            known = "The languages are python, javascript, typescript and tsx."
            raise UsageError(f"{where}: there is no language {case.language}", known) from None
        return case
