"""Whether a repository can take commits that hold nothing of its user's own work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from thea_code_system.errors import WorkspaceError
from thea_code_system.values.commits import UNKNOWN
from thea_code_system.workspace.git import Git

_UNDER_WAY = {
    "MERGE_HEAD": "a merge", "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection", "rebase-merge": "a rebase", "rebase-apply": "a rebase",
}  # fmt: skip
_CONVERTING = ("filter", "ident", "working-tree-encoding")
_NEUTRAL = frozenset({b"unspecified", b"unset"})
_COMMIT_FIRST = "Commit or stash what is yours first; Thea commits nothing but its own changes."


class Readiness:
    """Looks at a repository before a run whose corrections are to be committed."""

    def __init__(self, git: Git) -> None:
        self._git = git

    async def demand(self) -> None:
        """Make sure that commits can be made.

        Raises:
            WorkspaceError: there is no commit yet, something is staged or under way, or git does
                not know who commits.
        """
        try:
            await self._git.commit("HEAD")
        except WorkspaceError as error:
            message = (
                f"--commit-per needs a git repository with a commit, and {self._git.root} has none"
            )
            raise WorkspaceError(message, "Commit what is there first.") from error
        if await self._git.ask("diff-index", "--cached", "--raw", "-z", "HEAD"):
            raise WorkspaceError(
                "something is staged, and --commit-per leaves it alone", _COMMIT_FIRST
            )
        places = [part for name in _UNDER_WAY for part in ("--git-path", name)]
        found = (await self._git.ask("rev-parse", *places)).splitlines()
        if what := await asyncio.to_thread(self._under_way, found):
            raise WorkspaceError(f"{what} is under way", "Finish it, and run again.")
        for role in ("AUTHOR", "COMMITTER"):
            await self._git.ask("var", f"GIT_{role}_IDENT")

    def _under_way(self, places: Sequence[bytes]) -> str:
        """What is not finished, given where git would keep its state, in the order of our list."""
        exist = (Path(self._git.root, os.fsdecode(place)).exists() for place in places)
        told = zip(exist, _UNDER_WAY.values(), strict=True)
        return next((what for there, what in told if there), "")

    async def objections(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Why changes to some files could not be committed by themselves, in words, by path."""
        listed = await self._git.ask("ls-files", "-z", "-v", "--cached")
        tags = {os.fsdecode(one[2:]): one[:1] for one in listed.split(b"\0") if one}
        dirty = await self._git.differing(await self._git.commit("HEAD"))
        found = {}
        for path in paths:
            if path not in tags:
                found[path] = UNKNOWN
            elif path in dirty or tags[path] != b"H":
                found[path] = "it has changes that are not committed"
        return {**await self._converted(paths), **found}

    async def _converted(self, paths: Sequence[str]) -> dict[str, str]:
        """Files that git does not store as they are."""
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        out = await self._git.ask("check-attr", "-z", "--stdin", *_CONVERTING, given=given)
        fields = out.split(b"\0")
        told = zip(fields[::3], fields[1::3], fields[2::3], strict=False)
        return {
            os.fsdecode(path): f"git converts it ({os.fsdecode(name)} in .gitattributes)"
            for path, name, value in told
            if value not in _NEUTRAL
        }
