"""What a run that was killed while it committed has left in the index and on the branch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from thea_code_system.values.commits import CommitSeries
from thea_code_system.workspace.git import Git
from thea_code_system.workspace.objects import Stored

_LISTED = re.compile(rb"(?:# [^\n]*\n[0-9a-f]{40,64}\n)*")


class CommitRemains:
    """Tells what is left of the same commits, made before: all of them are on the branch, or none.

    The index is changed before the branch, so that what a kill leaves is staged, which is what the
    files say, and never the reverse of it.

    Args:
        git: the repository.
        series: the commits.
        held: what the last commit holds.
        mine: what the user's index holds.
    """

    def __init__(
        self, git: Git, series: CommitSeries, held: Mapping[str, Stored], mine: Mapping[str, Stored]
    ) -> None:
        self._git, self._series = git, series
        self._held, self._mine = held, mine

    async def staged(self) -> dict[str, Stored | None]:
        """What the index should hold instead of what was put there and never committed."""
        found: dict[str, Stored | None] = {path: self._held[path] for path in self._staged()}
        name = self._series.listing
        if found and name in self._mine and self._mine[name] != self._held.get(name):
            before = await self._blob(self._held.get(name))
            if self._lists_more(await self._blob(self._mine[name]), before):
                found[name] = self._held.get(name)
        return found

    async def made(self) -> dict[str, bytes]:
        """The files as the last commit holds them, if these commits made them so.

        The one that lists commits is among them where only the last commit says what it should.
        """
        before, held = self._series.before, self._held
        found = {
            path: data
            for path, data in self._series.after.items()
            if path in held and held[path].keeps(data) and not held[path].keeps(before[path])
        }
        name = self._series.listing
        if found and name in held:
            data = await self._blob(held[name])
            if data != before.get(name) and self._lists_more(data, before.get(name, b"")):
                found[name] = data
        return found

    async def names(self) -> tuple[str, ...]:
        """The commits of this run that the branch has, in order."""
        chosen = ("--reverse", "--fixed-strings", f"--grep=Thea-Run: {self._series.run}")
        return tuple((await self._git.ask("rev-list", *chosen, "HEAD")).decode().split())

    def _staged(self) -> Iterator[str]:
        for path, data in self._series.after.items():
            if path in self._held and path in self._mine:
                held, mine = self._held[path], self._mine[path]
                if mine != held and mine.keeps(data) and held.keeps(self._series.before[path]):
                    yield path

    async def _blob(self, one: Stored | None) -> bytes:
        return await self._git.ask("cat-file", "blob", one.blob.decode()) if one else b""

    @staticmethod
    def _lists_more(data: bytes, before: bytes) -> bool:
        """Whether a list is another one with commits at its end."""
        more = data.removeprefix(before)
        return data.startswith(before) and bool(_LISTED.fullmatch(more.removeprefix(b"\n")))
