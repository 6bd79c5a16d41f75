"""Who takes which name from which module, found out when somebody first asks."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thea_code_system.values.workspace import Entry

if TYPE_CHECKING:
    from thea_code_system.workspace.index import TreeIndex


class ImportedNames(Mapping[str, frozenset[str]]):
    """Names by the module of the tree that they are taken from, in the tree as it was found.

    Finding them means to scan every file, and only the removal of an import asks for them. A copy
    that travels to another process is complete.
    """

    def __init__(self, index: TreeIndex, entries: Sequence[Entry]) -> None:
        self._index = index
        self._entries = entries
        self._held: set[str] = set()
        self._turn = threading.Lock()
        self._found: Mapping[str, frozenset[str]] | None = None

    def hold(self, paths: Iterable[str]) -> None:
        """These files are about to be written: what they import until then is what counts."""
        with self._turn:
            if self._found is None:
                fresh = set(paths).difference(self._held)
                some = [entry for entry in self._entries if entry.path in fresh]
                self._index.scan_imports(some, self._stems)
                self._held |= fresh

    def __getitem__(self, module: str) -> frozenset[str]:
        return self._names()[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self._names()),)

    def _names(self) -> Mapping[str, frozenset[str]]:
        with self._turn:
            if self._found is None:
                self._found = self._index.imported(self._entries, self._stems, self._held)
            return self._found

    @cached_property
    def _stems(self) -> frozenset[str]:
        return self._index.stems(self._entries)
