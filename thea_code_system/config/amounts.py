"""Amounts with a unit, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


@dataclass(frozen=True, slots=True)
class Units:
    """What units are worth; ``meaning`` says how an amount in them is written."""

    meaning: str
    worth: Mapping[str, int]

    def parse(self, text: str) -> float:
        """The amount in the smallest unit.

        Raises:
            ValueError: the text is none.
        """
        match = _NUMBER.fullmatch(text.lower())
        if match is None or match.group(2) not in self.worth:
            raise ValueError(self.meaning)
        return float(match.group(1)) * self.worth[match.group(2)]


_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
SIZE = Units(
    'a size is a number of bytes, or text such as "500 KB"',
    _BYTES | {f"{unit}b": worth for unit, worth in _BYTES.items()},
)
_CLOCK = {"s": 1, "m": 60, "h": 3600}
TIME = Units('a time is a number of seconds, or text such as "10m"', {"": 1} | _CLOCK)
AGE = Units(
    'an age is a number and its unit, such as "30d" or "2w"',
    _CLOCK | {"d": 86_400, "w": 604_800},
)
