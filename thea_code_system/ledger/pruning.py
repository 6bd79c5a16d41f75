"""Drops the former contents of files that hardly anybody will want back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thea_code_system.ledger.database import LedgerDatabase

_NEEDED = """
    SELECT before FROM file JOIN run ON run.seq = file.run
        WHERE run.finished IS NULL AND before != after
    UNION SELECT before FROM file JOIN intent USING (run, path)
    UNION SELECT before FROM file WHERE before != after AND run =
        (SELECT run FROM file WHERE before != after ORDER BY run DESC LIMIT 1)
"""
_TIMES = """
    SELECT before, run.started FROM file JOIN run ON run.seq = file.run
        WHERE before != after ORDER BY run.seq
"""
_NEXT = "prune after"  # when it is due again, in seconds since the epoch
_DAY = 86_400.0
_CHUNK = 500  # SQLite takes a bounded number of parameters at once


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was dropped, or would be: former contents, the bytes that they take, and of what runs.

    ``kept`` are the bytes of those that stay.
    """

    images: int
    size: int
    kept: int
    runs: tuple[str, ...]


class LedgerPruner:
    """Chooses former contents by age and size, and drops them.

    Those of the last run that changed something stay, and those of runs that have not finished or
    whose writes are not settled. What no run could take back any more goes first.
    """

    def __init__(self, database: LedgerDatabase) -> None:
        self._database = database

    def prune(self, oldest: float, room: int, *, drop: bool) -> Pruned:
        """Drop what is older than ``oldest``, and the oldest of what has no room.

        Args:
            oldest: seconds since the epoch.
            room: bytes that all former contents may take.
            drop: whether to do it.
        """
        if not drop:
            return self._pruned(self._chosen(oldest, room))
        with self._database.transaction():
            chosen = self._chosen(oldest, room)
            pruned = self._pruned(chosen)
            self._drop(chosen)
        self._database.compact()
        return pruned

    def due(self) -> bool:
        """Whether it was a day ago that :meth:`tidy` was last called."""
        row = self._database.row("SELECT value FROM meta WHERE key = ?", _NEXT)
        return row is None or time.time() > float(row[0])

    def tidy(self, age: float, room: int) -> None:
        """Drop what is older than some seconds, and the oldest of what has no room.

        The file stays as large as it is: what comes next has its room there.
        """
        from thea_code_system.wrappers.torch_wrapper import TorchMath

        now = time.time()
        after = float(TorchMath.add(now, _DAY))
        with self._database.transaction():
            self._drop(self._chosen(float(TorchMath.sub(now, age)), room))
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", _NEXT, str(after))

    def _drop(self, chosen: Sequence[tuple[str, int]]) -> None:
        rows = [(digest,) for digest, _ in chosen]
        self._database.execute_all("DELETE FROM preimage WHERE digest = ?", rows)

    def _chosen(self, oldest: float, room: int) -> list[tuple[str, int]]:
        """Digests and sizes of what has to go; what is needed has its room first."""
        from thea_code_system.wrappers.torch_wrapper import TorchMath

        needed = {digest for (digest,) in self._database.rows(_NEEDED)}
        times = dict(self._database.rows(_TIMES))
        rows = self._database.rows("SELECT digest, length(data) FROM preimage ORDER BY digest")
        images = [(digest, size, times.get(digest, 0.0)) for digest, size in rows]
        images.sort(key=lambda row: (row[0] not in needed, -row[2]))
        fits = TorchMath.plain(TorchMath.within([size for _, size, _ in images], room))
        return [
            (digest, size)
            for (digest, size, at), fit in zip(images, fits, strict=True)
            if digest not in needed and (at < oldest or not fit)
        ]

    def _pruned(self, chosen: Sequence[tuple[str, int]]) -> Pruned:
        from thea_code_system.wrappers.torch_wrapper import TorchMath

        sizes = [size for _, size in chosen]
        every = [size for (size,) in self._database.rows("SELECT length(data) FROM preimage")]
        (size,), (whole,) = (TorchMath.plain(TorchMath.sum(one or [0])) for one in (sizes, every))
        (kept,) = TorchMath.plain(TorchMath.sub(whole, size))
        runs = tuple(dict.fromkeys(self._runs([digest for digest, _ in chosen])))
        return Pruned(len(chosen), int(size), int(kept), runs)

    def _runs(self, digests: Sequence[str]) -> Iterator[str]:
        """The runs that cannot be taken back whole without these."""
        rest = digests
        while rest:
            chunk, rest = rest[:_CHUNK], rest[_CHUNK:]
            marks = ",".join("?" for _ in chunk)
            query = (
                "SELECT run.id FROM file JOIN run ON run.seq = file.run"  # noqa: S608 - only marks
                f" WHERE file.before IN ({marks}) AND before != after ORDER BY run.seq"
            )
            yield from (run for (run,) in self._database.rows(query, *chunk))
