"""Clean code to learn from: pieces of files that parse, each with its language."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thea_code_system.languages.base import Language
from thea_code_system.languages.grammar import GrammarLanguage
from thea_code_system.languages.registry import Languages

_LARGEST: Final = 400_000
_LINES: Final = 110
_FEWEST: Final = 6
_WIDEST: Final = 160
_PASSED_OVER: Final = re.compile(
    r"(^|/)(node_modules|vendor|third_party|lib2to3|dist|build|umd|cjs|fixtures?|testdata|bad_code"
    r"|locales?|site-packages)(/|$)|\.min\.|\.d\.ts$|\.cjs$"
)
_GENERATED: Final = re.compile(r"@generated|do not edit|auto-?generated", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole statements of a file, which parse by themselves."""

    language: str
    text: str
    origin: str


class Corpus:
    """Reads folders of source code and cuts their files into pieces; no text comes twice."""

    def __init__(self) -> None:
        self._languages = Languages()
        self._seen: set[str] = set()

    def pieces(self, folders: Iterable[Path]) -> Iterator[Piece]:
        """All pieces of all files in some folders, in the order of their paths."""
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if not self.wants(name) or not path.is_file() or path.stat().st_size > _LARGEST:
                    continue
                try:
                    data = path.read_bytes()
                except OSError:
                    continue
                yield from self.of_file(name, data, f"{folder.name}/{name}")

    def wants(self, name: str) -> bool:
        """Whether a file of this name, relative to its project, may hold code written by hand."""
        return self._languages.for_path(name) is not None and not _PASSED_OVER.search(name)

    def of_file(self, name: str, data: bytes, origin: str) -> Iterator[Piece]:
        """The pieces of one file of a name that is wanted."""
        language = self._languages.for_path(name)
        try:
            text = data.decode("utf-8") if len(data) <= _LARGEST else ""
        except UnicodeDecodeError:
            return
        lines = text.count("\n") + 1
        if language is None or len(text) / lines > 80 or _GENERATED.search(text[:600]):
            return
        text = text.replace("\r\n", "\n")
        for piece in self._cut(text, language):
            digest = hashlib.sha256("".join(piece.split()).encode()).hexdigest()
            size = piece.count("\n")
            if digest in self._seen or not _FEWEST <= size <= 2 * _LINES:
                continue
            self._seen.add(digest)
            if max(map(len, piece.split("\n"))) <= 2 * _WIDEST and language.parses(piece):
                yield Piece(language.name, piece, origin)

    def _cut(self, text: str, language: Language) -> Iterator[str]:
        """Runs of whole statements of about :data:`_LINES` lines."""
        lines = text.split("\n")
        first = 0
        for last in self._ends(text, language):
            if last - first >= _LINES:
                yield self._whole(lines, first, last)
                first = last
        if first < len(lines):
            yield self._whole(lines, first, len(lines))

    @staticmethod
    def _whole(lines: list[str], first: int, last: int) -> str:
        """Some lines; those from the midst of a class have its first line above them."""
        start = next((n for n in range(first, last) if lines[n].strip()), first)
        above = []
        if lines[start][:1] in {" ", "\t"}:
            above = [line for line in lines[:first] if line.startswith("class ")][-1:]
        return "\n".join((*above, *lines[first:last], ""))

    @staticmethod
    def _ends(text: str, language: Language) -> Iterator[int]:
        """The numbers of the lines that end a statement at the top level of a file."""
        if isinstance(language, GrammarLanguage):
            tree = language.tree(text.encode())
            if tree is None or tree.root_node.has_error:
                return
            for node in tree.root_node.children:
                yield node.end_point[0] + 1
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return
        for statement in module.body:
            if isinstance(statement, ast.ClassDef):
                for inner in statement.body[:-1]:
                    if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        yield inner.end_lineno or 0
            yield statement.end_lineno or 0


class Shelf:
    """Pieces in a file, one JSON object a line; read at random places without loading all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets: list[int] = []
        with path.open("rb") as lines:
            position = 0
            for line in lines:
                self._offsets.append(position)
                position += len(line)
        self._file = path.open("rb")

    def __len__(self) -> int:
        return len(self._offsets)

    def any(self, rng: random.Random) -> Piece:
        """A piece drawn at random."""
        self._file.seek(rng.choice(self._offsets))
        return Piece(**json.loads(self._file.readline()))

    @staticmethod
    def write(path: Path, pieces: Iterable[Piece]) -> int:
        """Write pieces; the number of them."""
        count = 0
        with path.open("w", encoding="utf-8") as out:
            for piece in pieces:
                row = {"language": piece.language, "text": piece.text, "origin": piece.origin}
                out.write(f"{json.dumps(row)}\n")
                count += 1
        return count
