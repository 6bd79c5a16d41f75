"""Make the data that the edit model learns from.

    python benchmarks/train_data.py DATA --packages FILE [--repositories DIR] [--seconds 600]

FILE lists pinned packages, one a line (`click==8.1.7` from PyPI, `npm:chalk@5.3.0` from npm); DIR
holds git directories or clones, named OWNER+NAME. Writes to DATA:

  python.jsonl, script.jsonl   pieces of clean code, also of this Python's standard library
  tokenizer.json               the byte pairs of their lexemes
  pairs.jsonl                  real repairs, mined from the histories
  repositories.csv             repository, commit, licence, owner's half, pairs of each family

Reserved projects are passed over, and so is every text that the frozen dev sets hold or nearly
hold. What is there already is left alone, a history that is mined is not mined again: one may stop
and go on. Pairs of owners in half `learn` are for training, those in half `check` for the weights
of the ranking and for calibration.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import hashlib
import json
import random
import re
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from corpus import Corpus as Packages
from mine import RESERVED

from thea_code_system.languages.registry import Languages
from thea_code_system.models.vocabulary import Vocabulary
from thea_code_system.training.corpus import Corpus, Piece, Shelf
from thea_code_system.training.dev_sets import DevSets
from thea_code_system.training.mining.miner import PairMiner
from thea_code_system.training.mining.novelty import MiningLimits
from thea_code_system.training.mining.pair import MinedPair

PIECES = 8_192
SAMPLE = 5_000  # pieces that the tokenizer is learned from
LICENCES = (
    ("Apache-2.0", "Apache License"),
    ("AGPL-3.0", "GNU AFFERO"),
    ("LGPL", "GNU LESSER|GNU LIBRARY"),
    ("GPL", "GNU GENERAL PUBLIC LICENSE"),
    ("MPL-2.0", "Mozilla Public License"),
    ("BSD", "Redistribution and use"),
    ("MIT", "Permission is hereby granted, free of charge"),
    ("ISC", "Permission to use, copy, modify, and(/or)? distribute"),
    ("Unlicense", "free and unencumbered"),
    ("PSF-2.0", "PYTHON SOFTWARE FOUNDATION"),
)
PERMISSIVE = frozenset({"Apache-2.0", "BSD", "MIT", "ISC", "Unlicense", "PSF-2.0", "MPL-2.0"})
COLUMNS = ("repository", "head", "licence", "half", "commits", "syntax", "bug")


class CleanCode:
    """The packages, unpacked and cut into pieces."""

    def __init__(self, data: Path, packages: Path) -> None:
        self._data, self._packages = data, packages
        self._dev_sets = DevSets.committed()

    def make(self) -> None:
        if (self._data / "tokenizer.json").exists():
            return
        folders = [*self._unpacked(), Path(sysconfig.get_path("stdlib"))]
        pieces = self._allowed(folders)
        counts = Counter()
        with (
            (self._data / "python.jsonl.new").open("w", encoding="utf-8") as python,
            (self._data / "script.jsonl.new").open("w", encoding="utf-8") as script,
        ):
            for piece in pieces:
                out = python if piece.language == "python" else script
                row = {"language": piece.language, "text": piece.text, "origin": piece.origin}
                out.write(f"{json.dumps(row)}\n")
                counts[piece.language] += 1
        for name in ("python", "script"):
            (self._data / f"{name}.jsonl.new").replace(self._data / f"{name}.jsonl")
        vocabulary = Vocabulary.learned(self._words(), PIECES)
        (self._data / "tokenizer.json").write_text(vocabulary.to_json(), "utf-8")
        print(f"pieces: {dict(counts)}", flush=True)

    def _unpacked(self) -> list[Path]:
        lines = [line.split("#")[0].strip() for line in self._packages.read_text().splitlines()]
        pins = [pin for pin in lines if pin and not RESERVED.search(pin)]
        npm = [pin.removeprefix("npm:") for pin in pins if pin.startswith("npm:")]
        store = Packages(self._data / "packages")
        store.fill([pin for pin in pins if not pin.startswith("npm:")], npm)
        return sorted(p for kind in ("pypi", "npm") for p in (store.root / kind).glob("*"))

    def _allowed(self, folders: list[Path]) -> Iterator[Piece]:
        for piece in Corpus().pieces(folders):
            if not RESERVED.search(piece.origin) and not self._dev_sets.holds(piece.text):
                yield piece

    def _words(self) -> Iterator[str]:
        rng, languages = random.Random(0), Languages()
        for name, share in (("python", 2), ("script", 1)):
            shelf = Shelf(self._data / f"{name}.jsonl")
            for _ in range(min(SAMPLE * share // 3, len(shelf))):
                piece = shelf.any(rng)
                for lexeme in languages.named(piece.language).lexemes(piece.text):
                    if lexeme.kind not in {"space", "indent", "newline", "other"}:
                        yield lexeme.text[:48]


class Histories:
    """The git histories, mined one after another."""

    def __init__(self, data: Path, folder: Path, seconds: float) -> None:
        self._pairs, self._table = data / "pairs.jsonl", data / "repositories.csv"
        self._folder = folder
        limits = MiningLimits(syntax=400, bugs=300, per_file=6, per_commit=6, seconds=seconds)
        self._miner = PairMiner(limits, DevSets.committed(), reserved=RESERVED)

    async def make(self) -> None:
        done = self._done()
        for folder in sorted(self._folder.iterdir()):
            name = folder.name.replace("+", "/", 1)
            if name in done or "/" not in name or RESERVED.search(name):
                continue
            directory = folder / "repo" if (folder / "repo").is_dir() else folder
            licence = self._licence(directory)
            if licence not in PERMISSIVE:
                self._note(name, directory, licence, Counter())
                continue
            counts = Counter()
            with self._pairs.open("a", encoding="utf-8") as out:
                async for pair in self._miner.mine(directory, name):
                    out.write(f"{json.dumps(pair.row())}\n")
                    counts[pair.family] += 1
            self._note(name, directory, licence, counts)
            print(f"{name}: {dict(counts)}", flush=True)
        self._miner.close()

    def _done(self) -> set[str]:
        if self._pairs.exists():
            with self._pairs.open(encoding="utf-8") as lines:
                for line in lines:
                    self._miner.remember(MinedPair.of_row(json.loads(line)))
        if not self._table.exists():
            return set()
        with self._table.open(newline="") as rows:
            return {row["repository"] for row in csv.DictReader(rows)}

    def _note(self, name: str, folder: Path, licence: str, counts: Counter) -> None:
        fresh = not self._table.exists()
        with self._table.open("a", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            if fresh:
                table.writerow(COLUMNS)
            head = self._git(folder, "rev-parse", "HEAD").strip()
            half = self.half(name)
            found = (counts["syntax"], counts["bug"])
            table.writerow((name, head, licence, half, self._miner.commits, *found))

    @staticmethod
    def half(repository: str) -> str:
        """Which half the owner of a repository belongs to."""
        owner = repository.partition("/")[0].lower()
        return ("learn", "check")[hashlib.sha256(owner.encode()).digest()[-1] % 2]

    def _licence(self, folder: Path) -> str:
        names = self._git(folder, "ls-tree", "--name-only", "HEAD").splitlines()
        wanted = [n for n in names if re.match(r"(?i)(un)?licen[cs]e|copying", n)]
        for name in sorted(wanted, key=len):
            text = self._git(folder, "show", f"HEAD:{name}")[:20_000]
            for spdx, pattern in LICENCES:
                if re.search(pattern, text, re.IGNORECASE):
                    return spdx
        return "unknown" if wanted else "none"

    @staticmethod
    def _git(folder: Path, *arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, check=False, capture_output=True)
        return done.stdout.decode("utf-8", "replace")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--repositories", type=Path)
    parser.add_argument("--seconds", type=float, default=600, help="at most, a repository")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    CleanCode(options.data, options.packages).make()
    if options.repositories:
        asyncio.run(Histories(options.data, options.repositories, options.seconds).make())
    return 0


if __name__ == "__main__":
    sys.exit(main())
