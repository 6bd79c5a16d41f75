"""A team's past as lessons: repairs that it made, and the code that it has."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from thea_code_system.errors import UsageError
from thea_code_system.languages.registry import Languages
from thea_code_system.training.cases import CaseFile
from thea_code_system.training.corpus import Corpus, Piece, Shelf
from thea_code_system.training.dev_sets import DevSets
from thea_code_system.training.mining.history import GitHistory
from thea_code_system.training.mining.miner import PairMiner
from thea_code_system.training.mining.novelty import MiningLimits
from thea_code_system.values.learning import MinedRepository

_PAIRS: Final = "pairs.jsonl"
_PIECES: Final = "pieces.jsonl"
_HELD: Final = "held-out.jsonl"
_PARTS: Final = 4  # one of them is held out
_MOST_HELD: Final = 100  # of a family: each is searched for repairs at least twice
_MOST_FILES: Final = 3_000  # of one repository, for clean code
_WORDS: Final = 20  # of a piece that is worth breaking
_LIMITS: Final = MiningLimits(syntax=1_000, bugs=1_000)
_HINT: Final = (
    "A pair is a file that did not parse before a commit and did after it, or a commit with one"
    " small edit in a Python file whose message speaks of a fix. Look further with --from-git, or"
    " give cases of your own with --pairs."
)

Row = Mapping[str, Any]


class TeamPast:
    """Organ: gathers pairs and clean code into a folder, and tells them apart by their commits.

    What a hash of the commit holds out is not learned from, nor are the files that it mended.

    Args:
        folder: where pairs and pieces of code are kept; what lies there is taken up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._languages = Languages()
        self.found = 0
        """How many pairs are known by now."""
        self.miner: PairMiner | None = None

    @property
    def held_out(self) -> Path:
        """The cases that are not learned from, as ``thea evaluate`` reads them."""
        return self._folder / _HELD

    @property
    def shelf(self) -> Shelf:
        """The pieces of clean code."""
        return Shelf(self._folder / _PIECES)

    def check(self, repositories: Sequence[Path], cases: str | None) -> None:
        """Look whether everything can be read.

        Raises:
            UsageError: the cases cannot.
            WorkspaceError: a folder holds no repository with a commit.
        """
        for folder in repositories:
            GitHistory(folder, ()).head()
        if cases is not None:
            CaseFile(cases).read()

    async def gather(
        self, repositories: Sequence[Path], cases: str | None
    ) -> list[MinedRepository]:
        """Mine histories, one after another, and take up a file of cases.

        Raises:
            UsageError: there is no pair.
            ToolError: Ruff or oxlint cannot be run.
        """
        rows = {row["id"]: row for row in self._given(cases)}
        self.found = len(rows)
        found: list[MinedRepository] = []
        self.miner = PairMiner(_LIMITS, DevSets.committed())
        try:
            for folder in repositories:
                before = dict(rows)
                async for row in self._mined(self.miner, folder):
                    rows.setdefault(row["id"], row)
                    self.found = len(rows)
                found.append(self._counted(folder, rows.keys() - before.keys(), rows))
        finally:
            self.miner.close()
        if not rows:
            where = ", ".join(f"{one.name} ({one.commits:,} commits read)" for one in found)
            raise UsageError(f"there is no pair to learn from in {where}", _HINT)
        self._write(_PAIRS, list(rows.values()))
        return found

    def gather_code(self, repositories: Sequence[Path], seed: int) -> None:
        """Cut the newest code of repositories into pieces, less the files of held-out pairs."""
        mended = self._mended()
        names = {True: "a bug", False: "does not parse"}  # what the figures are told apart by
        cases = [{**row, "kind": names[self.is_bug(row)]} for row in self.held()]
        self._write(_HELD, cases)
        pieces = (piece for folder in repositories for piece in self._pieces(folder, mended, seed))
        Shelf.write(self._folder / _PIECES, pieces)

    def pairs(self) -> list[Row]:
        """All pairs."""
        with (self._folder / _PAIRS).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def learned(self) -> list[Row]:
        """The pairs to learn from: no file of a held-out pair is in them, of whatever commit."""
        mended = self._mended()
        return [
            row for row in self.pairs() if not self._is_held(row) and self._place(row) not in mended
        ]

    def held(self) -> list[Row]:
        """The pairs that are held out, as many of each family as are worth their time."""
        taken: dict[bool, list[Row]] = {True: [], False: []}
        for row in sorted(self.pairs(), key=self._hash):
            if self._is_held(row):
                taken[self.is_bug(row)].append(row)
        return [row for rows in taken.values() for row in rows[:_MOST_HELD]]

    def save_pairs(self, path: Path) -> None:
        """Write all pairs as a file of cases."""
        path.write_bytes((self._folder / _PAIRS).read_bytes())

    def is_bug(self, row: Row) -> bool:
        """Whether the broken text of a pair parses."""
        if "family" in row:
            return bool(row["family"] == "bug")
        return self._languages.named(str(row["language"])).parses(str(row["broken"]))

    def _mended(self) -> set[tuple[str, str]]:
        """The files of held-out pairs."""
        return {self._place(row) for row in self.held()}

    @staticmethod
    def _place(row: Row) -> tuple[str, str]:
        """Repository and path of a pair; a case that has none is a place of its own."""
        return str(row.get("repository", "")), str(row.get("path", row["id"]))

    @staticmethod
    def _hash(row: Row) -> bytes:
        """By its commit, so that what one commit did is on one side."""
        return hashlib.sha256(str(row.get("commit", row["id"])).encode()).digest()

    @classmethod
    def _is_held(cls, row: Row) -> bool:
        return cls._hash(row)[-1] % _PARTS == 0

    @staticmethod
    def _given(cases: str | None) -> Iterator[Row]:
        """The rows of a file of cases that was checked."""
        if cases is None:
            return
        with Path(cases).open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    row = json.loads(line)
                    yield {**row, "id": str(row["id"])}

    async def _mined(self, miner: PairMiner, folder: Path) -> AsyncIterator[dict[str, Any]]:
        async for pair in miner.mine(folder, self._name(folder)):
            row: dict[str, Any] = dict(pair.row())
            yield row

    def _counted(self, folder: Path, fresh: set[str], rows: Mapping[str, Row]) -> MinedRepository:
        bugs = len([id_ for id_ in fresh if self.is_bug(rows[id_])])
        commits = self.miner.commits if self.miner else 0
        return MinedRepository(self._name(folder), commits, len(fresh) - bugs, bugs)

    @staticmethod
    def _name(folder: Path) -> str:
        """What a repository is called: after its folder, not after what git lies in."""
        whole = folder.resolve()
        return (whole.parent if whole.name in {".git", "repo"} else whole).name

    def _pieces(self, folder: Path, mended: set[tuple[str, str]], seed: int) -> Iterator[Piece]:
        history, corpus = GitHistory(folder, self._languages.suffixes()), Corpus()
        name = self._name(folder)
        try:
            files = [
                (path, blob)
                for path, blob in history.files()
                if corpus.wants(path) and (name, path) not in mended
            ]
            rng = random.Random(seed)  # noqa: S311 - a reproducible choice is wanted
            for path, blob in rng.sample(files, min(len(files), _MOST_FILES)):
                for piece in corpus.of_file(path, history.blob(blob), f"{name}/{path}"):
                    if len(piece.text.split()) >= _WORDS:
                        yield piece
        finally:
            history.close()

    def _write(self, name: str, rows: Sequence[Row]) -> None:
        with (self._folder / name).open("w", encoding="utf-8") as out:
            out.writelines(f"{json.dumps(row)}\n" for row in rows)
