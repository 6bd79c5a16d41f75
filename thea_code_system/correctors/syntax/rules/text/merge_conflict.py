"""Conflict markers that a merge left in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.text.conflict import Conflict
from thea_code_system.values.correction import Edit, Proposal

_CONFLICT: Final = re.compile(
    r"^[ \t]*<{7}(?!<)[^\n]*\n(?P<ours>.*?)"
    r"(?:^[ \t]*\|{7}(?!\|)[^\n]*\n(?P<base>.*?))?"
    r"^[ \t]*={7}[ \t]*\r?\n(?P<theirs>.*?)"
    r"^[ \t]*>{7}(?!>)[^\n]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_MARKER: Final = re.compile(
    r"^[ \t]*(?:<{7}(?: [^\n]*)?|\|{7}(?: [^\n]*)?|={7}|>{7}(?: [^\n]*)?)[ \t]*\r?(?:\n|\Z)",
    re.MULTILINE,
)
_ALTERNATIVES: Final = 24
_BROKEN: Final = 0.001  # what does not parse is likely only where all else does not either


class MergeConflict(SyntaxRule):
    """Conflict markers of git (also in diff3 style) that were saved or committed.

    Each conflict is resolved to one side or to both, whichever agrees best with the rest of the
    file: the side that defines what is used elsewhere, that holds all of the other, that changed
    against the common ancestor; both where both only add.
    """

    name: ClassVar[str] = "syntax/merge-conflict"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.6
    CLEAN: ClassVar[tuple[str, ...]] = ('"""Title\n=======\n"""\n',)
    FIXES: ClassVar[dict[str, str]] = {
        "<<<<<<< HEAD\nwidth = 2\n=======\nbreadth = 2\n>>>>>>> topic\nprint(width)\n": (
            "width = 2\nprint(width)\n"
        ),
        "<<<<<<< HEAD\nimport os\n=======\nimport sys\n>>>>>>> topic\nprint(os, sys)\n": (
            "import os\nimport sys\nprint(os, sys)\n"
        ),
        "<<<<<<< ours\nx = 1\n||||||| base\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n": "x = 2\n",
        "x = 1\n<<<<<<< HEAD\ny = 2\n": "x = 1\ny = 2\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Resolutions of all conflicts together, likeliest first; or markers left over."""
        spans = list(_CONFLICT.finditer(broken.text))
        if not spans:
            markers = [
                Edit(found.start(), found.end(), "")
                for found in _MARKER.finditer(broken.text)
                if broken.near(broken.line_of(found.start()), 1)
            ]
            if markers:
                yield self.proposal("Remove leftover conflict markers", *markers, score=0.5)
            return
        rest = _CONFLICT.sub("", broken.text)
        ranked = [Conflict.of(found).resolutions(rest, broken.language) for found in spans]
        ways: list[tuple[float, list[Edit]]] = []
        for score, texts in self._joint(ranked):
            edits = [
                Edit(found.start(), found.end(), text)
                for found, text in zip(spans, texts, strict=True)
            ]
            whole = broken.language.parses(self._resolved(broken.text, edits))
            ways.append((score if whole else score * _BROKEN, edits))
        total = sum(score for score, _ in ways)
        for score, edits in sorted(ways, key=lambda way: -way[0]):
            yield self.proposal("Resolve merge conflicts", *edits, score=score / total)

    @staticmethod
    def _resolved(text: str, edits: list[Edit]) -> str:
        for edit in reversed(edits):
            text = f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
        return text

    @staticmethod
    def _joint(
        ranked: list[list[tuple[float, str]]],
    ) -> list[tuple[float, tuple[str, ...]]]:
        """The likeliest ways to resolve all conflicts, by the product of their scores."""
        joint: list[tuple[float, tuple[str, ...]]] = [(1.0, ())]
        for options in ranked:
            longer = [
                (score * weight, (*texts, text))
                for score, texts in joint
                for weight, text in options
            ]
            joint = sorted(longer, key=lambda item: -item[0])[:_ALTERNATIVES]
        return joint
