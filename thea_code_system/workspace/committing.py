"""Commits what a run changed, and nothing else."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from thea_code_system.errors import WorkspaceError
from thea_code_system.values.commits import CommitSeries, CommitStep, Committed
from thea_code_system.workspace.git import Git
from thea_code_system.workspace.objects import ScratchIndex, Stored
from thea_code_system.workspace.remains import CommitRemains

_SIGNERS = {  # what signs, and what git takes where nobody says
    "gpg.program": "gpg", "gpg.x509.program": "gpgsm", "gpg.ssh.program": "ssh-keygen",
    "gpg.ssh.defaultkeycommand": "",
}  # fmt: skip
_OTHER_NAME = {"gpg.openpgp.program": "gpg.program"}
_ITS_OWN = frozenset({"local", "worktree"})
_TRUE = frozenset({"true", "yes", "on", "1"})
_CRLF = b"\r\n"
_LIST = "Leave the commits of Thea out of git blame"


@dataclass(frozen=True, slots=True)
class Signing:
    """Whether commits are signed, and the settings under which that is done."""

    wanted: bool
    settings: Mapping[str, str]


class _Chain:
    """Commits on top of each other that no branch has yet."""

    def __init__(
        self, git: Git, index: ScratchIndex, held: Mapping[str, Stored], head: str
    ) -> None:
        self._git, self.index, self.held, self.head = git, index, held, head
        self.new: dict[str, Stored] = {}
        self.made: list[tuple[str, str]] = []

    async def add(self, files: Mapping[str, bytes], message: str, signing: Signing) -> None:
        """One more commit."""
        self.new |= await self.index.write(files, self.held)
        tree = await self.index.tree()
        parent = self.made[-1][0] if self.made else self.head
        sign = ("-S",) if signing.wanted else ()
        name = await self._git.ask(
            "commit-tree", *sign, "-p", parent, "-F", "-", tree,
            given=os.fsencode(message), settings=signing.settings,
        )  # fmt: skip
        self.made.append((name.decode().strip(), message.partition("\n")[0]))

    def listed(self, before: bytes) -> bytes:
        """A list of commits with these ones at its end."""
        start = before if not before or before.endswith(b"\n") else before + b"\n"
        lines = "".join(f"# {subject}\n{name}\n" for name, subject in self.made)
        return start + os.fsencode(lines)


class Committer:
    """Builds commits in an index of its own, then moves the branch to them.

    What is committed is made of what the last commit holds and of Thea's own edits, so that nothing
    of the user's can get into it. The user's index changes for these files only, and only where it
    says what the last commit says. No hook runs. Commits are signed where the configuration asks
    for it, by a program that the repository did not choose.

    Args:
        git: the repository.
        trust: whether the repository may choose the program that signs.
    """

    def __init__(self, git: Git, *, trust: bool = False) -> None:
        self._git = git
        self._trust = trust

    async def commit(self, series: CommitSeries) -> Committed:
        """Make the commits.

        Files that the last commit or the index no longer holds as they were are left out, and
        named. What a killed part of the run has committed is not committed again.

        Raises:
            WorkspaceError: git failed, or somebody committed meanwhile; no branch was moved.
        """
        head = await self._git.commit("HEAD")
        signing = await self._signing()
        with tempfile.TemporaryDirectory(prefix=f"thea-{os.getpid()}-commit-") as folder:
            index = ScratchIndex(self._git, Path(folder), await self._prefix())
            chain = _Chain(self._git, index, await index.read(head), head)
            mine = await ScratchIndex.entries(self._git)
            remains = CommitRemains(self._git, series, chain.held, mine)
            made = await remains.made()
            lost = dict(self._lost(series.before, chain.held, mine, made))
            for step in series.steps:
                if files := dict(self._stored(step, series.before, chain.held, {*lost, *made})):
                    await chain.add(files, step.message, signing)
            listing = made.get(series.listing)
            if chain.made and series.listing and series.listing not in lost:
                listing = chain.listed(series.before.get(series.listing, b""))
                message = f"{_LIST}\n\nThea-Run: {series.run}\n"
                await chain.add({series.listing: listing}, message, signing)
            if chain.made:
                await self._move(chain)
        problems = tuple(f"{path} is corrected, but not committed: {lost[path]}" for path in lost)
        names = await remains.names() if made else tuple(name for name, _ in chain.made)
        return Committed(names, problems, listing)

    async def unstage(self, series: CommitSeries) -> None:
        """Take out of the index what a killed run has staged of these commits, and only that."""
        with tempfile.TemporaryDirectory(prefix=f"thea-{os.getpid()}-commit-") as folder:
            index = ScratchIndex(self._git, Path(folder), await self._prefix())
            held = await index.read(await self._git.commit("HEAD"))
            mine = await ScratchIndex.entries(self._git)
            if staged := await CommitRemains(self._git, series, held, mine).staged():
                await index.enter(staged)
                await self._refresh()

    async def _prefix(self) -> bytes:
        return (await self._git.ask("rev-parse", "--show-prefix")).rstrip(b"\n")

    async def _signing(self) -> Signing:
        """Whether the user's commits are signed, and by what."""
        out = await self._git.ask("config", "-z", "--show-scope", "--list")
        fields = out.split(b"\0")
        programs = dict(_SIGNERS)
        signed = False
        for scope, setting in zip(fields[::2], fields[1::2], strict=False):
            name, equals, value = os.fsdecode(setting).partition("\n")
            name = _OTHER_NAME.get(name, name)
            if name == "commit.gpgsign":
                signed = not equals or value.lower() in _TRUE
            elif name in programs and (self._trust or os.fsdecode(scope) not in _ITS_OWN):
                programs[name] = value
        programs |= {name: programs[same] for name, same in _OTHER_NAME.items()}
        return Signing(signed, {**programs, "i18n.commitEncoding": "UTF-8"})

    @staticmethod
    def _lost(
        before: Mapping[str, bytes],
        held: Mapping[str, Stored],
        mine: Mapping[str, Stored],
        made: Container[str],
    ) -> Iterator[tuple[str, str]]:
        """Files that can no longer be committed by themselves, and why."""
        for path, data in before.items():
            if path in made:
                continue
            if path not in held:
                yield path, "the last commit does not have it"
            elif not held[path].keeps(data):
                yield path, "the last commit has something else there"
            elif mine.get(path) != held[path]:
                yield path, "it was staged meanwhile"

    @staticmethod
    def _stored(
        step: CommitStep,
        before: Mapping[str, bytes],
        held: Mapping[str, Stored],
        without: Container[str],
    ) -> Iterator[tuple[str, bytes]]:
        """The contents of a commit as git keeps them: with LF where it made CRLF of that."""
        for path, data in step.files.items():
            if path not in without:
                plain = held[path].holds(before[path])
                yield path, data if plain else data.replace(_CRLF, b"\n")

    async def _move(self, chain: _Chain) -> None:
        """Let the user's index and branch follow, in this order, or neither.

        Killed in between, the corrections are staged, as they are in the files: the reverse order
        would leave the way back staged. :meth:`unstage` makes it good.
        """
        new, index = chain.new, chain.index
        await index.enter(new)
        note = f"thea: {chain.made[-1][1]}"
        try:
            await self._git.ask("update-ref", "-m", note, "HEAD", chain.made[-1][0], chain.head)
        except WorkspaceError as error:
            await index.enter({path: chain.held.get(path) for path in new})
            message = "the branch has moved, so the corrections are not committed"
            raise WorkspaceError(message, "They are in the files: commit them yourself.") from error
        await self._refresh()

    async def _refresh(self) -> None:
        with contextlib.suppress(WorkspaceError):  # it says so where the user has edited since
            settings = await self._git.without_filters()
            await self._git.ask("update-index", "-q", "--refresh", settings=settings)
