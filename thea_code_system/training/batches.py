"""Examples as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thea_code_system.models.reader import COLUMNS
from thea_code_system.training.windows import IGNORED, Example

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as tensors, padded to the longest one.

    ``rows`` [windows, tokens, columns], int32; ``edits`` and ``inserts`` [windows, tokens], int64;
    ``asked`` [pointers, 3] holds window, token and 0 or 1 for an insertion; ``right`` [pointers,
    1 + tokens] is True where the name wanted stands, first of all for "nowhere".
    """

    rows: Tensor
    edits: Tensor
    inserts: Tensor
    asked: Tensor
    right: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Batch:
        """Pad examples to the longest one; there must be at least one."""
        import torch

        size = max(len(example.rows) for example in examples)
        rows = torch.zeros(len(examples), size, len(COLUMNS), dtype=torch.int32)
        edits = torch.full((len(examples), size), IGNORED)
        inserts = torch.full((len(examples), size), IGNORED)
        asked: list[tuple[int, int, int]] = []
        places: list[tuple[int, ...]] = []
        for number, example in enumerate(examples):
            count = len(example.rows)
            rows[number, :count] = torch.tensor(example.rows, dtype=torch.int32)
            edits[number, :count] = torch.tensor(example.edits)
            inserts[number, :count] = torch.tensor(example.inserts)
            for token, insert, found in example.pointers:
                asked.append((number, token, insert))
                places.append(found)
        right = torch.zeros(len(asked), 1 + size, dtype=torch.bool)
        for number, found in enumerate(places):
            right[number, [1 + place for place in found] or [0]] = True
        return cls(rows, edits, inserts, torch.tensor(asked).reshape(-1, 3), right)
