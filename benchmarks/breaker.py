"""Break healthy files of real packages, at random places, for measuring repairs.

    python benchmarks/breaker.py --corpus DIR --out CASES.jsonl --count 2000 --seed 0

DIR holds unpacked packages as `corpus.py` lays them. Each case has one to three breaks, each of
which alone stops the file from parsing: CPython's `ast` and Ruff both reject it, or tree-sitter and
oxc both do (`except X, name:`, which Ruff takes for new syntax, is judged by `ast` alone). A row is
what `score_repair.py` reads: id, language, kind, broken, fixed, with `breaks` (the kinds, in the
order drawn), `n`, `package` and `path`. `kind` is the first break's. Kinds take turns in each
language, so that each has a figure of its own; the others of a case, the file and every position
are drawn at random.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import random
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from breaks.base import Break, Kind, Source, apply
from breaks.javascript import SCRIPT, Grammars, ScriptSource
from breaks.python import PYTHON, PythonSource

LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".ts": "typescript",
    ".tsx": "tsx",
}
SUFFIX = {"python": ".py", "javascript": ".js", "typescript": ".ts", "tsx": ".tsx"}
TURNS = [  # 60 % Python
    *("python", "python", "python", "javascript", "python", "typescript", "python", "python"),
    *("javascript", "python", "python", "tsx", "python", "python", "typescript", "javascript"),
    *("python", "tsx", "typescript", "python"),
]
PASSED_OVER = {
    "node_modules",
    "fixtures",
    "testdata",
    "test_data",
    "templates",
    "vendor",
    "_vendor",
    "locale",
    "locales",
} | {
    "dist",
    "build",
    "build-module",
    "cjs",
    "esm",
    "es",
    "es6",
    "esm5",
    "umd",
    "fp",  # what compilers wrote
}
SMALLEST, LARGEST = 400, 60_000
SIGNS = {  # what the files have in common in which a rare kind of break can be made
    "octal-2": "0o",
    "exec-statement": "exec(",
    "backticks": "repr(",
    "print-statement": "print(",
    "missing-body": "  pass\n",
    "increment": "= 1\n",
    "elif-keyword": "else if",
    "missing-closing-tag": "</",
    "stray-closing-tag": "</",
    "unterminated-template": "`",
}


class Judge:
    """Rejected by both parsers of its language?"""

    def __init__(self) -> None:
        self.grammars = Grammars()
        self._folder = tempfile.TemporaryDirectory()
        warnings.simplefilter("ignore")

    def rejects(self, text: str, language: str, *, newer: bool = True) -> bool:
        return self._first_rejects(text, language) and (
            not newer or self._second_rejects(text, language)
        )

    def accepts(self, text: str, language: str) -> bool:
        return not self._first_rejects(text, language) and not self._second_rejects(text, language)

    def _first_rejects(self, text: str, language: str) -> bool:
        if language != "python":
            return self.grammars.parse(text, language).root_node.has_error
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return True
        return False

    def _second_rejects(self, text: str, language: str) -> bool:
        if language == "python":
            command = [
                "ruff",
                "check",
                "--isolated",
                "--no-cache",
                "--quiet",
                "--target-version=py314",
                "--select=E902",
                "-",
            ]
            return (
                subprocess.run(
                    command, input=text.encode(), check=False, capture_output=True
                ).returncode
                != 0
            )
        path = Path(self._folder.name) / f"case{SUFFIX[language]}"
        path.write_text(text, "utf-8", newline="")
        done = subprocess.run(
            ["oxlint", "-A", "all", "-f", "json", path], check=False, capture_output=True
        )
        return bool(json.loads(done.stdout)["diagnostics"])


class Files:
    """Healthy files of the corpus: a package at random, then one of its files."""

    def __init__(self, root: Path, judge: Judge, rng: random.Random) -> None:
        self._root, self._judge, self._rng = root, judge, rng
        self._paths: dict[str, dict[str, list[Path]]] = collections.defaultdict(
            lambda: collections.defaultdict(list)
        )
        self._signed: dict[tuple[str, str], dict[str, list[Path]]] = {}
        self._known: dict[Path, Source | None] = {}
        for path in sorted(root.rglob("*")):
            language = LANGUAGES.get(path.suffix)
            if (
                language
                and not path.name.endswith((".d.ts", ".min.js"))
                and path.is_file()
                and not path.is_symlink()
            ):
                package, *folders = path.relative_to(root).parts[1:-1] or ["."]
                if not PASSED_OVER & set(folders) and SMALLEST <= path.stat().st_size <= LARGEST:
                    self._paths[language][package].append(path)

    def draw(self, language: str, sign: str) -> tuple[Path | None, Source | None]:
        packages = self._with_sign(language, sign)
        if not packages:
            return None, None
        path = self._rng.choice(packages[self._rng.choice(sorted(packages))])
        if path not in self._known:
            self._known[path] = self._read(path, language)
        return path, self._known[path]

    def _with_sign(self, language: str, sign: str) -> dict[str, list[Path]]:
        if (language, sign) not in self._signed:
            hits: dict[str, list[Path]] = collections.defaultdict(list)
            for package, paths in self._paths[language].items():
                for path in paths:
                    if sign.encode() in path.read_bytes():
                        hits[package].append(path)
            self._signed[language, sign] = hits
        return self._signed[language, sign]

    def place(self, path: Path) -> tuple[str, str]:
        kind, package, *rest = path.relative_to(self._root).parts
        return f"{kind}/{package}", "/".join(rest)

    def _read(self, path: Path, language: str) -> Source | None:
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            return None
        lines = text.count("\n") or 1
        strange = (
            "\r" in text
            or "\f" in text
            or "\ufeff" in text
            or len(text) / lines > 200
            or "@flow" in text
        )
        if (
            strange
            or len(text.splitlines()) != text.count("\n")
            or not self._judge.accepts(text, language)
        ):
            return None
        return (
            PythonSource(text)
            if language == "python"
            else ScriptSource(text, language, self._judge.grammars)
        )


class Breaker:
    """Draws cases."""

    def __init__(self, files: Files, judge: Judge, rng: random.Random) -> None:
        self._files, self._judge, self._rng = files, judge, rng
        self.turns: dict[str, Iterator[str]] = {}
        self.barren: collections.Counter[str] = collections.Counter()

    def cases(self, count: int) -> Iterator[dict]:
        made = turn = 0
        seen = set()
        while made < count:
            language = TURNS[turn % len(TURNS)]
            turn += 1
            case = self._case(language, self._next_kind(language))
            if case and case["broken"] not in seen:
                seen.add(case["broken"])
                yield {"id": f"break-{made:05d}", **case}
                made += 1

    def _next_kind(self, language: str) -> str:
        kinds = self._kinds(language)
        names = [n for n in kinds if self.barren[f"{language} {n}"] < 3]
        if language not in self.turns:
            self.turns[language] = iter(())
        for name in self.turns[language]:
            if name in names:
                return name
        if not names:
            raise SystemExit(
                f"no break of any kind can be made in {language}: is the corpus there?"
            )
        self.turns[language] = iter(self._rng.sample(names, len(names)))
        return next(self.turns[language])

    @staticmethod
    def _kinds(language: str) -> dict[str, Kind]:
        if language == "python":
            return PYTHON
        return {
            name: kind
            for name, kind in SCRIPT.items()
            if language != "typescript" or "tag" not in name
        }

    def _case(self, language: str, kind: str) -> dict | None:
        for _ in range(150):
            path, source = self._files.draw(language, SIGNS.get(kind, ""))
            first = source and self._alone(source, kind)
            if first:
                break
        else:
            self.barren[f"{language} {kind}"] += 1
            return None
        drawn = [(kind, first), *self._others(source, kind, first, self._rng.randint(0, 2))]
        broken = apply(source.text, [edit for _, made in drawn for edit in made.edits])
        if not self._judge.rejects(broken, language, newer=kind != "except-comma"):
            return None
        package, inside = self._files.place(path)
        return {
            "language": language,
            "kind": kind,
            "breaks": [name for name, _ in drawn],
            "n": len(drawn),
            "broken": broken,
            "fixed": source.text,
            "package": package,
            "path": inside,
        }

    def _others(
        self, source: Source, kind: str, first: Break, more: int
    ) -> list[tuple[str, Break]]:
        drawn = [(kind, first)]
        kinds = self._kinds(source.language)
        for _ in range(20):
            if len(drawn) > more:
                break
            name = self._rng.choice(sorted(kinds))
            made = self._alone(source, name)
            if made and all(self._apart(source, made, other) for _, other in drawn):
                drawn.append((name, made))
        return drawn[1:]

    def _alone(self, source: Source, kind: str) -> Break | None:
        """A break of this kind that stops the file from parsing without any other."""
        kinds = self._kinds(source.language)
        for made in kinds[kind](source, self._rng):
            text = apply(source.text, list(made.edits))
            if self._judge.rejects(text, source.language, newer=kind != "except-comma"):
                return made
        return None

    @staticmethod
    def _apart(source: Source, one: Break, two: Break) -> bool:
        """On lines of their own; prefixes and wrappings go with breaks of tokens only."""
        shapes = {one.shape, two.shape}
        if "wrap" in shapes:
            return shapes == {"wrap", "token"}
        if shapes == {"line"}:
            return False
        if "line" in shapes and all(
            s == e for b in (one, two) if b.shape == "line" for s, e, _ in b.edits
        ):
            return True
        lines = [
            {
                line
                for s, e, _ in b.edits
                for line in range(source.line_of(s) - 1, source.line_of(e) + 2)
            }
            for b in (one, two)
        ]
        return not lines[0] & lines[1]


def main() -> int:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--corpus", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    rng, judge = random.Random(options.seed), Judge()
    breaker = Breaker(Files(options.corpus, judge, rng), judge, rng)
    table: collections.Counter[str] = collections.Counter()
    with options.out.open("w", encoding="utf-8") as out:
        for case in breaker.cases(options.count):
            out.write(json.dumps(case) + "\n")
            table.update([case["language"], f"{case['n']} breaks", f"kind {case['kind']}"])
    for name, count in sorted(table.items()):
        print(f"{name:28s} {count}")
    for name, count in breaker.barren.items():
        print(f"no file found {count} times for: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
