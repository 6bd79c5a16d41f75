"""The actor that remembers: what was done to which file, and how to take it back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from thea_code_system.actors.serial import SerialThread
from thea_code_system.errors import LedgerError, WorkspaceError
from thea_code_system.ledger.beside import LedgerBeside
from thea_code_system.ledger.books import Books
from thea_code_system.ledger.choice import WHOLE_RUN, Choice
from thea_code_system.ledger.pruning import Pruned
from thea_code_system.ledger.records import (
    ChangePlan,
    FileRecord,
    Past,
    Refusal,
    RunRecord,
    Torn,
)
from thea_code_system.ledger.state import NAME, State, StateDirectory
from thea_code_system.values.correction import Edit
from thea_code_system.values.outcome import FileOutcome
from thea_code_system.values.reliability import CalibratedCode, FamilyReliability
from thea_code_system.values.workspace import Written
from thea_code_system.workspace.git import Git
from thea_code_system.wrappers.actor import Actor, async_actor, remote_method

_WAIT, _TIMES = 0.5, 120  # seconds of waiting for the turn to write at once, and how many times


@async_actor
class LedgerActor(Actor):
    """Keeps one project's ledger.

    Args:
        root: the project root, absolute.
        make: whether to start a ledger where there is none; who only looks back leaves no trace.
    """

    def __init__(self, root: str, *, make: bool = True) -> None:
        self._root = root
        self._make = make
        self._do = SerialThread().do  # the database has one connection
        self._state: State | None = None
        self._books: Books | None = None

    @remote_method
    async def open(self, *, needed: bool = True) -> State:
        """Choose the state directory and open the ledger; its warning is for the user, once.

        A run that writes nothing does not need it: an empty one takes the place of a damaged one.

        Raises:
            LedgerError: the ledger is damaged, or was made by a newer Thea.
        """
        try:
            return (await self._opened()).state
        except LedgerError as error:
            if needed or self._state is None:
                raise
            warning = f"{error.message}; what you turned down is not known"
            self._state = replace(self._state, warning=warning, blank=True)
            self._books = await self._do(Books, self._state)
            return self._state

    async def shutdown(self) -> None:
        """Close the ledger."""
        if self._books is not None:
            await self._do(self._books.close)
            self._books = None

    @remote_method
    async def begin_run(
        self, command: str, settings: str, version: str, mode: str = "write", request: str = ""
    ) -> str:
        """Enter a new run; its id, which names it in every later call.

        ``request`` is what the caller needs to ask for the same again, should it be interrupted.
        """
        books = await self._opened()
        return await self._do(books.begin, command, settings, version, mode, request)

    @remote_method
    async def interrupted(self, name: str = "") -> RunRecord:
        """The run to resume, by its id or the beginning of it; by default the latest there is.

        Raises:
            LedgerError: there is none, it has finished, or it is still under way.
        """
        return await self._do((await self._opened()).interruptions.find, name)

    @remote_method
    async def last_interrupted(self) -> str:
        """The id of the latest run if it was interrupted, else empty."""
        return await self._do((await self._opened()).interruptions.last)

    @remote_method
    async def resume_run(self, run: str, settings: str) -> tuple[FileOutcome, ...]:
        """Go on with an interrupted run; what became of the files that need no second look.

        Raises:
            LedgerError: it has finished, is under way elsewhere, or began with other settings.
        """
        interruptions = (await self._opened()).interruptions
        await self._do(interruptions.claim, run, settings)
        return await self._do(interruptions.done, run)

    @remote_method
    async def record(
        self,
        run: str,
        outcomes: Sequence[FileOutcome],
        images: Mapping[str, bytes],
        refused: frozenset[str] = frozenset(),
    ) -> None:
        """Enter outcomes before writing; ``images`` are the bytes to be replaced, by digest.

        Rejected corrections with their ids in ``refused`` are not applied again.
        With images it takes the turn to write, which :meth:`settle` gives back.

        Raises:
            LedgerError: another process has been writing for a minute.
        """
        books = await self._opened()
        if images:
            await self._take_turn(books)
        await self._do(books.store.record, run, outcomes, images, refused)

    @remote_method
    async def settle(self, run: str, results: Sequence[Written]) -> None:
        """Enter what became of the writes of a batch or a plan."""
        books = await self._opened()
        await self._do(books.store.settle, run, results)
        await self._do(books.turn.give_back)

    @remote_method
    async def finish_run(
        self, run: str, report: Mapping[str, Any], statistics: Mapping[str, Any]
    ) -> None:
        """Enter how a run ended; both are plain values."""
        books = await self._opened()
        await self._do(books.store.finish, run, report, statistics)
        await self._do(books.release)

    @remote_method
    async def torn(self) -> tuple[Torn, ...]:
        """Writes that a killed run intended; empty while another process is writing.

        Holds the turn to write if there are any: :meth:`recover` has to follow.
        """
        books = await self._opened()
        if not await self._do(books.history.torn) or not await self._do(books.turn.take, 0.0):
            return ()
        torn = await self._do(books.history.torn)
        if not torn:
            await self._do(books.turn.give_back)
        return torn

    @remote_method
    async def recover(self, torn: Sequence[Torn], disk: Mapping[str, str]) -> None:
        """Settle torn writes: done where the file is what was planned, else not.

        Args:
            torn: what :meth:`torn` said.
            disk: the digest of each file as it is now.
        """
        books = await self._opened()
        for one in torn:
            done = disk.get(one.path) == one.planned
            result = Written(one.path, "" if done else "the run was interrupted")
            await self._do(books.store.settle, one.run, [result])
        await self._do(books.turn.give_back)

    @remote_method
    async def runs(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        return await self._do((await self._opened()).history.runs, limit)

    @remote_method
    async def run(self, name: str = "") -> RunRecord:
        """A run by its id or the beginning of it; by default the last that changed something.

        Raises:
            LedgerError: there is no such run, or more than one.
        """
        return await self._do((await self._opened()).history.run, name)

    @remote_method
    async def run_details(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with all their corrections."""
        return await self._do((await self._opened()).history.files, run)

    @remote_method
    async def run_of_correction(self, correction: str) -> str:
        """The latest run in which a correction was made.

        Raises:
            LedgerError: there is none.
        """
        return await self._do((await self._opened()).history.run_of_correction, correction)

    @remote_method
    async def pre_image(self, digest: str) -> bytes | None:
        """The bytes of a file before it was written."""
        return await self._do((await self._opened()).history.preimage, digest)

    @remote_method
    async def prune(self, oldest: float, room: int, *, drop: bool = True) -> Pruned:
        """Drop former contents of files by age and size, and make the ledger as small as it goes.

        Args:
            oldest: seconds since the epoch; what is older goes.
            room: bytes that the rest may take; the oldest of it goes first.
            drop: False only says what would go.

        Raises:
            LedgerError: another process has been writing for a minute.
        """
        books = await self._opened()
        if drop:
            await self._take_turn(books)
        pruned = await self._do(partial(books.pruner.prune, oldest, room, drop=drop))
        await self._do(books.turn.give_back)
        return pruned

    @remote_method
    async def tidy(self, age: float, room: int) -> None:
        """Once a day, drop former contents as :meth:`prune` does; never waits for anybody.

        Args:
            age: in seconds.
            room: in bytes.
        """
        books = await self._opened()
        if await self._do(books.pruner.due) and await self._do(books.turn.take, 0.0):
            await self._do(books.pruner.tidy, age, room)
            await self._do(books.turn.give_back)

    @remote_method
    async def suggestions(self, run: str) -> tuple[FileRecord, ...]:
        """The files of a run with suggestions that are still open, and only these."""
        return await self._do((await self._opened()).accepting.suggestions, run)

    @remote_method
    async def undo_targets(self, run: str, choice: Choice = WHOLE_RUN) -> tuple[str, ...]:
        """The paths whose bytes :meth:`undo_plan` needs.

        Raises:
            LedgerError: the run applied nothing of that choice.
        """
        return await self._do((await self._opened()).undoing.targets, run, choice)

    @remote_method
    async def undo_plan(
        self, run: str, disk: Mapping[str, bytes], choice: Choice = WHOLE_RUN
    ) -> ChangePlan:
        """What taking back a run or a part of it means; changes nothing.

        Args:
            run: an id.
            disk: the bytes of each target as it is now; without those that are gone.
            choice: the part.

        Raises:
            LedgerError: the run applied nothing of that choice.
        """
        return await self._do((await self._opened()).undoing.undo, run, disk, choice)

    @remote_method
    async def accept_plan(
        self, run: str, corrections: Sequence[str], disk: Mapping[str, bytes]
    ) -> ChangePlan:
        """What applying suggestions after all means; ``disk`` holds the files' present bytes."""
        planner = (await self._opened()).accepting
        return await self._do(planner.accept, run, corrections, disk)

    @remote_method
    async def edit_plan(
        self, run: str, correction: str, edit: Edit, disk: Mapping[str, bytes]
    ) -> ChangePlan:
        """What applying the user's own edit instead of a suggestion means.

        ``edit`` is in the coordinates of the original file; ``disk`` holds its present bytes.
        """
        planner = (await self._opened()).accepting
        return await self._do(planner.edited, run, correction, edit, disk)

    @remote_method
    async def intend(self, plan: ChangePlan) -> None:
        """Enter a plan's changes before writing them; :meth:`settle` has to follow.

        Raises:
            LedgerError: another process has been writing for a minute.
        """
        if plan.changes:
            books = await self._opened()
            await self._take_turn(books)
            await self._do(books.store.plan, plan.changes)

    @remote_method
    async def refuse(self, run: str, corrections: Sequence[str], source: str = "review") -> None:
        """Remember that the user turned corrections down: they are not applied again."""
        await self._do((await self._opened()).store.judge, run, corrections, "refused", source)

    @remote_method
    async def forget(self, corrections: Sequence[str] | None = None) -> None:
        """Forget that corrections were turned down; all of them by default."""
        await self._do((await self._opened()).store.forget, corrections)

    @remote_method
    async def refusals(self) -> tuple[Refusal, ...]:
        """What the user has turned down."""
        return await self._do((await self._opened()).history.refusals)

    @remote_method
    async def observe_commit(self) -> None:
        """Enter which corrections the latest commit holds, of those that nobody has judged.

        A bounded number of them at once; a commit that Thea made says nothing. Where there is no
        repository, or the ledger cannot be written, nothing is entered: what is known is not worse.
        """
        from thea_code_system.workspace.latest import LatestCommit

        books = await self._opened()
        if books.state.blank:
            return
        with contextlib.suppress(WorkspaceError, LedgerError):
            commit = await LatestCommit.of(Git(self._root))
            if not commit.by_thea:
                files = await self._do(books.witness.unjudged, commit.name, commit.made)
                held = await commit.files(tuple(dict.fromkeys(path for _, path in files)))
                await self._do(books.witness.hear, commit.name, files, held)

    @remote_method
    async def calibration(self) -> tuple[FamilyReliability, ...]:
        """By family, predicted confidence beside what was made of the corrections judged."""
        from thea_code_system.confidence.evidence import JudgedFamilies

        history = (await self._opened()).history
        return await self._do(lambda: JudgedFamilies(history.judgements()).families())

    @remote_method
    async def recalibrated(self, present: str) -> tuple[str, tuple[CalibratedCode, ...]]:
        """A repository's calibration by all judgements, as its file's text, and what is new in it.

        Args:
            present: the text of its file as it is; empty where there is none.

        Raises:
            ConfigError: that cannot be understood.
        """
        from thea_code_system.confidence.repository import RepositoryCalibration

        history = (await self._opened()).history
        weighed = await self._do(lambda: RepositoryCalibration(history.judgements(), present))
        codes = await self._do(weighed.codes)
        return weighed.text(codes), codes

    @remote_method
    async def statistics_rows(self, limit: int = -1) -> tuple[RunRecord, ...]:
        """The latest runs with their packed statistics; all by default."""
        return await self._do((await self._opened()).history.runs, limit)

    @remote_method
    async def past(self, beside: Sequence[str] = ()) -> Past:
        """All that statistics are made of, with that of other ledgers.

        Args:
            beside: where those lie: files, folders of state, or projects.

        Raises:
            LedgerError: one of them is not there or cannot be read.
        """
        past = await self._do((await self._opened()).history.past)
        for path in beside:
            past = past.joined(await self._do(LedgerBeside(Path(path)).past))
        return past

    async def _opened(self) -> Books:
        if self._books is None:
            tracked = await Git(self._root).tracks(NAME)
            choose = StateDirectory(self._root).choose
            self._state = await self._do(partial(choose, tracked=tracked, make=self._make))
            self._books = await self._do(Books, self._state)
        return self._books

    async def _take_turn(self, books: Books) -> None:
        """Wait in short pieces: who is interrupted need not wait for them all."""
        for _ in range(_TIMES):
            if await self._do(books.turn.take, _WAIT):
                return
        raise LedgerError(
            "another Thea has been writing to this project for a minute",
            "Wait for it, or end it, and run again.",
        )
