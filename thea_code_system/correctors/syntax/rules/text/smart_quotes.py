"""Typographic quotation marks used as string delimiters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_DOUBLE: Final = "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02\u301d\u301e"
_SINGLE: Final = "\u2018\u2019\u201b\u2032\u2035\uff07\u00b4"
_SMART: Final = re.compile(f"[{_DOUBLE}{_SINGLE}]")


class SmartQuotes(SyntaxRule):
    """Typographic quotation marks where a string begins or ends.

    Word processors and chat programs replace straight quotes. Inside a string that has straight
    delimiters the typographic ones are text, and stay.
    """

    name: ClassVar[str] = "syntax/smart-quotes"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ('quote = "he said “no”"\n', "# it’s fine\nx = 1\n")
    FIXES: ClassVar[dict[str, str]] = {
        "print(“hello”, ‘world’)\n": "print(\"hello\", 'world')\n",
        "print(“don't”)\n": 'print("don\'t")\n',
        "x = {“a”: “it’s”}\ny = 'b’\n": 'x = {"a": "it’s"}\ny = \'b\'\n',
        "“““Say hello.”””\nx = 1\n": '"""Say hello."""\nx = 1\n',
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """All delimiters at once; then, likelier wrong, every typographic quote there is."""
        if not _SMART.search(broken.text):
            return
        edits = list(self._delimiters(broken))
        if edits:
            yield self.proposal("Write string delimiters as straight quotes", *edits)
        every = [
            Edit(found.start(), found.end(), self._straight(found.group()))
            for found in _SMART.finditer(broken.text)
            if not self._in_comment(broken, found.start())
        ]
        if every and every != edits:
            yield self.proposal("Write all quotes as straight quotes", *every, score=0.3)

    def _delimiters(self, broken: BrokenSource) -> Iterator[Edit]:
        """Walk the text as a lexer would that takes every quote for a delimiter."""
        text, at, closer, smart = broken.text, 0, "", False
        while at < len(text):
            straight = self._straight(text[at])
            if closer:
                if text[at] == "\\":
                    at += 1
                elif self._closes(text, at, closer, smart=smart):
                    yield from self._written(text, at, closer)
                    at += len(closer) - 1
                    closer = ""
                elif text[at] == "\n" and len(closer) == 1 and closer != "`":
                    closer = ""
            elif straight in {'"', "'", "`"} and not self._apostrophe(text, at):
                closer, smart = self._opened(text, at, straight), text[at] != straight
                yield from self._written(text, at, closer)
                at += len(closer) - 1
            elif (lexeme := broken.lexeme_at(at)) and lexeme.kind == "comment":
                at = lexeme.end - 1
            at += 1

    def _opened(self, text: str, at: int, straight: str) -> str:
        triple = [self._straight(character) for character in text[at : at + 3]]
        return straight * 3 if straight != "`" and triple == [straight] * 3 else straight

    def _closes(self, text: str, at: int, closer: str, *, smart: bool) -> bool:
        """Whether the string that ``closer`` ends does end here.

        A quote of the other style than the opening one is text where one of the same style follows
        on the line, and so is an apostrophe between letters.
        """
        piece = text[at : at + len(closer)]
        if "".join(map(self._straight, piece)) != closer:
            return False
        if self._apostrophe(text, at):
            return False
        if smart == (piece != closer):
            return True
        end = text.find("\n", at)
        rest = text[at + len(closer) : end if end >= 0 else len(text)]
        if smart:
            return not any(self._straight(other) == closer[0] != other for other in rest)
        return closer not in rest

    def _written(self, text: str, at: int, straight: str) -> Iterator[Edit]:
        for offset, plain in enumerate(straight, at):
            if text[offset] != plain:
                yield Edit(offset, offset + 1, plain)

    @staticmethod
    def _apostrophe(text: str, at: int) -> bool:
        """Whether a typographic quote stands between letters."""
        around = text[at - 1 : at], text[at + 1 : at + 2]
        return text[at] in _SINGLE and around[0].isalpha() and around[1].isalpha()

    @staticmethod
    def _straight(character: str) -> str:
        if character in _DOUBLE:
            return '"'
        return "'" if character in _SINGLE else character

    @staticmethod
    def _in_comment(broken: BrokenSource, offset: int) -> bool:
        lexeme = broken.lexeme_at(offset)
        return lexeme is not None and lexeme.kind == "comment"
