"""A whole run against the tools that it stands on, and against other fixers.

    python benchmarks/whole.py --tree DIR [--files 10000] [--few 500] [--peers BIN] [--write-docs]

DIR holds real Python and JavaScript. Every command gets a fresh copy of the same files, and writes
there. The tools run one after the other (`ruff check --fix`, `oxlint --fix`, `typos -w`, and
`ast-grep scan -U` with the rule that Thea gets, too), each as it comes. BIN is the folder of an
environment with `fixit`, `autopep8`, `libcst` and `pre-commit`, which get fewer files; pre-commit
runs the same four tools as local hooks. Thea corrects these few files cold, and through its warm
process, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from document import Document
from figures import BIN, FAULT, Commands, Figures

RULE = """\
id: no-equals-none
language: python
rule: {pattern: $A == None}
fix: $A is None
"""
HOOKS = """\
repos:
- repo: local
  hooks:
  - {{id: ruff, name: ruff, language: system, types: [python], entry: {bin}/ruff check --fix}}
  - {{id: oxlint, name: oxlint, language: system, types: [javascript], entry: {bin}/oxlint --fix}}
  - {{id: typos, name: typos, language: system, types: [text], entry: {bin}/typos -w}}
  - {{id: ast-grep, name: ast-grep, language: system, types: [python],
     entry: {bin}/ast-grep scan -U}}
"""
SUFFIXES = {".py", ".js", ".ts"}


class Original:
    """Real files, with what each program needs to find in a project."""

    def __init__(self, origin: Path, place: Path, files: int) -> None:
        self.place = place
        found = (path for path in sorted(origin.rglob("*")) if self._wanted(path))
        self.files = 0
        for path, _ in zip(found, range(files), strict=False):
            target = place / path.relative_to(origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            self.files += 1
        (place / "rules").mkdir()
        (place / "rules" / "none.yml").write_text(RULE)
        (place / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
        (place / "thea.toml").write_text('patterns = ["rules"]\n')
        (place / ".pre-commit-config.yaml").write_text(HOOKS.format(bin=BIN))
        for command in (("init", "-q"), ("add", "-A")):
            subprocess.run(["git", *command], cwd=place, check=True)

    @staticmethod
    def _wanted(path: Path) -> bool:
        return path.suffix in SUFFIXES and path.is_file() and path.stat().st_size < 500_000


class Contest:
    """Commands that take turns, each on a copy of its own."""

    def __init__(self, original: Original, work: Path, rounds: int) -> None:
        self.original, self.work, self.rounds = original, work, rounds
        self.commands = Commands(work)
        self.commands.environment["PATH"] = os.environ["PATH"]

    def run(self, steps: dict[str, list[list[str]]]) -> dict[str, tuple[float, float]]:
        """The best wall and processor seconds of each sequence of commands."""
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
        for _ in range(self.rounds):
            for name, sequence in steps.items():
                copy = self.work / "copy"
                shutil.copytree(self.original.place, copy, symlinks=True)
                taken[name].append(self._spent(sequence, copy))
                shutil.rmtree(copy)
        return {name: min(some) for name, some in taken.items()}

    def _spent(self, sequence: list[list[str]], folder: Path) -> tuple[float, float]:
        each = [self.commands.run(command, folder) for command in sequence]
        return sum(wall for wall, _ in each), sum(spent for _, spent in each)


class Main:
    """The command line."""

    def __init__(self) -> None:
        parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
        parser.add_argument("--tree", type=Path, required=True)
        parser.add_argument("--files", type=int, default=10_000)
        parser.add_argument("--few", type=int, default=500, help="files for other fixers")
        parser.add_argument("--rounds", type=int, default=1)
        parser.add_argument("--peers", type=Path, help="where fixit and the others lie")
        parser.add_argument("--write-docs", action="store_true")
        self.options = parser.parse_args()
        self.figures = Figures()

    def run(self) -> int:
        load = Document.load()
        with tempfile.TemporaryDirectory(prefix="thea-whole-") as folder:
            work = Path(folder).resolve()
            self._tools(work)
            if self.options.peers:
                self._others(work)
        if self.options.write_docs:
            asked = f"--files {self.options.files} --few {self.options.few}"
            command = f"`python benchmarks/whole.py --tree DIR {asked} --peers BIN`"
            said = "all caches empty; processor time leaves out what is on Ray"
            head = ["## Whole runs", "", f"{command}; {said}; load {load}.", ""]
            Document().write("whole", [*head, *self.figures.table()])
        return 0

    def _tools(self, work: Path) -> None:
        original = Original(self.options.tree, work / "all", self.options.files)
        contest = Contest(original, work, self.options.rounds)
        thea = contest.commands.thea
        single = work / "single"
        single.mkdir()
        (single / "one.py").write_text(FAULT)
        steps = {
            "`ruff check --fix`": [[f"{BIN}/ruff", "check", "--fix", "--exit-zero", "-q"]],
            "`oxlint --fix`": [[f"{BIN}/oxlint", "--fix", "--quiet"]],
            "`typos -w`": [["sh", "-c", f"{BIN}/typos -w || true"]],
            "`ast-grep scan -U`": [[f"{BIN}/ast-grep", "scan", "-U"]],
            "start of Thea": [thea("correct", "--check", "--no-cache", str(single))],
            "`thea correct`": [thea("correct", ".")],
            "`thea correct --ignore syntax`": [thea("correct", "--ignore", "syntax", ".")],
        }
        taken = contest.run(steps)
        for name, spent in taken.items():
            files = "one file" if "start" in name else f"{original.files:,} files"
            self.figures.times(f"{name}, {files}", spent)
        all_four = [*list(taken.values())[:4], taken["start of Thea"]]
        theirs = tuple(sum(some) for some in zip(*all_four, strict=True))
        words = "  against the four tools, and the start"
        self.figures.ratio(words, taken["`thea correct`"], theirs, "1 x")
        without = taken["`thea correct --ignore syntax`"]
        self.figures.ratio(f"{words}, without repairs", without, theirs)

    def _others(self, work: Path) -> None:
        original = Original(self.options.tree, work / "few", self.options.few)
        contest = Contest(original, work, self.options.rounds)
        peers, every = self.options.peers, "remove_unused_imports.RemoveUnusedImportsCommand"
        codemod = [f"{peers}/python", "-m", "libcst.tool", "codemod", every, "--no-format"]
        steps = {
            "`thea correct`": [contest.commands.thea("correct", ".")],
            "`pre-commit run --all-files`": [[f"{peers}/pre-commit", "run", "--all-files"]],
            "`autopep8 -j 2 -i -r`": [[f"{peers}/autopep8", "-j", "2", "-i", "-r", "."]],
            "a LibCST codemod": [[*codemod, "-j", "2", "."]],
            "`fixit fix`": [[f"{peers}/fixit", "fix", "-a", "."]],
        }
        taken = contest.run(steps)
        ours, hook = taken["`thea correct`"], taken["`pre-commit run --all-files`"]
        for name, spent in taken.items():
            self.figures.times(f"{name}, {original.files:,} files", spent)
            if spent is not ours:
                self.figures.ratio("  Thea against it", ours, spent, "under 1 x")
        wall = self._warm(contest)
        self.figures.note(f"`thea correct`, {original.files:,} files, warm", f"{wall:.3f} s")
        self.figures.note("  against pre-commit", f"{wall / hook[0]:.2f} x", "", "under 1 x")

    def _warm(self, contest: Contest) -> float:
        """The best wall seconds through the warm process."""
        runtime = contest.work / "run"
        runtime.mkdir(mode=0o700)
        contest.commands.environment["XDG_RUNTIME_DIR"] = str(runtime)
        thea, home = contest.commands.thea, contest.work
        contest.commands.run(thea("cluster", "up"), home)
        try:
            return contest.run({"warm": [thea("correct", ".")]})["warm"][0]
        finally:
            contest.commands.run(thea("cluster", "down"), home)


if __name__ == "__main__":
    sys.exit(Main().run())
