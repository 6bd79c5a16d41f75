"""Breaks of JavaScript, TypeScript and JSX files."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript

from breaks.base import Break, Kind, Source, Token, shuffled
from breaks.common import COMMON, missing

KEYWORDS = {
    "const",
    "let",
    "var",
    "function",
    "return",
    "if",
    "else",
    "for",
    "while",
    "import",
    "export",
    "class",
    "new",
    "typeof",
    "switch",
    "case",
    "break",
    "throw",
    "try",
    "catch",
    "default",
    "extends",
    "await",
    "async",
    "interface",
}
STRINGS = {
    "string",
    "template_string",
    "regex",
    "jsx_text",
    "comment",
}  # kept whole: no break inside of them by chance


class Grammars:
    """tree-sitter's parsers, one a language."""

    def __init__(self) -> None:
        made = {
            "javascript": tree_sitter_javascript.language(),
            "typescript": tree_sitter_typescript.language_typescript(),
            "tsx": tree_sitter_typescript.language_tsx(),
        }
        self._parsers = {
            name: tree_sitter.Parser(tree_sitter.Language(g)) for name, g in made.items()
        }

    def parse(self, text: str, language: str) -> tree_sitter.Tree:
        return self._parsers[language].parse(text.encode())


class ScriptSource(Source):
    """A JavaScript or TypeScript file with its tree, in characters."""

    def __init__(self, text: str, language: str, grammars: Grammars) -> None:
        self.tree = grammars.parse(text, language)
        self._columns = self._byte_table(text)
        tokens = [
            self._token(node)
            for node in self._leaves(self.tree.root_node)
            if node.type != "jsx_text"
        ]
        self.comments = [t for t in tokens if t.kind == "comment"]
        super().__init__(text, language, [t for t in tokens if t.kind != "comment" and t.text])

    @staticmethod
    def _byte_table(text: str) -> list[int] | None:
        """Character offset of every byte; None where they are the same."""
        if text.isascii():
            return None
        table = [at for at, letter in enumerate(text) for _ in letter.encode()]
        return [*table, len(text)]

    def at(self, byte: int) -> int:
        return byte if self._columns is None else self._columns[byte]

    def walk(self, node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
        stack = [node]
        while stack:
            here = stack.pop()
            yield here
            stack += reversed(here.children)

    def _leaves(self, node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
        stack = [node]
        while stack:
            here = stack.pop()
            if here.type in STRINGS or not here.children:
                yield here
            else:
                stack += reversed(here.children)

    def _token(self, node: tree_sitter.Node) -> Token:
        text = node.text.decode()
        kind = node.type if node.type in STRINGS else "op"
        if text in KEYWORDS:
            kind = "keyword"
        elif kind == "op" and node.is_named:
            kind = "name"
        return Token(kind, text, self.at(node.start_byte), self.at(node.end_byte))

    def spans(self, kind: str, rng: random.Random) -> list[tuple[int, int]]:
        found = [n for n in self.walk(self.tree.root_node) if n.type == kind]
        return shuffled([(self.at(n.start_byte), self.at(n.end_byte)) for n in found], rng)


def unterminated_template(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    for start, end in source.spans("template_string", rng)[:20]:
        yield Break(((end - 1, end, ""),) if rng.random() < 0.75 else ((start, start + 1, ""),))


def missing_closing_tag(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    for start, end in source.spans("jsx_closing_element", rng)[:20]:
        row = source.line_of(start)
        alone = source.lines[row].strip() == source.text[start:end]
        span = source.span(row, row) if alone and rng.random() < 0.7 else (start, end)
        yield Break(((*span, ""),))


def stray_closing_tag(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    for start, end in source.spans("jsx_closing_element", rng)[:20]:
        row = source.line_of(start)
        tag = source.text[start:end]
        if source.lines[row].strip() == tag and rng.random() < 0.7:
            yield Break(((source.starts[row + 1], source.starts[row + 1], source.lines[row]),))
        yield Break(
            ((end, end, tag if rng.random() < 0.7 else rng.choice(["</div>", "</span>", "</>"])),)
        )


def doubled_keyword(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    words = {"const", "let", "var", "function", "return", "import", "export", "class", "if"}
    tokens = [t for t in source.tokens if t.text in words]
    for token in (
        shuffled([t for t in tokens if t.text == "const"], rng)[:8] + shuffled(tokens, rng)[:8]
    ):
        yield Break(((token.end, token.end, f" {token.text}"),))


def elif_keyword(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    tokens = source.tokens
    pairs = [(a, b) for a, b in itertools.pairwise(tokens) if (a.text, b.text) == ("else", "if")]
    for first, second in shuffled(pairs, rng)[:20]:
        yield Break(((first.start, second.end, "elif"),))


def hash_comment(source: ScriptSource, rng: random.Random) -> Iterator[Break]:
    lines = [t for t in source.comments if t.text.startswith("//")]
    for token in shuffled(lines, rng)[:20]:
        row = source.line_of(token.start)
        run = (
            [t for t in lines if abs(source.line_of(t.start) - row) <= 3]
            if rng.random() < 0.3
            else [token]
        )
        yield Break(tuple((t.start, t.start + 2, "#") for t in run))


SCRIPT: dict[str, Kind] = COMMON | {
    "missing-brace": missing("{}"),
    "missing-paren": missing("()"),
    "missing-bracket": missing("[]"),
    "unterminated-template": unterminated_template,
    "missing-closing-tag": missing_closing_tag,
    "stray-closing-tag": stray_closing_tag,
    "doubled-keyword": doubled_keyword,
    "elif-keyword": elif_keyword,
    "hash-comment": hash_comment,
}
