"""Markdown fences, and all that stands outside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_FENCE: Final = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*[\w+#.-]*[ \t]*\r?$\n?", re.MULTILINE)
_PYTHON_STRINGS: Final = frozenset({"string", "comment"})


class MarkdownFence(SyntaxRule):
    """Code pasted with the fences of a Markdown block, and perhaps the prose around it.

    Answers of chat assistants and pages of documentation wrap code in three backticks. The fences
    go, and with them what stands before the first and after the last one.
    """

    name: ClassVar[str] = "syntax/markdown-fence"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.95
    CLEAN: ClassVar[tuple[str, ...]] = ('"""Use it:\n\n```\nf()\n```\n"""\n',)
    FIXES: ClassVar[dict[str, str]] = {
        "```python\nx = 1\n```\n": "x = 1\n",
        "Here is the code:\n\n```python\nx = 1\n```\n\nIt sets x.\n": "x = 1\n",
        "x = 1\ny = 2\n```\n": "x = 1\ny = 2\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Without fences and what is outside them; then without the fences alone."""
        fences = [found for found in _FENCE.finditer(broken.text) if self._bare(broken, found)]
        if not fences:
            return
        alone = [Edit(found.start(), found.end(), "") for found in fences]
        inside = list(self._outside(broken.text, fences))
        if self._prose(broken.text, inside):
            yield self.proposal("Remove the Markdown around the code", *inside)
            yield self.proposal("Remove Markdown fences", *alone, score=0.3)
        else:
            yield self.proposal("Remove Markdown fences", *alone)

    @staticmethod
    def _bare(broken: BrokenSource, found: re.Match[str]) -> bool:
        """Whether a fence stands in no docstring or comment; backticks mislead JavaScript's."""
        lexeme = broken.lexeme_at(found.start())
        if lexeme is None or lexeme.kind not in _PYTHON_STRINGS or lexeme.start == found.start():
            return True
        return lexeme.text.startswith("`")

    @staticmethod
    def _outside(text: str, fences: list[re.Match[str]]) -> Iterator[Edit]:
        """Everything but the blocks: opening and closing fences take turns."""
        kept_from = 0
        if len(fences) == 1:
            opens = bool(fences[0].group().strip("` ~\r\n\t")) or fences[0].start() < len(text) // 2
            fence = fences[0]
            yield Edit(0, fence.end(), "") if opens else Edit(fence.start(), len(text), "")
            return
        for index, fence in enumerate(fences):
            if index % 2 == 0:
                yield Edit(kept_from, fence.end(), "")
            kept_from = fence.start()
        yield Edit(kept_from, len(text), "")

    @staticmethod
    def _prose(text: str, outside: list[Edit]) -> bool:
        """Whether what goes besides the fences reads like words rather than code."""
        words = " ".join(_FENCE.sub("", text[edit.start : edit.end]) for edit in outside).split()
        plain = [word for word in words if re.fullmatch(r"[\"'(*`]*[\w'’-]+[`.,:;!?)*\"']*", word)]
        return not words or len(plain) * 4 >= len(words) * 3
