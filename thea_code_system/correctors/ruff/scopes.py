"""What a target that configures Ruff asks of it, where it names no selection of its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Any

import tomli

_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")  # in this order in one folder
_PYLINT = "PL"  # the one prefix of prefixes: it stands for PLC, PLE, PLR and PLW


class TargetScopes:
    """Organ: limits the findings of files whose configuration has no ``select``.

    Ruff's own default selection grows with its versions, from 58 rules to several hundred, so
    that an owner who never chose it did not choose those. Ours takes its place, with what the
    target adds.

    Args:
        configs: the target's configurations of Ruff, by path.
        defaults: the text of our own.
        asked: codes and prefixes that the user added.
    """

    def __init__(
        self, configs: Iterable[tuple[str, str]], defaults: str, asked: Sequence[str]
    ) -> None:
        self._ours = (*tomli.loads(defaults)["lint"]["select"], *asked)
        tables = {path: self._table(path, text) for path, text in configs}
        self._tables = {path: table for path, table in tables.items() if table is not None}

    def covers(self, path: str, code: str) -> bool:
        """Whether the owner of a file, or the user, chose to have a code looked for."""
        folder = posixpath.dirname(path)
        while True:
            for name in _NAMES:
                if (config := posixpath.join(folder, name)) in self._tables:
                    return self._chosen(config, code, frozenset())
            if not folder:
                return True
            folder = posixpath.dirname(folder)

    def _chosen(self, config: str, code: str, seen: frozenset[str]) -> bool:
        table = self._tables.get(config)
        if table is None or config in seen:
            return True  # what cannot be read here is left to Ruff
        lint = table.get("lint", {})
        if "select" in table or "select" in lint:
            return True
        added = [*table.get("extend-select", ()), *lint.get("extend-select", ())]
        if any(self._covers(prefix, code) for prefix in added):
            return True
        if isinstance(base := table.get("extend"), str):
            parent = posixpath.normpath(posixpath.join(posixpath.dirname(config), base))
            return self._chosen(parent, code, seen | {config})
        return any(self._covers(prefix, code) for prefix in self._ours)

    @staticmethod
    def _table(path: str, text: str) -> dict[str, Any] | None:
        try:
            table: Any = tomli.loads(text)
            if posixpath.basename(path) == "pyproject.toml":
                table = table["tool"]["ruff"]
            return table if isinstance(table.get("lint", {}), dict) else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    @staticmethod
    def _covers(prefix: str, code: str) -> bool:
        """Whether a selector covers a code: ``C`` stands for ``C4`` and ``C90``, not ``COM``."""
        if prefix in {"ALL", _PYLINT}:
            return prefix == "ALL" or code.startswith(_PYLINT)
        return re.match(rf"{re.escape(prefix)}(?![A-Z])", code) is not None
