"""Counts of word n-grams in library code: how usual is a stretch of code?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

ORDER: Final = 5
SLOTS: Final = 1 << 19
_MULTIPLIER: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
_STEPS: Final = 8.0  # counts are kept as eighths of a power of two
_BACKOFF: Final = math.log(0.4)
_UNSEEN: Final = -18.0
_ALL: Final = 200  # the logarithmic count of all words
_REMEMBERED: Final = 200_000


class NgramTable:
    """A hash table of n-gram counts: two bytes a slot, a check byte and a logarithmic count.

    ``data`` begins with the vocabulary (words by line, then an empty line). The model is stupid
    backoff (Brants et al., 2007) over up to ``ORDER`` words.
    """

    def __init__(self, data: bytes) -> None:
        head, _, self._slots = data.partition(b"\n\n")
        self.words = head.decode().split("\n")
        self._ids = {word: number for number, word in enumerate(self.words, 2)}
        self._known: dict[tuple[int, ...], float] = {}

    @classmethod
    def load(cls, language: str) -> NgramTable:
        """Read the table that is shipped for a language.

        Raises:
            FileNotFoundError: there is none.
        """
        import zlib

        folder = resources.files("thea_code_system.correctors.syntax").joinpath("data")
        return cls(zlib.decompress(folder.joinpath(f"{language}.ngrams").read_bytes()))

    @classmethod
    def build(cls, words: Sequence[str], counts: Mapping[tuple[str, ...], int]) -> bytes:
        """Pack counts; where two n-grams want one slot the more frequent one keeps it."""
        table = cls("\n".join(words).encode() + b"\n\n")
        slots = bytearray(2 * SLOTS)
        for gram, count in sorted(counts.items(), key=lambda item: (item[1], item[0])):
            index, check = cls._place(table.ids(gram))
            slots[index] = check
            slots[index + 1] = min(255, round(_STEPS * math.log2(count)) + 1)
        return "\n".join(words).encode() + b"\n\n" + bytes(slots)

    def ids(self, words: Sequence[str]) -> list[int]:
        """The numbers of words; 1 for one that is not in the vocabulary."""
        return [self._ids.get(word, 1) for word in words]

    def log_probabilities(self, words: Sequence[str], start: int = 0) -> list[float]:
        """The logarithm of how usual each word from ``start`` on is after those before it."""
        ids = self.ids(words)
        out = []
        for position in range(start, len(ids)):
            gram = tuple(ids[max(0, position - ORDER + 1) : position + 1])
            known = self._known.get(gram)
            if known is None:
                if len(self._known) > _REMEMBERED:
                    self._known.clear()
                known = self._known[gram] = self._log_probability(gram)
            out.append(known)
        return out

    def _log_probability(self, gram: tuple[int, ...]) -> float:
        """The last word of a gram after those before it."""
        penalty = 0.0
        for first in range(len(gram)):
            seen = self._count(gram[first:])
            if seen:
                context = self._count(gram[first:-1]) if first < len(gram) - 1 else _ALL
                return penalty + min(seen - context, 0) / _STEPS * math.log(2)
            penalty += _BACKOFF
        return penalty + _UNSEEN

    def _count(self, ids: Sequence[int]) -> int:
        index, check = self._place(ids)
        slots = self._slots
        return slots[index + 1] if slots[index] == check else 0

    @staticmethod
    def _place(ids: Sequence[int]) -> tuple[int, int]:
        code = len(ids)
        for number in ids:
            code = ((code ^ number) * _MULTIPLIER) & _MASK
            code ^= code >> 29
        return 2 * (code % SLOTS), (code >> 40) & 255 or 1
