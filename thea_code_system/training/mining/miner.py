"""Mines one git history after another for pairs of what was wrong and what became of it."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Final

from thea_code_system.languages.registry import Languages
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.training.dev_sets import DevSets
from thea_code_system.training.mining.bug_pairs import BugPairs
from thea_code_system.training.mining.history import Commit, GitHistory
from thea_code_system.training.mining.judge import Judge
from thea_code_system.training.mining.novelty import MiningLimits, Novelty
from thea_code_system.training.mining.pair import MinedPair
from thea_code_system.training.mining.syntax_pairs import SyntaxPairs

FAMILIES: Final = ("syntax", "bug")
_BATCH: Final = 400  # commits


class PairMiner:
    """Finds repairs of syntax errors and of bugs; an organ of one actor, or of a script.

    Which pairs come, and in what order, depends on the histories alone, unless time runs out. To go
    on with an earlier run, hand what it found to :meth:`remember` first.

    Args:
        limits: how much may come from one place.
        dev_sets: what must never be learned from.
        reserved: a pattern of repositories and paths that must not be used, wherever they lie.
        families: what to look for: ``syntax``, ``bug``.
        generous: also believe commits whose messages say nothing, if they changed one thing only.
    """

    def __init__(
        self,
        limits: MiningLimits | None = None,
        dev_sets: DevSets | None = None,
        *,
        reserved: re.Pattern[str] | None = None,
        families: Sequence[str] = FAMILIES,
        generous: bool = True,
    ) -> None:
        self._limits = limits or MiningLimits()
        self._novelty = Novelty(self._limits, dev_sets)
        self._families, self._generous, self._reserved = families, generous, reserved
        self._toolbox = Toolbox(seconds=300.0)
        self._judge = Judge(self._toolbox)
        self.commits = 0
        """How many commits of the last repository were read."""

    def remember(self, pair: MinedPair) -> None:
        """Never find this edit again."""
        self._novelty.remember(pair)

    async def mine(self, folder: Path, repository: str) -> AsyncIterator[MinedPair]:
        """The pairs of one repository, newest first; what only merges changed comes last.

        Raises:
            WorkspaceError: there is no repository with a commit.
            ToolError: Ruff or oxlint cannot be run.
        """
        history = GitHistory(folder, Languages().suffixes())
        await asyncio.to_thread(history.head)
        self._novelty.next_repository()
        self.commits = 0
        try:
            async for pair in self._pairs(history, repository):
                if not self._is_reserved(pair) and self._novelty.admits(pair):
                    yield pair
        finally:
            history.close()

    async def _pairs(self, history: GitHistory, repository: str) -> AsyncIterator[MinedPair]:
        syntax = SyntaxPairs(history.blob, self._judge)
        bugs = BugPairs(history.blob, generous=self._generous)
        started = time.monotonic()
        log = itertools.chain(history.commits(merges=False), history.commits(merges=True))
        commits = itertools.islice(log, self._limits.commits)
        while batch := await asyncio.to_thread(self._batch, commits):
            self.commits += len(batch)
            open_ = [name for name in self._families if not self._novelty.is_full(name)]
            if not open_ or time.monotonic() - started > self._limits.seconds:
                return
            if "syntax" in open_:
                for pair in await syntax.pairs(repository, batch):
                    yield pair
            if "bug" in open_:
                for pair in await asyncio.to_thread(self._of_bugs, bugs, repository, batch):
                    yield pair

    def _is_reserved(self, pair: MinedPair) -> bool:
        where = f"{pair.origin.repository}/{pair.origin.path}"
        return self._reserved is not None and self._reserved.search(where) is not None

    @staticmethod
    def _batch(commits: Iterator[Commit]) -> list[Commit]:
        return list(itertools.islice(commits, _BATCH))

    @staticmethod
    def _of_bugs(bugs: BugPairs, repository: str, batch: Sequence[Commit]) -> list[MinedPair]:
        return [pair for commit in batch for pair in bugs.pairs(repository, commit)]

    def close(self) -> None:
        """Remove what the tools have laid on disk."""
        self._toolbox.close()
