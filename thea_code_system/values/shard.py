"""A part of a tree, for one of several drivers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_DIGEST = 8  # bytes


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``number``, from 1, of ``count``: the same files wherever it is asked for.

    Raises:
        ValueError: there is no such part.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ValueError(f"there is no part {self.number} of {self.count}")

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A part as ``2/4``.

        Raises:
            ValueError: the text is none.
        """
        match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if match is None:
            raise ValueError("a shard is a number and a count, such as 2/4")
        return cls(int(match.group(1)), int(match.group(2)))

    def holds(self, path: str) -> bool:
        """Whether a file belongs to this part, by its path relative to the project root."""
        data = path.encode("utf-8", "surrogateescape")
        digest = hashlib.blake2b(data, digest_size=_DIGEST).digest()
        return int.from_bytes(digest, "big") % self.count == self.number - 1
