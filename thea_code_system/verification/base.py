"""What a rung of the ladder of proofs is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from thea_code_system.values.source import SourceFile


@dataclass(frozen=True, slots=True)
class Change:
    """A text before and after some corrections; ``before`` parses."""

    before: SourceFile
    after: SourceFile


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change may stand; ``reason`` says why not."""

    ok: bool
    reason: str = ""


class Verifier(ABC):
    """One rung: an organ that accepts or rejects changes, many at a time."""

    @abstractmethod
    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """A verdict for each change, in order.

        Raises:
            ToolError: if the rung cannot judge here.
        """
