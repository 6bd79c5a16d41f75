"""What all files say about names, found out when somebody first asks."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thea_code_system.values.workspace import Entry

if TYPE_CHECKING:
    from thea_code_system.workspace.index import TreeIndex


class TreeNames:
    """Organ: has every file scanned once, in the tree as it was found.

    Only the removal of an import and a misspelt word ask, and each file is read for both.

    Args:
        index: what is known of files already, and what scans the others.
        entries: the whole tree.
        needs: of these, ``imports`` and ``words`` are looked for.
    """

    def __init__(self, index: TreeIndex, entries: Sequence[Entry], needs: frozenset[str]) -> None:
        self.entries = entries
        self._index = index
        self.needs = needs & {"imports", "words"}
        self._held: set[str] = set()
        self._turn = threading.RLock()
        self._is_found = False

    def hold(self, paths: Iterable[str]) -> None:
        """These files are about to be written: what they say until then is what counts."""
        with self._turn:
            if self.needs and not self._is_found:
                fresh = set(paths).difference(self._held)
                some = [entry for entry in self.entries if entry.path in fresh]
                self._index.scan(some, self.needs, self._stems)
                self._held |= fresh

    def find(self) -> None:
        """Scan what is not known; who asks meanwhile waits."""
        with self._turn:
            if not self._is_found:
                self._index.update(self.entries, self.needs, self._stems, self._held)
                self._is_found = True

    @cached_property
    def imported(self) -> Mapping[str, frozenset[str]]:
        """Names by the module of the tree that they are taken from."""
        with self._turn:
            self.find()
            return self._index.imported(self.entries)

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that are names in the tree, or stand in it more than twice."""
        with self._turn:
            self.find()
            return self._index.words(self.entries)

    @cached_property
    def _stems(self) -> frozenset[str]:
        return self._index.stems(self.entries)


class ImportedNames(Mapping[str, frozenset[str]]):
    """Who takes which name from which module; a copy that travels is complete."""

    def __init__(self, names: TreeNames) -> None:
        self._names = names

    def __getitem__(self, module: str) -> frozenset[str]:
        return self._names.imported[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.imported)

    def __len__(self) -> int:
        return len(self._names.imported)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self._names.imported),)


class CommonWords(AbstractSet[str]):
    """Which words the tree means; a copy that travels is complete."""

    def __init__(self, names: TreeNames) -> None:
        self._names = names

    def __contains__(self, word: object) -> bool:
        return word in self._names.words

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.words)

    def __len__(self) -> int:
        return len(self._names.words)

    def __reduce__(self) -> tuple[Any, ...]:
        return frozenset, (self._names.words,)
