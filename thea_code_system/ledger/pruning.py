"""Drops the former contents of files that hardly anybody will want back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thea_code_system.ledger.database import LedgerDatabase

_NEEDED = """
    SELECT before FROM file JOIN run ON run.seq = file.run
        WHERE run.finished IS NULL AND before != after
    UNION SELECT before FROM file JOIN intent USING (run, path)
    UNION SELECT before FROM file WHERE run =
        (SELECT run FROM file WHERE before != after ORDER BY run DESC LIMIT 1)
"""
_IMAGES = """
    SELECT digest, length(data), coalesce((
        SELECT run.started FROM file JOIN run ON run.seq = file.run
        WHERE file.before = preimage.digest AND file.before != file.after
        ORDER BY run.seq DESC LIMIT 1
    ), 0.0) AS at FROM preimage ORDER BY at DESC, digest
"""
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
            for digest, _ in chosen:
                self._database.execute("DELETE FROM preimage WHERE digest = ?", digest)
        self._database.compact()
        return pruned

    def _chosen(self, oldest: float, room: int) -> list[tuple[str, int]]:
        """Digests and sizes of what has to go; what is needed has its room first."""
        from thea_code_system.wrappers.torch_wrapper import TorchMath

        needed = {digest for (digest,) in self._database.rows(_NEEDED)}
        images = sorted(self._database.rows(_IMAGES), key=lambda row: row[0] not in needed)
        totals = TorchMath.tensor([size for _, size, _ in images]).cumsum(0)
        fits = TorchMath.plain(TorchMath.le(totals, room)) if images else []
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
