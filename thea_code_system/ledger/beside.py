"""Reads a ledger that is not this project's: that of another machine's part of the work."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from thea_code_system.errors import LedgerError
from thea_code_system.ledger.database import LedgerDatabase
from thea_code_system.ledger.history import LedgerHistory
from thea_code_system.ledger.records import Past

_FILE = "ledger.sqlite"
_PARTS = ("", "-wal")  # what was written last may not be in the database itself yet


class LedgerBeside:
    """A ledger, of which a copy is read: the original is neither trusted nor changed.

    Args:
        path: the file, the folder ``.thea`` that holds it, or the project.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def past(self) -> Past:
        """All that statistics are made of.

        Raises:
            LedgerError: there is no ledger, or it cannot be read.
        """
        source = self._found()
        with tempfile.TemporaryDirectory(prefix="thea-") as folder:
            copy = Path(folder, _FILE)
            for part in _PARTS:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(f"{source}{part}", f"{copy}{part}")
            with contextlib.closing(LedgerDatabase(copy)) as database:
                return LedgerHistory(database).past()

    def _found(self) -> Path:
        within = (self._path.joinpath(_FILE), self._path.joinpath(".thea", _FILE))
        places = (self._path, *within)
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise LedgerError(
                f"there is no ledger at {self._path}",
                "Name a project, its .thea folder, or a ledger.sqlite.",
            )
        return found
