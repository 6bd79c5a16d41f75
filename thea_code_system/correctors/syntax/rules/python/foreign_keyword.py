"""Keywords of other languages in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_TYPES: Final = "var|let|const|auto|int|float|double|char|string|String|bool|boolean|my"
_WORDS: Final = tuple(
    (re.compile(old), new)
    for old, new in (
        (r"(?:async[ \t]+)?(?P<old>function|func|fn|fun|sub|define)[ \t]+\w+[ \t]*\(", "def"),
        (r"(?P<old>def[ \t]+(?:function|func)|function[ \t]+def)[ \t]+\w+[ \t]*\(", "def"),
        (rf"(?P<old>(?:{_TYPES})[ \t]+)\w+[ \t]*=", ""),
        (r"(?P<old>throw(?:[ \t]+new)?)[ \t]+\w", "raise"),
        (r"(?P<old>catch|rescue)\b.*:", "except"),
        (r"(?P<old>switch)\b.*:", "match"),
        (r"(?P<old>default)[ \t]*:", "case _"),
        (r"(?P<old>foreach)\b.*:", "for"),
        (r"(?P<old>until)\b.*:", "while not"),
        (r"(?P<old>unless)\b.*:", "if not"),
        (r"(?:if|elif|while)\b.*?(?P<old>[ \t]+(?:then|do)[ \t]*:?)[ \t]*(?:#.*)?$", ":"),
        (r"(?P<old>(?:public|private|protected|static|final)[ \t]+)(?:def|class)\b", ""),
        (r"(?P<old>include|require|using)[ \t]+\w+(?:\.\w+)*[ \t]*$", "import"),
    )
)
_NEW: Final = re.compile(r"(?<![\w.])(new[ \t]+)[A-Za-z_][\w.]*\(")


class ForeignKeyword(SyntaxRule):
    """A statement that begins with another language's word: ``function f()``, ``var x``, ``throw``.

    The word becomes Python's where Python has one, and goes where it has none.
    """

    name: ClassVar[str] = "syntax/foreign-keyword"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.85
    CLEAN: ClassVar[tuple[str, ...]] = ("function = 1\nvar = function\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "function f(x):\n    let y = x\n    return y\n": "def f(x):\n    y = x\n    return y\n",
        "if x then:\n    throw new Error(x)\n": "if x:\n    raise Error(x)\n",
        "try:\n    f()\ncatch OSError as e:\n    g(new Note(e))\n": (
            "try:\n    f()\nexcept OSError as e:\n    g(Note(e))\n"
        ),
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All statements of the file at once: who writes one such word writes more of them."""
        edits: list[Edit] = []
        for number in range(1, broken.line_count + 1):
            start, _ = broken.span(number)
            line, indent = broken.line(number), len(broken.indent(number))
            for first, last, word in self._words(line, indent):
                clashes = any(edit.start <= start + first < edit.end for edit in edits)
                if self._is_code(broken, start + first) and not clashes:
                    edits.append(Edit(start + first, start + last, word))
        if any(broken.near(broken.line_of(edit.start), 1) for edit in edits):
            yield self.proposal("Use Python's keywords", *edits)

    @staticmethod
    def _words(line: str, indent: int) -> Iterator[tuple[int, int, str]]:
        """Columns of the words to replace, and what replaces them."""
        for old, new in _WORDS:
            if found := old.match(line, indent):
                yield (*found.span("old"), new)
                break
        for found in _NEW.finditer(line):
            yield (*found.span(1), "")

    @staticmethod
    def _is_code(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.kind not in {"string", "comment"}
