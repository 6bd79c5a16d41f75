"""Where the items of a stream come from: a few at a time, as they are asked for."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

Entry: TypeAlias = "tuple[int, Any]"  # an item and its place in the stream
Items: TypeAlias = "Iterable[Any] | AsyncIterable[Any] | Supply"
_FEW = 64  # items of an iterable that is not async, pulled at once at most


class Supply(ABC):
    """Items that are made as they are needed.

    ``sizes`` are those of all items, in the order in which they come, where they are known before
    the items are made: then batches are cut so that all workers end together. Items may turn out
    not to be needed: the place of each tells which of the sizes is its own.
    """

    sizes: Sequence[int] | None = None

    @abstractmethod
    async def more(self) -> Sequence[Entry]:
        """The next items, each with its place; none at the end."""

    def index(self, place: int) -> int:
        """The number under which the item of a place is known outside."""
        return place

    @classmethod
    def of(
        cls, items: Items, most: int, measure: Callable[[Any], int], *, largest_first: bool
    ) -> Supply:
        """Whatever items are given as; at most so many are pulled at once."""
        if isinstance(items, Supply):
            return items
        if isinstance(items, Sequence):
            return Listed(items, measure, largest_first=largest_first)
        if isinstance(items, AsyncIterable):
            return Arriving(items)
        return Pulled(iter(items), most)


class Listed(Supply):
    """A sequence, in its order or the largest items first."""

    def __init__(
        self, items: Sequence[Any], measure: Callable[[Any], int], *, largest_first: bool
    ) -> None:
        self._items = items
        self._order: Sequence[int] = range(len(items))
        self.sizes = list(map(measure, items))
        if largest_first:
            self._order = sorted(self._order, key=self.sizes.__getitem__, reverse=True)
            self.sizes = [self.sizes[index] for index in self._order]
        self._rest = enumerate(self._order)

    async def more(self) -> Sequence[Entry]:
        """A few."""
        few = itertools.islice(self._rest, _FEW)
        return [(place, self._items[index]) for place, index in few]

    def index(self, place: int) -> int:
        """Where it was in the sequence."""
        return self._order[place]


class Pulled(Supply):
    """An iterable."""

    def __init__(self, items: Iterator[Any], most: int) -> None:
        self._items = enumerate(items)
        self._most = most if most < _FEW else _FEW

    async def more(self) -> Sequence[Entry]:
        """As many as one batch holds."""
        return list(itertools.islice(self._items, self._most))


class Arriving(Supply):
    """An async iterable: nobody knows how long the next item takes."""

    def __init__(self, items: AsyncIterable[Any]) -> None:
        self._items = aiter(items)
        self._places = itertools.count()

    async def more(self) -> Sequence[Entry]:
        """One."""
        async for item in self._items:
            return [(next(self._places), item)]
        return []
