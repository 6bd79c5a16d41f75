"""Repairs of files that did not parse before a commit, and did after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from thea_code_system.training.mining.history import Change, Commit
from thea_code_system.training.mining.intent import Intent
from thea_code_system.training.mining.judge import Judge
from thea_code_system.training.mining.pair import MinedPair, Origin
from thea_code_system.training.mining.syntax_kinds import SyntaxKinds
from thea_code_system.training.token_edits import TokenEdits
from thea_code_system.values.source import NotTextError, SourceFile

_LARGEST: Final = 200_000  # bytes
_WIDEST: Final = 200  # characters a line, on average: more is minified
_FEW: Final = 200  # token edits; a commit of more did much besides


class SyntaxPairs:
    """Finds repaired files in batches of commits; an organ of one miner.

    Args:
        read: the content of a blob.
        judge: tells what is broken.
    """

    def __init__(self, read: Callable[[str], bytes], judge: Judge) -> None:
        self._read, self._judge = read, judge
        self._kinds, self._intent = SyntaxKinds(), Intent()
        self._broken: dict[str, bool] = {}

    async def pairs(self, repository: str, commits: Sequence[Commit]) -> Sequence[MinedPair]:
        """The repairs of these commits, in their order.

        Raises:
            ToolError: a tool cannot be run.
        """
        fresh = await asyncio.to_thread(self._unknown, commits)
        rejected = await self._judge.rejected(fresh)
        self._broken.update((source.path, source.path in rejected) for source in fresh)
        found = await asyncio.to_thread(self._repaired, commits)
        wrong = await self._judge.rejected(
            [self._named(change.after, change) for _, change in found]
        )
        out: list[MinedPair] = []
        for commit, change in found:
            if self._name(change.after, change) not in wrong:
                pair = await asyncio.to_thread(self._pair, repository, commit, change)
                out += [pair] if pair is not None else []
        return out

    def _unknown(self, commits: Sequence[Commit]) -> list[SourceFile]:
        """The old versions that no parser has seen yet, each once, named by its blob."""
        fresh: dict[str, SourceFile] = {}
        for _, change in self._wanted(commits):
            name = self._name(change.before, change)
            if name not in self._broken and name not in fresh:
                self._broken[name] = False
                source = self._named(change.before, change)
                if source.text.strip():
                    fresh[name] = source
        return list(fresh.values())

    def _repaired(self, commits: Sequence[Commit]) -> list[tuple[Commit, Change]]:
        """Changes from a text that is broken to one that the language's parser accepts."""
        out = []
        for commit, change in self._wanted(commits):
            if not self._broken[self._name(change.before, change)]:
                continue
            after = self._named(change.after, change)
            if after.text.strip() and self._judge.parses(after):
                out.append((commit, change))
        return out

    def _wanted(self, commits: Sequence[Commit]) -> Iterator[tuple[Commit, Change]]:
        for commit in commits:
            for change in commit.changes:
                if not self._intent.is_deliberate(change.path) and self._judge.language(
                    change.path
                ):
                    yield commit, change

    def _pair(self, repository: str, commit: Commit, change: Change) -> MinedPair | None:
        before, after = (self._named(blob, change) for blob in (change.before, change.after))
        fault = self._judge.fault(before)
        if fault is None:
            return None
        language = self._judge.language(change.path)
        compare = TokenEdits(language)
        changes = compare.changes(compare.tokens(before.text), compare.tokens(after.text))
        size = compare.size(changes)
        details: dict[str, object] = {
            "fault": fault.message, "line": fault.line, "before": change.before,
            "token_edits": size, "large": size > _FEW,
        }  # fmt: skip
        kind = self._kinds.kind(before.text, fault.message, changes or [])
        origin = Origin(repository, commit.name, change.path, commit.subject[:200])
        return MinedPair(origin, "syntax", language, kind, before.text, after.text, details)

    @staticmethod
    def _name(blob: str, change: Change) -> str:
        return f"{blob}{PurePosixPath(change.path).suffix.lower()}"

    def _named(self, blob: str, change: Change) -> SourceFile:
        """A version under the name of its blob; empty if it is no source written by hand."""
        name, data = self._name(blob, change), self._read(blob)
        try:
            source = SourceFile.decode(name, data if len(data) <= _LARGEST else b"")
        except NotTextError:
            return SourceFile(name, "")
        lines = source.text.count("\n") + source.text.count("\r") or 1
        return source if len(source.text) < _WIDEST * lines else source.with_text("")
