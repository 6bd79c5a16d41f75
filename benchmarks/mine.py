"""Mine real repairs: files that a commit found broken and left whole.

    python benchmarks/mine.py --out DIR --tables benchmarks OWNER/NAME=GIT_DIRECTORY...

Walks every commit of local git directories (bare ones too), newest first, merges last. A case is a
modified Python, JavaScript or TypeScript file that both parsers of its language reject before the
commit (CPython and Ruff; tree-sitter and oxc) and accept after it. Left out: Python 2 (a file that
a Python 2 grammar accepts whole), what only a newer grammar accepts, templates, Flow, test data,
minified files, files above 200 KB, and an edit of lines seen before, anywhere, in either direction.
At most 40 cases a repository, 3 a file and 3 a commit come in.

Appends to DIR/dev.jsonl (for tuning and calibration) and DIR/test.jsonl (held out) after each
repository; a hash of the repository's name decides, so that a repository is on one side. Rows: id,
language, kind, broken, fixed, repository, commit, path, fault, token_edits, and `large` where the
commit changed much more than the syntax (over 200 token edits). Repositories already in
DIR/repositories.csv are passed over, so one may stop and go on.

`--tables` gets mined_repositories.csv (repository, head, commits scanned, cases, split) and
mined_cases.csv (repository, commit, path, kind of the test cases). The mined code stays out of this
repository.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import hashlib
import json
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from thea_code_system.training.mining.history import GitHistory
from thea_code_system.training.mining.miner import PairMiner
from thea_code_system.training.mining.novelty import MiningLimits
from thea_code_system.training.mining.pair import MinedPair

PER_REPOSITORY, PER_PLACE = 40, 3  # a place: one file, or one commit
RESERVED = re.compile(
    r"ansible|thealgorithms|geekcomputers|keras|torchmetrics|aider|youtube-dl|yt-dlp|scrapy|luigi"
    r"|\bblack\b|nanochat|thefuck|tornado|codemodder|libcst|\bfixit\b|pre-commit|\bllm\b"
    r"|sqlite-utils|structlog|\bdarker\b|thea-code|quixbugs|bugsinpy|fixjs",
    re.IGNORECASE,
)
COPIED = re.compile(r"TheAlgorithms|geekcomputers", re.IGNORECASE)


@dataclass
class Found:
    """What one repository gave."""

    repository: str
    head: str
    split: str
    commits: int = 0
    cases: list[dict] = field(default_factory=list)


class Miner:
    """The engine's miner, at the limits of these tables; it takes repairs of syntax errors only."""

    def __init__(self, most_commits: int, seconds: float) -> None:
        limits = MiningLimits(
            syntax=PER_REPOSITORY,
            per_file=PER_PLACE,
            per_commit=PER_PLACE,
            commits=most_commits,
            seconds=seconds,
        )
        self._pairs = PairMiner(limits, reserved=RESERVED, families=("syntax",))

    def remember(self, case: dict) -> None:
        self._pairs.remember(MinedPair.of_row(case))

    async def mine(self, repository: str, folder: Path) -> Found:
        head = GitHistory(folder, ()).head()
        found = Found(repository, head, self.split(repository))
        async for pair in self._pairs.mine(folder, repository):
            if not COPIED.search(pair.broken):
                found.cases.append(pair.row())
        found.commits = self._pairs.commits
        return found

    @staticmethod
    def split(repository: str) -> str:
        digest = hashlib.sha256(repository.lower().encode()).digest()
        return "test" if digest[0] < 140 else "dev"

    def close(self) -> None:
        self._pairs.close()


class Shelf:
    """Where the results of all runs lie."""

    COLUMNS = ("repository", "head", "commits", "cases", "split")

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._table = folder, folder / "repositories.csv"

    def done(self) -> set[str]:
        return {row["repository"] for row in self.repositories()}

    def repositories(self) -> list[dict[str, str]]:
        if not self._table.exists():
            return []
        with self._table.open(newline="") as lines:
            return list(csv.DictReader(lines))

    def cases(self, split: str) -> list[dict]:
        path = self._folder / f"{split}.jsonl"
        if not path.exists():
            return []
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def add(self, found: Found) -> None:
        with (self._folder / f"{found.split}.jsonl").open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(case) + "\n" for case in found.cases)
        fresh = not self._table.exists()
        with self._table.open("a", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            if fresh:
                table.writerow(self.COLUMNS)
            row = (found.repository, found.head, found.commits, len(found.cases), found.split)
            table.writerow(row)

    def publish(self, folder: Path) -> None:
        """The two tables that go into the repository: no code is in them."""
        shutil.copyfile(self._table, folder / "mined_repositories.csv")
        with (folder / "mined_cases.csv").open("w", newline="", encoding="utf-8") as out:
            table = csv.writer(out, lineterminator="\n")
            columns = ("repository", "commit", "path", "language", "kind", "token_edits")
            table.writerow(columns)
            table.writerows([case[name] for name in columns] for case in self.cases("test"))


async def fill(shelf: Shelf, miner: Miner, repositories: list[str]) -> None:
    for split in ("dev", "test"):
        for case in shelf.cases(split):
            miner.remember(case)
    for repository, _, folder in (name.partition("=") for name in repositories):
        if RESERVED.search(repository):
            print(f"{repository}: reserved for evaluation, passed over", file=sys.stderr)
        elif repository not in shelf.done():
            found = await miner.mine(repository, Path(folder))
            shelf.add(found)
            print(
                f"{repository}: {len(found.cases)} {found.split} from {found.commits}", flush=True
            )
    miner.close()


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("repositories", nargs="*", metavar="OWNER/NAME=GIT_DIRECTORY")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--tables", type=Path, help="folder for the two committed tables")
    arguments.add_argument("--most-commits", type=int, default=60_000, help="read of a repository")
    arguments.add_argument("--seconds", type=float, default=150, help="at most, a repository")
    options = arguments.parse_args()
    shelf = Shelf(options.out)
    asyncio.run(fill(shelf, Miner(options.most_commits, options.seconds), options.repositories))
    if options.tables:
        shelf.publish(options.tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
