"""Which files a run over a whole tree searches for bugs, where there is only time for some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from thea_code_system.values.workspace import Entry

_BYTES: Final = 6.0  # of a token, on average over what packages hold: comments are one each


class SearchBudget:
    """Organ that spends a number of tokens on files.

    Args:
        tokens: how many may be read.
    """

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens

    def reach(self, entries: Sequence[Entry], recent: Sequence[str]) -> frozenset[str]:
        """The paths that the budget reaches.

        Those come first that ``recent`` names first, then the others by path; what is larger than
        the rest of the budget ends the search.
        """
        import torch

        turn = {path: number for number, path in enumerate(recent)}
        ranked = sorted(entries, key=lambda one: (turn.get(one.path, len(turn)), one.path))
        sizes = torch.tensor([entry.stamp.size for entry in ranked], dtype=torch.float64)
        within = sizes.div(_BYTES).cumsum(0).le(self._tokens)
        return frozenset(entry.path for entry, fits in zip(ranked, within, strict=True) if fits)
