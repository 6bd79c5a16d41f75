"""Which lines were changed, by what git's own comparison says."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator, Mapping, Sequence

from thea_code_system.values.lines import LineRanges
from thea_code_system.workspace.git import Git

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")  # no number means one line
_ONLY_LINES = (
    "--patch", "--unified=0", "--inter-hunk-context=0", "--text", "--find-renames", "--relative",
    "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


class ChangedLines:
    """Lines that were added or modified; a file that git does not know is changed all over.

    A file that was renamed counts with what was changed in it. Attributes that would have git
    convert a file, or run a program to compare it, do not count.
    """

    def __init__(self, git: Git) -> None:
        self._git = git

    async def staged(self, paths: Sequence[str]) -> Mapping[str, LineRanges]:
        """The lines of the index that differ from the last commit, for paths it holds.

        Raises:
            WorkspaceError: this is no repository.
        """
        found = await self._compare("--cached", await self._git.base())
        return {path: found.get(path, LineRanges()) for path in paths}

    async def since(self, revision: str, paths: Sequence[str]) -> Mapping[str, LineRanges]:
        """The lines of the working tree that differ from a revision.

        Raises:
            WorkspaceError: there is no such revision, or no repository.
        """
        found = await self._compare(await self._git.commit(revision))
        known = await self._git.tracked()
        rest = (LineRanges.whole(), LineRanges())
        return {path: found.get(path, rest[path in known]) for path in paths}

    async def _compare(self, *against: str) -> Mapping[str, LineRanges]:
        settings = await self._git.without_filters()
        out = await self._git.ask("diff-index", *_ONLY_LINES, *against, settings=settings)
        ranges: dict[str, list[tuple[int, int]]] = {}
        for path, first, number in self._hunks(out):
            ranges.setdefault(path, []).extend([(first, first + number - 1)] if number else [])
        return {path: LineRanges(tuple(found)) for path, found in ranges.items()}

    def _hunks(self, patch: bytes) -> Iterator[tuple[str, int, int]]:
        """Path, first line and number of lines of what every hunk makes."""
        lines = iter(patch.split(b"\n"))
        path = ""
        for line in lines:
            if line.startswith(b"+++ "):
                path = self._name(line[4:])
            elif match := _HUNK.match(line):
                removed, first, added = (
                    int(1 if text is None else text) for text in match.groups()
                )
                for _ in range(removed + added):  # what they say must not be taken for a header
                    while next(lines).startswith(b"\\"):
                        continue
                yield path, first, added

    @staticmethod
    def _name(shown: bytes) -> str:
        """A path as a patch shows it: quoted where it holds odd characters, else as it is."""
        if shown.startswith(b'"'):
            shown, _ = codecs.escape_decode(shown.removesuffix(b"\t")[1:-1])
        return os.fsdecode(shown.removesuffix(b"\t").removeprefix(b"b/"))
