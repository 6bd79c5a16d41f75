"""The ladder of proofs: each rung says of each change whether it may stand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from thea_code_system.values.source import SourceFile


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after some corrections; several changes may be of the same file.

    ``broken`` is True where the file did not parse before.
    """

    before: SourceFile
    after: SourceFile
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a change may stand, and why not."""

    ok: bool
    reason: str = ""


class Verifier(ABC):
    """One rung. An instance is an organ: owned by one actor, never shared."""

    @abstractmethod
    async def verify(self, changes: Sequence[Change]) -> Sequence[Verdict]:
        """One verdict for each change, in order.

        Raises:
            ToolError: if the program that this rung asks cannot be run.
        """

    @staticmethod
    def _apart(sources: Sequence[SourceFile]) -> list[SourceFile]:
        """The sources, under paths of their own where several are of the same file."""
        if len({source.path for source in sources}) == len(sources):
            return list(sources)
        return [
            replace(source, path=f"{number}/{source.path}") for number, source in enumerate(sources)
        ]
