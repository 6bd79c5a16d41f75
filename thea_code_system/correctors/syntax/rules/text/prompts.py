"""Prompts of shells and interactive interpreters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal, Safety

_PYTHON: Final = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)|In ?\[\d*\]: ?| +\.\.\.: ?|\$ ")
_NODE: Final = re.compile(r"[ \t]*>(?: |$)|\.\.\.(?: +|$)|\$ ")
_OUTPUT: Final = re.compile(r"Out ?\[\d*\]: ?")
_COMMAND: Final = re.compile(
    r"\$ (?:(?:sudo|pip3?|python3?|cd|git|npm|npx|yarn|node|export|source|curl) |ls\b|apt|\./)"
)


class Prompts(SyntaxRule):
    """Lines that begin with ``>>>``, ``...``, ``In [1]:`` or ``$``.

    A session of an interactive interpreter was pasted whole. The prompts go; what the interpreter
    answered goes with them where the code does not parse otherwise.
    """

    name: ClassVar[str] = "syntax/prompts"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ('"""Say:\n\n>>> 1 + 1\n2\n"""\n', "x[...]\n")
    FIXES: ClassVar[dict[str, str]] = {
        ">>> def area(r):\n...     return r * r\n...\n>>> area(2)\n": (
            "def area(r):\n    return r * r\n\narea(2)\n"
        ),
        "In [1]: import os\n\nIn [2]: os.getcwd()\n": "import os\n\nos.getcwd()\n",
        "$ import os\nprint(os.name)\n": "import os\nprint(os.name)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Without the prompts; then without the answers too."""
        pattern = _PYTHON if broken.language.name in PYTHON else _NODE
        prompts: dict[int, Edit] = {}
        answers: list[Edit] = []
        for number in range(1, broken.line_count + 1):
            start, end = broken.span(number)
            lexeme = broken.lexeme_at(start)
            if lexeme is not None and lexeme.kind in {"string", "comment"} and lexeme.start < start:
                continue
            line = broken.line(number)
            if _COMMAND.match(line) or _OUTPUT.match(line):
                answers.append(Edit(*broken.lines.line_span(number), ""))
            elif match := pattern.match(line):
                prompts[number] = Edit(start, start + match.end(), "")
            elif prompts and line.strip() and end:
                answers.append(Edit(*broken.lines.line_span(number), ""))
        if not any(broken.near(number, 1) for number in prompts):
            return
        message = "Remove prompts"
        yield self.proposal(message, *prompts.values())
        if answers:
            message = "Remove prompts and what was answered"
            yield self.proposal(
                message, *prompts.values(), *answers, score=0.5, safety=Safety.UNSAFE
            )
