"""How often do people, when they mend a finding, make exactly the edit that the tool offers?

    python benchmarks/priors.py --out TABLE.csv OWNER/NAME=GIT_DIRECTORY...

Walks the histories of local repositories (newest first) for commits that modify a Python file that
parses before and after. Ruff (its fixes, one by one) and typos look at both versions. Each fixable
finding of the older version is then one of:

  made       the commit touched its lines, the finding is gone, and what stands there is what the
             tool's edit gives, token for token, or that edit and others beside it
  other      it touched them, and the finding is gone by another edit: another word, a noqa
  used       gone although its lines were not touched: the name came into use (F401, F811, F841)
  rewritten  gone together with its surroundings: no evidence either way, not counted
  left       the commit touched its lines and the finding is still there: not counted either

`share` is made / (made + other + used), with Wilson's interval at 95 %: how often the tool's edit
is what the owner wanted, given that somebody mended the finding. It says nothing about findings
that nobody ever touched. A finding counts once (each rule and text of its lines in a file), and of
one rule five a commit at most. Misspelt words are told apart by where they stand; in comments and
docstrings only words count that have five letters or more, one correction, no namesake among the
file's names, and stand there at most twice.
Rows are appended per repository, so that a later run goes on; `--table` prints the sums.
"""

from __future__ import annotations

import argparse
import collections
import csv
import difflib
import io
import itertools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
import tokenize
from dataclasses import dataclass
from pathlib import Path

from mine import RESERVED

from thea_code_system.training.mining.history import Change, GitHistory
from thea_code_system.training.mining.intent import Intent
from thea_code_system.training.token_edits import TokenEdits

LARGEST, BATCH = 100_000, 400
PER_COMMIT = 5  # of one rule: a mass commit is one decision
COLUMNS = ("repository", "rule", "safety", "made", "other", "used", "rewritten", "left")
COUNTED = ("made", "other", "used")


@dataclass(frozen=True)
class Finding:
    """A fixable finding: the lines that its edit replaces (from 0, end open), and what by."""

    rule: str
    safety: str
    row: int
    first: int
    last: int
    fixed: tuple[str, ...]
    word: str = ""


class Tools:
    """Ruff and typos over many texts at once."""

    def __init__(self, select: str) -> None:
        self._select = select

    def look(self, texts: dict[str, str]) -> dict[str, list[Finding]]:
        """Findings by name; a text that does not parse is absent."""
        found: dict[str, list[Finding]] = {name: [] for name in texts}
        spelling: dict[str, Spelling | None] = {}
        with tempfile.TemporaryDirectory() as folder:
            for name, text in texts.items():
                Path(folder, f"{name}.py").write_text(text, "utf-8", newline="")
            for one in self._ruff(folder):
                name = Path(one["filename"]).stem
                if one["code"] is None or one["code"] == "invalid-syntax":
                    found.pop(name, None)
                elif name in found and one["fix"]:
                    found[name].append(self._fix(one, texts[name]))
            for one in self._typos(folder):
                if (name := Path(one["path"]).stem) in found and len(one["corrections"]) == 1:
                    if name not in spelling:
                        spelling[name] = Spelling.of(texts[name])
                    if spelling[name] and (finding := spelling[name].finding(one)):
                        found[name].append(finding)
        return found

    def _ruff(self, folder: str) -> list[dict]:
        command = ["ruff", "check", "--isolated", "--no-cache", "--target-version=py310", "--quiet"]
        command += [f"--select={self._select}", "--output-format=json", folder]
        return json.loads(subprocess.run(command, check=False, capture_output=True).stdout)

    @staticmethod
    def _typos(folder: str) -> list[dict]:
        command = ["typos", "--isolated", "--format=json", folder]
        lines = subprocess.run(command, check=False, capture_output=True).stdout.splitlines()
        return [row for row in map(json.loads, lines) if row["type"] == "typo"]

    @staticmethod
    def _fix(one: dict, text: str) -> Finding:
        lines = text.splitlines(keepends=True)
        starts = [0, *itertools.accumulate(map(len, lines)), len(text)]
        places = [
            tuple(starts[e[end]["row"] - 1] + e[end]["column"] - 1 for end in ENDS)
            for e in one["fix"]["edits"]
        ]
        fixed = text
        for (start, end), edit in sorted(
            zip(places, one["fix"]["edits"], strict=True), key=lambda pair: pair[0], reverse=True
        ):
            fixed = fixed[:start] + edit["content"] + fixed[end:]
        row, safety = one["location"]["row"] - 1, one["fix"]["applicability"]
        whole = (row, one["end_location"]["row"]) if one["code"] not in NAMING else None
        first, last, new = changed_lines(lines, fixed.splitlines(keepends=True), whole)
        named = re.search(r"`[^`]*?(\w+)`", one["message"])  # of `a.b as c`, the name bound
        word = named[1] if named and one["code"] in NAMING else ""
        return Finding(f"ruff/{one['code']}", safety, row, first, last, new, word)


class Spelling:
    """Which of the words that typos reports in one file count, and where they stand."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._names: set[str] = set()
        self._places: list[tuple[tuple[int, int], tuple[int, int], str]] = []
        self._words = collections.Counter(re.findall(r"[A-Za-z]+", text.lower()))
        last = tokenize.INDENT
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                self._names.add(token.string.lower())
            prose = last in {tokenize.INDENT, tokenize.NEWLINE, tokenize.NL, tokenize.DEDENT}
            kind = {tokenize.COMMENT: "comment", tokenize.NAME: "name"}.get(token.type)
            if token.type == tokenize.STRING:
                kind = "docstring" if prose else "string"
            if kind:
                self._places.append((token.start, token.end, kind))
            if token.type != tokenize.COMMENT:
                last = token.type

    @classmethod
    def of(cls, text: str) -> Spelling | None:
        """None where this Python's tokenizer is older than the text."""
        try:
            return cls(text)
        except (tokenize.TokenError, SyntaxError):
            return None

    def finding(self, one: dict) -> Finding | None:
        row, word = one["line_num"] - 1, one["typo"]
        if len(word) < 5 or row >= len(self._lines):
            return None
        line = self._lines[row]
        at = len(line.encode()[: one["byte_offset"]].decode("utf-8", "ignore"))
        where = (row + 1, at)
        kind = next((k for start, end, k in self._places if start <= where < end), None)
        known = word.lower() in self._names or self._words[word.lower()] > 2
        if kind is None or (kind in {"comment", "docstring"} and known):
            return None
        new = f"{line[:at]}{one['corrections'][0]}{line[at + len(word) :]}\n"
        return Finding("spelling/typo", kind, row, row, row + 1, (new,), word)


NAMING = {"F401", "F811", "F841"}
UNBINDING = {"ruff/F401", "ruff/F811"}
BINDING = {*UNBINDING, "ruff/F841"}
ENDS = ("location", "end_location")


def changed_lines(
    old: list[str], new: list[str], whole: tuple[int, int] | None
) -> tuple[int, int, tuple[str, ...]]:
    """What was replaced by what; with the lines of `whole`, where given, around it."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if whole:
        start, end = min(start, whole[0]), min(end, max(len(old) - whole[1], 0))
    return start, len(old) - end, tuple(new[start : len(new) - end])


class Verdicts:
    """What a commit did about each finding of the older version."""

    def __init__(self, before: str, after: str, later: list[Finding]) -> None:
        self._before, self._after = (t.splitlines(keepends=True) for t in (before, after))
        matcher = difflib.SequenceMatcher(None, self._before, self._after, autojunk=False)
        self._codes = matcher.get_opcodes()
        self._later = later

    def judge(self, finding: Finding) -> str | None:
        """One of the words above; None where the finding stands untouched."""
        low, high, touched = self._counterpart(finding)
        if self._persists(finding, low, high):
            return "left" if touched else None
        if not touched:
            return "used" if finding.rule in BINDING else None
        old = self._before[finding.first : finding.last]
        new = self._after[low:high]
        if self._same(new, finding.fixed):
            return "made"
        if finding.rule == "spelling/typo":
            return self._respelled(old, new, finding)
        if finding.rule in UNBINDING:  # whatever else changed there, the name is bound no more
            return "other" if finding.word in words("".join(new)) else "made"
        if self._contains(new, finding.fixed) or self._among(old, new, finding.fixed):
            return "made"
        near = difflib.SequenceMatcher(None, "".join(old), "".join(new), autojunk=False).ratio()
        return "other" if near > 0.5 else "rewritten"

    def _counterpart(self, finding: Finding) -> tuple[int, int, bool]:
        """Where the finding's lines are now, and whether the commit touched them."""
        low = high = None
        touched = False
        for op, a, b, c, d in self._codes:
            if b <= finding.first and not (a == b == finding.first and a < finding.last):
                continue
            if a >= finding.last:
                break
            if op == "equal":
                start, end = c + max(finding.first - a, 0), c + min(finding.last, b) - a
            else:
                touched = touched or a < b
                start, end = c, d
            low, high = start if low is None else low, end
        return low or 0, high or 0, touched

    def _persists(self, finding: Finding, low: int, high: int) -> bool:
        same = [f for f in self._later if (f.rule, f.word) == (finding.rule, finding.word)]
        return any(low <= f.row < max(high, low + 1) for f in same)

    @staticmethod
    def _same(new: list[str], fixed: tuple[str, ...]) -> bool:
        return words("".join(new)) == words("".join(fixed))

    @staticmethod
    def _contains(new: list[str], fixed: tuple[str, ...]) -> bool:
        stripped = [words(line) for line in new if line.strip()]
        wanted = [words(line) for line in fixed if line.strip()]
        size = len(wanted)
        return any(stripped[i : i + size] == wanted for i in range(len(stripped) - size + 1))

    @staticmethod
    def _among(old: list[str], new: list[str], fixed: tuple[str, ...]) -> bool:
        """Each token edit of the tool is one of the commit's, which mended more there."""
        sides = [words("".join(lines)) for lines in (old, new, fixed)]
        compare = TokenEdits("python")
        theirs = compare.changes(sides[0], sides[1])
        ours = compare.changes(sides[0], sides[2])
        return bool(ours) and theirs is not None and all(edit in theirs for edit in ours)

    @staticmethod
    def _respelled(old: list[str], new: list[str], finding: Finding) -> str:
        """Words of prose: was the one that is misspelt replaced by the one that typos offers?"""
        a, b = (re.findall(r"\w+", "".join(lines)) for lines in (old, new))
        codes = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        for op, i, j, k, m in codes:
            if op != "equal" and finding.word in a[i:j]:
                if j - i != m - k:
                    return "rewritten"
                put = b[k + a[i:j].index(finding.word)]
                wanted = re.findall(r"\w+", "".join(finding.fixed))
                return "made" if put in wanted and put not in a else "other"
        return "rewritten"


def words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


class Evidence:
    """Goes through a repository and counts what people did."""

    def __init__(self, tools: Tools, most_changes: int, seconds: float) -> None:
        self._tools, self._most_changes, self._seconds = tools, most_changes, seconds

    def gather(self, folder: Path) -> collections.Counter[tuple[str, str, str]]:
        history, started = GitHistory(folder, (".py",)), time.monotonic()
        sums: collections.Counter[tuple[str, str, str]] = collections.Counter()
        seen: set[tuple] = set()
        commits = history.commits(merges=False)
        every = ((commit.name, change) for commit in commits for change in commit.changes)
        changes = itertools.islice(every, self._most_changes)
        wanted = (made for made in changes if not self._aside(made[1].path))
        while batch := list(itertools.islice(wanted, BATCH)):
            self._count(batch, history, sums, seen)
            if time.monotonic() - started > self._seconds:
                break
        history.close()
        return sums

    @staticmethod
    def _aside(path: str) -> bool:
        return bool(Intent().is_deliberate(path) or RESERVED.search(path))

    @staticmethod
    def _text(content: bytes) -> str | None:
        """None where it is too large or its lines are not Ruff's lines."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        plain = "\r" not in text and len(text.splitlines()) - text.count("\n") in (0, 1)
        return text if plain and 0 < len(content) <= LARGEST else None

    def _count(
        self,
        batch: list[tuple[str, Change]],
        history: GitHistory,
        sums: collections.Counter,
        seen: set,
    ):
        texts: dict[str, str] = {}
        for name in {blob for _, change in batch for blob in (change.before, change.after)}:
            text = self._text(history.blob(name))
            if text is not None:
                texts[name] = text
        found = self._tools.look(texts)
        causes: collections.Counter[tuple[str, str]] = collections.Counter()
        for commit, change in batch:
            if change.before not in found or change.after not in found:
                continue
            before = texts[change.before]
            verdicts = Verdicts(before, texts[change.after], found[change.after])
            lines = before.splitlines(keepends=True)
            for finding in found[change.before]:
                verdict = verdicts.judge(finding)
                key = (change.path, finding.rule, *lines[finding.first : finding.last])
                if verdict in COUNTED:
                    cause = (commit, finding.rule)
                    if key in seen or causes[cause] == PER_COMMIT:
                        continue
                    seen.add(key)
                    causes[cause] += 1
                if verdict:
                    sums[finding.rule, finding.safety, verdict] += 1


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, z = hits / count, 1.96
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


def show(table: Path) -> None:
    sums: collections.Counter[tuple[str, str, str]] = collections.Counter()
    repositories: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            for verdict in COLUMNS[3:]:
                sums[row["rule"], row["safety"], verdict] += int(row[verdict])
            if any(int(row[verdict]) for verdict in COUNTED):
                repositories[row["rule"], row["safety"]].add(row["repository"])
    print("rule,safety,made,other,used,rewritten,left,share,low,high,repositories")
    for rule, safety in sorted(repositories):
        figures = [sums[rule, safety, verdict] for verdict in COLUMNS[3:]]
        made, count = figures[0], sum(figures[: len(COUNTED)])
        shares = [f"{figure:.3f}" for figure in (made / count, *wilson(made, count))]
        print(rule, safety, *figures, *shares, len(repositories[rule, safety]), sep=",")


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("repositories", nargs="*", metavar="OWNER/NAME=GIT_DIRECTORY")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--select", default="F,E7,W6,B,C4,PIE,RUF010,RUF100,SIM,UP")
    arguments.add_argument("--most-changes", type=int, default=20_000)
    arguments.add_argument("--seconds", type=float, default=120, help="at most, a repository")
    arguments.add_argument("--table", action="store_true")
    options = arguments.parse_args()
    evidence = Evidence(Tools(options.select), options.most_changes, options.seconds)
    done = set()
    if options.out.exists():
        with options.out.open(newline="") as lines:
            done = {row["repository"] for row in csv.DictReader(lines)}
    for repository, _, folder in (name.partition("=") for name in options.repositories):
        if repository in done or RESERVED.search(repository):
            continue
        sums = evidence.gather(Path(folder))
        fresh = not options.out.exists()
        with options.out.open("a", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            if fresh:
                table.writerow(COLUMNS)
            for rule, safety in sorted({key[:2] for key in sums}):
                figures = [sums[rule, safety, verdict] for verdict in COLUMNS[3:]]
                table.writerow([repository, rule, safety, *figures])
        print(f"{repository}: {sum(sums.values())} findings touched", flush=True)
    if options.table:
        show(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
