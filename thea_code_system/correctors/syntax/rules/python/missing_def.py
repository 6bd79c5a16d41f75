"""A function or class without its keyword."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import PYTHON, SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.values.correction import Edit, Proposal

_FUNCTION: Final = re.compile(
    r"[ \t]*(?:async[ \t]+)?(?P<name>[a-z_]\w*)[ \t]*\(.*\)(?:[ \t]*->.*)?:[ \t]*(?:#.*)?$"
)
_CLASS: Final = re.compile(r"[ \t]*(?P<name>[A-Z]\w*)[ \t]*(?:\(.*\))?:[ \t]*(?:#.*)?$")
_HEADERS: Final = frozenset({"if", "elif", "while", "for", "with", "except", "else", "lambda"})
_GLUED: Final = re.compile(r"[ \t]*(?P<word>def|class)(?P<name>_?[A-Za-z]\w*)[ \t]*[(:]")


class MissingDef(SyntaxRule):
    """A header that has a name, parameters and a body, but neither ``def`` nor ``class``.

    Also one whose keyword has grown together with the name (``deff(x):``).
    """

    name: ClassVar[str] = "syntax/missing-def"
    languages: ClassVar[frozenset[str]] = PYTHON
    prior: ClassVar[float] = 0.8
    CLEAN: ClassVar[tuple[str, ...]] = ("x = f(1)\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "area(r):\n    return r * r\n": "def area(r):\n    return r * r\n",
        "class A:\n    __init__(self):\n        pass\n": (
            "class A:\n    def __init__(self):\n        pass\n"
        ),
        "Shape(Base):\n    sides = 4\n": "class Shape(Base):\n    sides = 4\n",
        "defarea(r):\n    return r * r\n": "def area(r):\n    return r * r\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """Each header next to the fault that a deeper line follows."""
        for number in broken.around(1):
            line, (start, _) = broken.line(number), broken.span(number)
            below = number + 1
            while below < broken.line_count and not broken.line(below).strip():
                below += 1
            if len(broken.indent(below)) <= len(broken.indent(number)):
                continue
            if found := _GLUED.match(line):
                at = start + found.end("word")
                yield self.proposal("Separate the keyword", Edit(at, at, " "), score=0.9)
            for pattern, word in ((_FUNCTION, "def"), (_CLASS, "class")):
                found = pattern.match(line)
                if found and found["name"] not in _HEADERS:
                    at = start + found.start("name")
                    yield self.proposal(f"Begin with {word}", Edit(at, at, f"{word} "))
