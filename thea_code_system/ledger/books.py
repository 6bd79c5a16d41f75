"""One project's open ledger, with those who read it, write it and plan from it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.state import State
from thea_code_system.ledger.store import LedgerStore
from thea_code_system.ledger.turn import WriteTurn

if TYPE_CHECKING:
    from thea_code_system.ledger.accepting import AcceptancePlanner
    from thea_code_system.ledger.pruning import LedgerPruner
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
    def pruner(self) -> LedgerPruner:
        """Drops what is old."""
        from thea_code_system.ledger.pruning import LedgerPruner

        return LedgerPruner(self._database)

    def close(self) -> None:
        """Give back the turn to write, and close the database."""
        self.turn.give_back()
        self._database.close()
