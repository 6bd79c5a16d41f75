"""Prompts of shells and interactive interpreters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal, Safety

_PYTHON: Final = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)|In ?\[\d*\]: ?| +\.\.\.: ?|[$%] ")
_NODE: Final = re.compile(r">(?: |$)|\.\.\.(?: +|$)|[$%] ")
_OUTPUT: Final = re.compile(r"Out ?\[\d*\]: ?")
_SHELL: Final = re.compile(
    r"(?:\([\w.-]+\) )?(?:(?P<place>[\w.-]+@[\w.-]+[: ]?\S*|[~/][\w./-]*) ?[$%#>]|[$%]) "
    r"(?P<command>.+)"
)
_PROGRAM: Final = re.compile(
    r"(?:\./|(?:sudo|bash|zsh|sh|pip3?|python[\d.]*|uv|poetry|cd|cat|less|head|vim?|nano|echo|git|npm"
    r"|npx|pnpm|yarn|node|deno|bun|docker|export|source|curl) |(?:ls|make|pytest|tsc|i?python3?)\b)"
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
        "$ cat a.py\nimport os\n~/src $ python a.py\n": "import os\n",
        "$ import os\nprint(os.name)\n": "import os\nprint(os.name)\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Without the prompts; then without the answers too."""
        pattern = _PYTHON if broken.language.name in PYTHON else _NODE
        prompts: dict[int, Edit] = {}
        commands: dict[int, Edit] = {}
        answers: list[Edit] = []
        for number in range(1, broken.line_count + 1):
            start, end = broken.span(number)
            lexeme = broken.lexeme_at(start)
            inside = lexeme is not None and lexeme.kind in {"string", "comment"}
            if inside and lexeme and lexeme.start < start and number - 1 not in prompts:
                continue
            line = broken.line(number)
            if self._command(line):
                commands[number] = Edit(*broken.lines.line_span(number), "")
            elif _OUTPUT.match(line):
                answers.append(Edit(*broken.lines.line_span(number), ""))
            elif match := pattern.match(line):
                prompts[number] = Edit(start, start + match.end(), "")
            elif prompts and line.strip() and end:
                answers.append(Edit(*broken.lines.line_span(number), ""))
        if not any(broken.near(number, 1) for number in (*prompts, *commands)):
            return
        sure = (*prompts.values(), *commands.values())
        yield self.proposal("Remove prompts and commands of a session", *sure)
        if commands and prompts:
            yield self.proposal("Remove commands of a shell", *commands.values(), score=0.9)
        if answers:
            message = "Remove prompts and what was answered"
            yield self.proposal(message, *sure, *answers, score=0.5, safety=Safety.UNSAFE)

    @staticmethod
    def _command(line: str) -> bool:
        """Whether a line is a command given to a shell rather than code after a prompt."""
        found = _SHELL.fullmatch(line)
        return found is not None and bool(found["place"] or _PROGRAM.match(found["command"]))
