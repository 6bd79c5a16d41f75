"""Breaks of Python files: layout, habits from C, and Python 2."""

from __future__ import annotations

import ast
import io
import keyword
import random
import re
import tokenize
from collections.abc import Iterator

from breaks.base import Break, Kind, Source, Token, shuffled
from breaks.common import COMMON, missing

OPENERS = {
    "if",
    "elif",
    "else",
    "for",
    "while",
    "def",
    "class",
    "try",
    "except",
    "finally",
    "with",
    "async",
}
NAMES = {
    tokenize.STRING: "string",
    tokenize.OP: "op",
    tokenize.NUMBER: "number",
    tokenize.NAME: "name",
}


class PythonSource(Source):
    """A Python file with its tree, and where its logical lines begin."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        tokens, self.logical, fresh = [], [], True
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            kind = NAMES.get(token.type)
            if token.type == tokenize.NEWLINE:
                fresh = True
            if kind is None or not token.string:
                continue
            if kind == "name" and keyword.iskeyword(token.string):
                kind = "keyword"
            start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            if fresh:
                self.logical.append(len(tokens))
                fresh = False
            tokens.append(Token(kind, token.string, start, end))
        super().__init__(text, "python", tokens)

    def statements(self) -> list[list[Token]]:
        return [
            self.tokens[a:b]
            for a, b in zip(self.logical, [*self.logical[1:], len(self.tokens)], strict=True)
        ]

    def offset(self, line: int, column: int) -> int:
        """Offset of an `ast` position: lines from 1, columns in UTF-8 bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def node_span(self, node: ast.AST) -> tuple[int, int]:
        return self.offset(node.lineno, node.col_offset), self.offset(
            node.end_lineno, node.end_col_offset
        )

    def code(self, node: ast.AST) -> str:
        return self.text[slice(*self.node_span(node))]

    def nodes(self, rng: random.Random, *kinds: type) -> list:
        return shuffled([n for n in ast.walk(self.tree) if isinstance(n, kinds)], rng)

    def margin(self, statement: list[Token]) -> tuple[int, int]:
        return self.starts[self.line_of(statement[0].start)], statement[0].start


def indented(source: PythonSource, rng: random.Random) -> list[tuple[int, int]]:
    """Margins of the logical lines, at random; those at the left edge are empty spans."""
    spans = [source.margin(s) for s in source.statements()]
    return shuffled([(a, b) for a, b in spans if not source.text[a:b].strip(" ")], rng)


def tabs(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for start, end in indented(source, rng)[:40]:
        if end - start >= 4:
            width = rng.choice([4, 8]) if end - start >= 8 else 4
            deep, rest = divmod(end - start, width)
            yield Break(((start, end, "\t" * deep + " " * rest),))


def bad_unindent(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for start, end in indented(source, rng)[:40]:
        less = rng.randint(1, 3)
        if end - start > less:
            yield Break(((start, start + less, ""),))


def unexpected_indent(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for start, _ in indented(source, rng)[:40]:
        yield Break(((start, start, " " * rng.choice([1, 2, 3, 4, 4, 4, 8])),))


def flat_body(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    """The body of a statement stands at the statement's own column."""
    for node in source.nodes(
        rng, ast.If, ast.For, ast.While, ast.FunctionDef, ast.With, ast.Try, ast.ClassDef
    )[:30]:
        first, last = node.body[0].lineno, node.body[-1].end_lineno
        deep = node.body[0].col_offset - node.col_offset
        if first <= node.lineno or deep <= 0 or last - first > 12:
            continue
        rows = range(first - 1, last)
        if all(
            source.lines[r][:deep].isspace() or not source.lines[r].strip() for r in rows
        ) and all(source.ends_clean(r) for r in rows):
            yield Break(
                tuple(
                    (source.starts[r], source.starts[r] + deep, "")
                    for r in rows
                    if source.lines[r].strip()
                )
            )


def missing_body(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for node in source.nodes(rng, ast.Pass)[:20]:
        row = node.lineno - 1
        if source.lines[row].strip() == "pass":
            yield Break((((*source.span(row, row), "")),))


def missing_colon(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for statement in shuffled(source.statements(), rng)[:60]:
        if statement[0].text in OPENERS and statement[-1].text == ":":
            yield Break(((statement[-1].start, statement[-1].end, ""),))


def assignment_for_equality(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for statement in shuffled(source.statements(), rng):
        if statement[0].text in {"if", "elif", "while", "assert", "return"}:
            for token in shuffled([t for t in statement if t.text == "=="], rng):
                yield Break(((token.start, token.end, "="),))


def c_operator(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    words = {"and": "&&", "or": "||", "not": "!"}
    hits = [i for i, t in enumerate(source.tokens) if t.kind == "keyword" and t.text in words]
    for at in shuffled(hits, rng)[:20]:
        token, after, before = source.tokens[at], source.tokens[at + 1], source.tokens[at - 1]
        if "not" in (token.text, after.text) and (after.text == "in" or before.text == "is"):
            continue
        end = after.start if token.text == "not" else token.end
        yield Break(((token.start, end, words[token.text]), *_constants(source, token, rng)))


def _constants(source: PythonSource, near: Token, rng: random.Random) -> list:
    """Who writes && may write null and true as well."""
    names = {"None": "null", "True": "true", "False": "false"}
    if rng.random() < 0.5:
        return []
    row = source.line_tokens(source.line_of(near.start))
    return [(t.start, t.end, names[t.text]) for t in row if t.text in names]


def else_if(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for token in shuffled([t for t in source.tokens if t.text == "elif"], rng)[:20]:
        yield Break(
            ((token.start, token.end, rng.choice(["else if", "else if", "elseif", "elsif"])),)
        )


def increment(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for statement in shuffled(source.statements(), rng):
        texts = [t.text for t in statement]
        if len(texts) > 2 and texts[-1] == "1" and texts[-2] in {"+=", "-="}:
            sign = texts[-2][0] * 2
            if rng.random() < 0.2:
                yield Break(
                    (
                        (statement[0].start, statement[0].start, sign),
                        (statement[-3].end, statement[-1].end, ""),
                    )
                )
            yield Break(((statement[-3].end, statement[-1].end, sign),))


def print_statement(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    calls = []
    for node in source.nodes(rng, ast.Expr):
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "print"
            and call.args
        ):
            names = {k.arg: k.value for k in call.keywords}
            if set(names) <= {"file"} and call.lineno == call.end_lineno:
                words = [f">>{source.code(names['file'])}"] if names else []
                words += [source.code(a) for a in call.args]
                calls.append((*source.node_span(call), f"print {', '.join(words)}"))
    for edit in calls[:20]:
        yield Break(tuple(calls) if rng.random() < 0.5 else (edit,))


def exec_statement(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for node in source.nodes(rng, ast.Expr):
        call = node.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "exec"
            and not call.keywords
        ):
            code, *spaces = [source.code(a) for a in call.args]
            text = f"exec {code}" + (f" in {', '.join(spaces)}" if spaces else "")
            yield Break(((*source.node_span(call), text),))


def except_comma(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for node in source.nodes(rng, ast.ExceptHandler)[:20]:
        if node.type is not None and node.name:
            _, end = source.node_span(node.type)
            found = re.compile(r"\s+as\s+(\w+)").match(source.text, end)
            if found:
                yield Break(((end, found.end(), f", {found[1]}"),))


def backticks(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for node in source.nodes(rng, ast.Call)[:400]:
        if (
            isinstance(node.func, ast.Name)
            and node.func.id == "repr"
            and len(node.args) == 1
            and not node.keywords
        ):
            yield Break(((*source.node_span(node), f"`{source.code(node.args[0])}`"),))


def not_equal(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for token in shuffled([t for t in source.tokens if t.text == "!="], rng)[:20]:
        yield Break(((token.start, token.end, "<>"),))


def octal(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for token in shuffled([t for t in source.tokens if re.fullmatch(r"0o[0-7]+", t.text)], rng)[
        :20
    ]:
        yield Break(((token.start + 1, token.start + 2, ""),))


def raise_comma(source: PythonSource, rng: random.Random) -> Iterator[Break]:
    for node in source.nodes(rng, ast.Raise)[:40]:
        call = node.exc
        plain = isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords
        if not plain or node.cause is not None or call.lineno != call.end_lineno:
            continue
        if not isinstance(call.args[0], ast.Starred):
            text = f"{source.code(call.func)}, {source.code(call.args[0])}"
            yield Break(((*source.node_span(call), text),))


PYTHON: dict[str, Kind] = COMMON | {
    "tab-for-spaces": tabs,
    "bad-unindent": bad_unindent,
    "unexpected-indent": unexpected_indent,
    "flat-body": flat_body,
    "missing-body": missing_body,
    "missing-colon": missing_colon,
    "missing-bracket": missing("()[]{}"),
    "assignment-for-equality": assignment_for_equality,
    "c-operator": c_operator,
    "else-if": else_if,
    "increment": increment,
    "print-statement": print_statement,
    "exec-statement": exec_statement,
    "except-comma": except_comma,
    "backticks": backticks,
    "not-equal-2": not_equal,
    "octal-2": octal,
    "raise-comma": raise_comma,
}
