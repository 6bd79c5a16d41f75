"""The extension point: what a corrector is, and what the author of a rule writes."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from thea_code_system.errors import ToolError
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Proposal, Safety
from thea_code_system.values.source import SourceFile


class Stage(enum.IntEnum):
    """When a corrector proposes: files must parse before anything but SYNTAX looks at them."""

    SYNTAX = 0
    LINT = 1
    SPELLING = 2
    PATTERNS = 3
    LEARNED = 4


class Corrector(ABC):
    """A family of rules. It takes a batch of files, because tools and models want batches.

    An instance is an organ: owned by one actor, never shared. It may raise ``ToolError`` to report
    itself unavailable; the run goes on without it.
    """

    name: ClassVar[str]
    languages: ClassVar[frozenset[str]]
    stage: ClassVar[Stage]
    timed_out: frozenset[str] = frozenset()
    """Paths for which the clock ended the last ``propose``, so that its outcome is not kept."""
    missing: Mapping[str, ToolError] = MappingProxyType({})
    """What the last ``propose`` had to do without, by its name, so that its outcome is not kept."""

    async def prepare(self, sources: Sequence[SourceFile], context: ProjectContext) -> None:
        """Begin what takes a process, while others find out which of the sources parse.

        ``propose`` is asked afterwards, about those that do. What goes wrong here is passed over.
        """
        del sources, context

    @abstractmethod
    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """Proposals for each source, in the order of ``sources``, in its text's coordinates."""

    def facts(self, source: SourceFile, context: ProjectContext) -> Iterable[tuple[str, str]]:
        """Kinds and keys of the context's facts that the last ``propose`` read for this file.

        A cached outcome is replayed only where all of them still have the value they had then.
        """
        del source, context
        return ()

    def version(self) -> str:
        """What else decides about the proposals: rules and tool versions; part of the cache key."""
        return ""


class RuleCorrector(Corrector):
    """One rule in one file: subclass it, say what is clean and what is fixed, and find faults.

    ``name`` is the rule's whole code (``syntax/missing-colon``). ``prior`` is the first guess at
    the share of its corrections that owners keep, until it is measured. ``CLEAN`` holds texts in
    which it finds nothing; ``FIXES`` maps texts to what they become. Both are its tests and its
    documentation.
    """

    safety: ClassVar[Safety]
    prior: ClassVar[float]
    CLEAN: ClassVar[tuple[str, ...]]
    FIXES: ClassVar[dict[str, str]]

    @abstractmethod
    def find(self, source: SourceFile) -> Iterator[Proposal]:
        """Yield what is wrong in a file, each with the edits that mend it."""

    async def propose(
        self, sources: Sequence[SourceFile], context: ProjectContext
    ) -> Sequence[Sequence[Proposal]]:
        """Find faults file by file."""
        del context
        return [list(self.find(source)) for source in sources]
