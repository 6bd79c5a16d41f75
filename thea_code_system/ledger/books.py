"""One project's open ledger, with those who read it, write it and plan from it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.state import State
from thea_code_system.ledger.store import LedgerStore
from thea_code_system.ledger.turn import RunMark, WriteTurn

if TYPE_CHECKING:
    from thea_code_system.ledger.accepting import AcceptancePlanner
    from thea_code_system.ledger.keeping import CommitWitness
    from thea_code_system.ledger.pruning import LedgerPruner
    from thea_code_system.ledger.resuming import Interruptions
    from thea_code_system.ledger.undoing import UndoPlanner


class Books:
    """The ledger in a state directory.

    Raises:
        LedgerError: it is damaged, or a newer Thea made it.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._database = LedgerDatabase(state.ledger)
        self.store = LedgerStore(self._database)
        self.history = LedgerHistory(self._database)
        self.turn = WriteTurn(state.path.joinpath("turn.sqlite"))
        self._mine: RunMark | None = None
        for left in () if state.blank else state.path.glob("run-*.sqlite"):
            RunMark(left).is_set()  # removes what a killed run left

    @cached_property
    def interruptions(self) -> Interruptions:
        """Tells what was interrupted; imported by those who ask."""
        from thea_code_system.ledger.resuming import Interruptions

        return Interruptions(self)

    # These are imported by those who need them.

    @cached_property
    def undoing(self) -> UndoPlanner:
        """Plans the way back."""
        from thea_code_system.ledger.undoing import UndoPlanner

        return UndoPlanner(self.history)

    @cached_property
    def accepting(self) -> AcceptancePlanner:
        """Plans what answers in review do."""
        from thea_code_system.ledger.accepting import AcceptancePlanner

        return AcceptancePlanner(self.history)

    @cached_property
    def witness(self) -> CommitWitness:
        """Tells what a commit holds."""
        from thea_code_system.ledger.keeping import CommitWitness

        return CommitWitness(self._database, self.history)

    @cached_property
    def pruner(self) -> LedgerPruner:
        """Drops what is old."""
        from thea_code_system.ledger.pruning import LedgerPruner

        return LedgerPruner(self._database)

    def mark(self, run: str) -> RunMark:
        """What shows that a run is under way."""
        return RunMark(self.state.path.joinpath(f"run-{run}.sqlite"))

    def claim(self, run: str) -> bool:
        """Make a run this process's own until the books are closed; False if it is another's."""
        self._mine = self.mark(run)
        return self._mine.set()

    def begin(self, command: str, settings: str, version: str, mode: str, request: str) -> str:
        """Enter a new run, claimed before anybody can see it; its id."""
        run = self.store.new_id()
        self.claim(run)
        return self.store.begin(command, settings, version, mode, request=request, run=run)

    def release(self) -> None:
        """Let go of the run that was claimed: it has finished, or somebody may resume it."""
        if self._mine is not None:
            self._mine.clear()
            self._mine = None

    def close(self) -> None:
        """Give back the turn to write and the run, and close the database."""
        self.release()
        self.turn.give_back()
        self._database.close()
