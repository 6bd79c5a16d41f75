"""Python's comments in JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import ECMASCRIPT, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_LINE: Final = re.compile(r"[ \t]*(#+)(?![!\w$])|[ \t]*(#)\w[\w'’-]*[ \t]+[^\s=(;{:]")
_TRAILING: Final = re.compile(r"[ \t](#)[ \t]*[A-Za-z]")
_DOCSTRING: Final = re.compile(r"(\"\"\"|''')(.*?)(\"\"\"|''')", re.DOTALL)


class HashComment(SyntaxRule):
    """``# …`` and docstrings, which JavaScript writes ``// …`` and ``/* … */``.

    A ``#`` that begins a line is a comment unless a private name follows; one behind code is taken
    for a comment next to a fault.
    """

    name: ClassVar[str] = "syntax/hash-comment"
    languages: ClassVar[frozenset[str]] = ECMASCRIPT
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ("class A {\n  #width = 1;\n}\n// # note\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "# The width.\nlet x = 1;\n": "// The width.\nlet x = 1;\n",
        "let x = 1; # the width\n": "let x = 1; // the width\n",
        '"""Do it."""\nf();\n': "/* Do it. */\nf();\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All that begin a line at once; then docstrings, and those behind code near a fault."""
        lines = [n for n in range(1, broken.line_count + 1) if self._is_code(broken, n)]
        edits = []
        for number in lines:
            if found := _LINE.match(broken.line(number)):
                group = 1 if found.group(1) else 2
                start, _ = broken.span(number)
                edits.append(Edit(start + found.start(group), start + found.end(group), "//"))
        if edits:
            yield self.proposal("Write comments with //", *edits)
        docstrings = [
            edit
            for found in _DOCSTRING.finditer(broken.text)
            if broken.near(broken.line_of(found.start()), 1) and "*/" not in found.group()
            for edit in self._block(found)
        ]
        if docstrings:
            yield self.proposal("Write a docstring as a comment", *docstrings, score=0.85)
        for number in broken.beside(below=0):
            found = _TRAILING.search(broken.line(number))
            lexeme = broken.lexeme_at(broken.span(number)[0] + found.start(1)) if found else None
            if found and lexeme and lexeme.kind not in {"string", "comment"}:
                start, _ = broken.span(number)
                edit = Edit(start + found.start(1), start + found.end(1), "//")
                yield self.proposal("Write comments with //", edit, score=0.9)

    @staticmethod
    def _block(found: re.Match[str]) -> Iterator[Edit]:
        text = found.group(2)
        left = "" if text[:1].isspace() else " "
        right = "" if text[-1:].isspace() else " "
        yield Edit(found.start(1), found.end(1), f"/*{left}")
        yield Edit(found.start(3), found.end(3), f"{right}*/")

    @staticmethod
    def _is_code(broken: BrokenSource, number: int) -> bool:
        start = broken.span(number)[0] + len(broken.indent(number))
        lexeme = broken.lexeme_at(start)
        return lexeme is not None and lexeme.kind not in {"string", "comment"}
