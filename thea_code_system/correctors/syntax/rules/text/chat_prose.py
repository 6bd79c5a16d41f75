"""Sentences of a chat answer around code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_PLAIN: Final = r"[\w'’`*.,;:()/\"“” -]"
_SENTENCE: Final = re.compile(
    rf"\s*(?:[-*•#>]+ +|\d+[.)] +)?(?:\*\*)?[\"“'`(]?[A-Z]{_PLAIN}* {_PLAIN}*"
    r"[\w`)*\"][.:!?…]?(?:\*\*)?\s*"
)
_OPENING: Final = re.compile(
    r"\s*(?:sure|certainly|of course|absolutely|great|here(?:'s|’s| is| are)|below|hope|in this"
    r"|this (?:is|code|script|function|version|will)|the (?:following|above|code|script|function)"
    r"|note|explanation|output|example|usage|i (?:have|hope)|i['’]ve|let me|to (?:run|use)|you can"
    r"|make sure|please|feel free)\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"[={}\[\];@]|\w\(|\)\s*:|^\s*(?:import|from|def|class|return|const|let|var)\b"
)


class ChatProse(SyntaxRule):
    """Sentences before or after the code: "Here is the corrected version:".

    They come along when an answer of a chat assistant is copied whole, or written by a tool that
    was asked for code alone.
    """

    name: ClassVar[str] = "syntax/chat-prose"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ('"""Here is a text."""\n# Sure, here is one.\nx = 1\n',)
    FIXES: ClassVar[dict[str, str]] = {
        "Here is the corrected code:\n\nx = 1\n": "x = 1\n",
        "Sure! Here's the function you asked for:\n\nx = 1\n\nThis sets x to one.\n": "x = 1\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Without the sentences at both ends, as far as one reaches a fault."""
        last = broken.line_count
        head = self._prose(broken, range(1, last + 1))
        tail = [] if len(head) >= last else self._prose(broken, range(last, len(head), -1))
        edits = []
        if head:
            edits.append(Edit(0, broken.lines.line_span(head[-1])[1], ""))
        if tail:
            above = tail[-1]
            while above > 1 and not broken.line(above - 1).strip():
                above -= 1
            edits.append(Edit(broken.lines.line_span(above)[0], len(broken.text), ""))
        if any(broken.near(number, 1) for number in (*head, *tail)):
            yield self.proposal("Remove the sentences around the code", *edits)

    def _prose(self, broken: BrokenSource, numbers: Sequence[int]) -> list[int]:
        """The sentences from one end on, blank lines between and after them included."""
        out: list[int] = []
        blank: list[int] = []
        for number in numbers:
            line = broken.line(number)
            if not line.strip():
                blank.append(number)
            elif (
                not self._inside(broken, number)
                and not _CODE.search(line)
                and (_OPENING.match(line) or (_SENTENCE.fullmatch(line) and len(line.split()) > 3))
            ):
                out += [*blank, number]
                blank = []
            else:
                break
        return [*out, *blank] if out else []

    @staticmethod
    def _inside(broken: BrokenSource, number: int) -> bool:
        """Whether a line is, or begins in, a comment or a text in quotes."""
        lexeme = broken.lexeme_at(broken.span(number)[0] + len(broken.indent(number)))
        return lexeme is not None and lexeme.kind in {"string", "comment"}
