"""What kind of text an offset of a file stands in."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterator
from functools import cached_property

from thea_code_system.correctors.spelling.prose import Prose
from thea_code_system.languages.registry import Languages
from thea_code_system.languages.trees import PythonTree
from thea_code_system.tools.positions import Utf8Text
from thea_code_system.tools.typos import TyposHit
from thea_code_system.values.source import SourceFile

# Ten times faster than lexemes, and right in a file that parses.
_PYTHON = re.compile(
    r"(?P<string>[rRbBuUfFtT]{0,2}(?:\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|'''(?:\\.|(?!''').)*'''"
    r"|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'))|(?P<comment>#[^\r\n]*)",
    re.DOTALL,
)

_OPENING = re.compile(r"[A-Za-z]*(\"\"\"|'''|[\"'`])")


class Places:
    """Organ that tells where in one file a word stands; it looks only when first asked."""

    def __init__(self, source: SourceFile, languages: Languages) -> None:
        self._text = source.text
        self._language = languages.for_path(source.path)

    def of(self, hit: TyposHit) -> str | None:
        """``comment``, ``docstring``, ``string`` or ``elsewhere``; None where no prose is."""
        row = bisect.bisect_right(self._starts, hit.offset) - 1
        if row < 0 or hit.offset >= self._spans[row][1]:
            return "elsewhere"
        start, end, kind = self._spans[row]
        inner = self._passage(row) if kind == "comment" else self._contents(start, end)
        if not Prose(self._text[slice(*inner)]).holds(hit.offset - inner[0], hit.word):
            return None
        return "docstring" if kind == "string" and start in self._docstrings else kind

    def _contents(self, start: int, end: int) -> tuple[int, int]:
        """A string without its prefix and quotes."""
        match = _OPENING.match(self._text, start)
        width = len(match[1]) if match else 0
        return (match.end() if match else start), end - width

    def _passage(self, row: int) -> tuple[int, int]:
        """A comment with the comments on the lines right above and below it."""
        first = last = row
        while first > 0 and self._adjoin(first - 1, first):
            first -= 1
        while last + 1 < len(self._spans) and self._adjoin(last, last + 1):
            last += 1
        return self._spans[first][0], self._spans[last][1]

    def _adjoin(self, upper: int, lower: int) -> bool:
        if {self._spans[upper][2], self._spans[lower][2]} != {"comment"}:
            return False
        between = self._text[self._spans[upper][1] : self._spans[lower][0]]
        return not between.strip() and between.count("\n") < 2

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self._spans]

    @cached_property
    def _spans(self) -> list[tuple[int, int, str]]:
        """Start, end and kind of each comment and string."""
        if self._language is None:
            return []
        if self._language.name == "python":
            return [(*m.span(), str(m.lastgroup)) for m in _PYTHON.finditer(self._text)]
        lexemes = self._language.lexemes(self._text)
        return [
            (one.start, one.end, one.kind) for one in lexemes if one.kind in {"comment", "string"}
        ]

    @cached_property
    def _docstrings(self) -> frozenset[int]:
        if self._language is None or self._language.name != "python":
            return frozenset()
        return frozenset(self._find_docstrings())

    def _find_docstrings(self) -> Iterator[int]:
        """Where strings start that are statements: documentation, and read by nobody else."""
        try:
            tree = PythonTree.of(self._text)
        except (SyntaxError, ValueError, RecursionError):
            return
        places = Utf8Text(self._text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                yield places.in_line(node.value.lineno, node.value.col_offset)
