"""How values travel between processes."""

from __future__ import annotations

from typing import Any


class Portable:
    """A frozen dataclass with slots that many are sent of: packed as its class and its fields.

    What dataclasses do by themselves asks for the list of fields each time, and takes three times
    as long, on both ends.
    """

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """The class, and what its constructor takes."""
        return type(self), tuple([getattr(self, name) for name in self.__slots__])
