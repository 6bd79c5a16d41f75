"""Mine real repairs: files that a commit found broken and left whole.

    python benchmarks/mine.py --out DIR --tables benchmarks OWNER/NAME=GIT_DIRECTORY...

Walks every commit of local git directories (bare ones too), newest first, merges last. A case is a
modified Python, JavaScript or TypeScript file that both parsers of its language reject before the
commit (CPython and Ruff; tree-sitter and oxc) and accept after it. Left out: Python 2 (a file that
a Python 2 grammar accepts whole), what only a newer grammar accepts, templates, Flow, test data,
minified files, files above 200 KB, a broken text seen before, and an edit of lines seen before,
anywhere. At most 40 cases a repository, 3 a file and 3 a commit come in.

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
import csv
import hashlib
import itertools
import json
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mining.history import Change, History
from mining.judge import LANGUAGES, Classifier, Judge

from thea_code_system.training.token_edits import TokenEdits

LARGEST = 200_000
FEW_TOKENS = 200
PER_REPOSITORY, PER_PLACE, BATCH = 40, 3, 1500  # a place: one file, or one commit
RESERVED = re.compile(
    r"ansible|thealgorithms|geekcomputers|keras|torchmetrics|aider|youtube-dl|yt-dlp|scrapy|luigi"
    r"|\bblack\b|nanochat|thefuck|tornado|codemodder|libcst|\bfixit\b|pre-commit|\bllm\b"
    r"|sqlite-utils|structlog|\bdarker\b|thea-code|quixbugs|bugsinpy|fixjs",
    re.IGNORECASE,
)
COPIED = re.compile(r"TheAlgorithms|geekcomputers", re.IGNORECASE)
DELIBERATE = re.compile(
    r"(^|/)(test_?data|fixtures?|templates?|snippets|samples?_data|cookiecutter[^/]*|invalid|vendor"
    r"|third_party|node_modules|dist|lib2to3|pycodestyle|bad_code|site-packages)(/|$)|\{\{|\.min\.js$",
    re.IGNORECASE,
)


@dataclass
class Found:
    """What one repository gave."""

    repository: str
    head: str
    split: str
    commits: int = 0
    cases: list[dict] = field(default_factory=list)


class Miner:
    """Goes through repositories and never takes the same broken text or the same edit twice."""

    def __init__(self, most_changes: int, seconds: float) -> None:
        self._judge, self._classifier = Judge(), Classifier()
        self._most_changes, self._seconds = most_changes, seconds
        self.seen: set[str] = set()

    def mine(self, repository: str, folder: Path) -> Found:
        history = History(folder)
        found = Found(repository, history.head(), self.split(repository))
        taken: Counter[str] = Counter()
        started = time.monotonic()
        known: dict[str, bool] = {}
        for batch in self._batches(history):
            for change in self._broken(batch, history, known):
                if max(taken[change.path], taken[change.commit]) == PER_PLACE:
                    continue
                if case := self._case(change, history):
                    taken.update([change.path, change.commit])
                    found.cases.append({**case, "repository": repository})
            if len(found.cases) >= PER_REPOSITORY or time.monotonic() - started > self._seconds:
                break
        del found.cases[PER_REPOSITORY:]
        found.commits = history.commits
        history.close()
        return found

    @staticmethod
    def split(repository: str) -> str:
        digest = hashlib.sha256(repository.lower().encode()).digest()
        return "test" if digest[0] < 140 else "dev"

    def _batches(self, history: History) -> Iterator[list[Change]]:
        changes = itertools.islice(history.changes(), self._most_changes)
        wanted = (
            c for c in changes if not DELIBERATE.search(c.path) and not RESERVED.search(c.path)
        )
        while batch := list(itertools.islice(wanted, BATCH)):
            yield batch

    def _broken(
        self, batch: list[Change], history: History, known: dict[str, bool]
    ) -> list[Change]:
        """The changes whose old text the outside parser rejects."""
        texts: dict[str, bytes] = {}
        for change in batch:
            name = f"{change.before}{Path(change.path).suffix}"
            if name not in known and name not in texts:
                content = history.blob(change.before)
                known[name] = False
                if content and len(content) <= LARGEST and b"\0" not in content:
                    texts[name] = content
        known.update(dict.fromkeys(self._judge.screen(texts), True))
        return [c for c in batch if known[f"{c.before}{Path(c.path).suffix}"]]

    def _case(self, change: Change, history: History) -> dict | None:
        language = LANGUAGES[Path(change.path).suffix]
        try:
            broken, fixed = (
                history.blob(b).decode("utf-8-sig") for b in (change.before, change.after)
            )
        except UnicodeDecodeError:
            return None
        if change.before in self.seen or not self._plausible(broken, fixed):
            return None
        fault = self._judge.fault(broken, language)
        if fault is None or self._judge.fault(fixed, language) is not None:
            return None
        suffix = Path(change.path).suffix
        if self._judge.screen({f"after{suffix}": fixed.encode()}):
            return None
        if self._judge.other_language(broken, language, fault) or not self.is_new_edit(
            broken, fixed
        ):
            return None
        self.seen.add(change.before)
        return self._row(change, language, broken, fixed, fault)

    @staticmethod
    def _plausible(broken: str, fixed: str) -> bool:
        lines = broken.count("\n") + broken.count("\r") or 1
        return bool(fixed.strip()) and len(broken) / lines < 200 and not COPIED.search(broken)

    def is_new_edit(self, broken: str, fixed: str) -> bool:
        """False where the same lines were replaced by the same lines before, in whatever file."""
        old, new = ([line.strip() for line in text.splitlines()] for text in (broken, fixed))
        gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
        key = json.dumps([sorted(gone.elements()), sorted(come.elements())])
        if (
            key == "[[], []]"
        ):  # only the layout changed: the lines' own text does not tell cases apart
            pairs = [
                (a, b)
                for a, b in zip(broken.splitlines(), fixed.splitlines(), strict=False)
                if a != b
            ]
            key = json.dumps(pairs[:20])
        digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        fresh = digest not in self.seen
        self.seen.add(digest)
        return fresh

    def _row(self, change: Change, language: str, broken: str, fixed: str, fault: str) -> dict:
        compare = TokenEdits(language)
        changes = compare.changes(compare.tokens(broken), compare.tokens(fixed))
        size = compare.size(changes)
        return {
            "id": hashlib.sha256(f"{change.commit}{change.path}".encode()).hexdigest()[:16],
            "language": language,
            "kind": self._classifier.kind(broken, fault, changes or []),
            "broken": broken,
            "fixed": fixed,
            "commit": change.commit,
            "path": change.path,
            "fault": fault,
            "before": change.before,
            "token_edits": size,
            "large": size > FEW_TOKENS,
        }


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


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("repositories", nargs="*", metavar="OWNER/NAME=GIT_DIRECTORY")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--tables", type=Path, help="folder for the two committed tables")
    arguments.add_argument("--most-changes", type=int, default=60_000, help="modified files read")
    arguments.add_argument("--seconds", type=float, default=150, help="at most, a repository")
    options = arguments.parse_args()
    shelf, miner = Shelf(options.out), Miner(options.most_changes, options.seconds)
    for split in ("dev", "test"):
        for case in shelf.cases(split):
            miner.seen.add(case["before"])
            miner.is_new_edit(case["broken"], case["fixed"])
    for repository, _, folder in (name.partition("=") for name in options.repositories):
        if RESERVED.search(repository):
            print(f"{repository}: reserved for evaluation, passed over", file=sys.stderr)
        elif repository not in shelf.done():
            found = miner.mine(repository, Path(folder))
            shelf.add(found)
            print(
                f"{repository}: {len(found.cases)} {found.split} from {found.commits}", flush=True
            )
    if options.tables:
        shelf.publish(options.tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
