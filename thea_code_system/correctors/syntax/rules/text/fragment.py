"""A stretch of a file that need not parse, and the names in it."""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_NAME: Final = re.compile(r"(?<![\w.])[A-Za-z_$][\w$]*")
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_DEFINED: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?"
    r"(?:def|class|function\*?|interface|type|enum)[ \t]+([\w$]+)",
    re.MULTILINE,
)
_ASSIGNED: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:const|let|var)[ \t]+([\w$]+)"
    r"|^[ \t]*([A-Za-z_$][\w$]*)[ \t]*(?::[^=\n]+)?=(?!=)",
    re.MULTILINE,
)
_IMPORT: Final = re.compile(r"^[ \t]*(?:import|from|export)\b.*", re.MULTILINE)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|^\s*from\s+\S+")
_SYNTAX: Final = frozenset({"import", "from", "export", "as", "type", "default"})
_STRING: Final = r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
_PYTHON_LITERAL: Final = re.compile(
    rf"[rbfuRBFU]{{0,2}}(?:'''.*?'''|\"\"\".*?\"\"\"|{_STRING})|#[^\n]*", re.DOTALL
)
_SCRIPT_LITERAL: Final = re.compile(rf"{_STRING}|/\*.*?\*/|//[^\n]*", re.DOTALL)
_PARAMETERS: Final = re.compile(
    r"\b(?:for|as|class|import|lambda|from)\b([^:=\n]*)|\bdef\b([^\n]*)|(\w+)[ \t]*=(?!=)"
)
_BUILTIN: Final = frozenset({*dir(builtins), *keyword.kwlist, "_"})
_PART: Final = re.compile(r"(?:@|(?:export |default |async )*(?:def|class|function|import|from)\b)")
_DECORATORS: Final = re.compile(r"(?:\s*@[^\n]*\n)+\s*")


@dataclass(frozen=True)
class Fragment:
    """A text read by regular expressions: what stands between two markers seldom parses."""

    text: str
    python: bool

    @cached_property
    def lines(self) -> list[str]:
        """The lines that are not blank, without the white space around them."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @cached_property
    def line_set(self) -> frozenset[str]:
        """The lines, to ask for one."""
        return frozenset(self.lines)

    @cached_property
    def words(self) -> set[str]:
        """All that may be a name, strings and comments included."""
        return set(_WORD.findall(self.text))

    @cached_property
    def names(self) -> set[str]:
        """Names in the code, attributes left out."""
        return set(_NAME.findall(self._code))

    @cached_property
    def defined(self) -> set[str]:
        """Names that are imported or defined here."""
        imports = (_QUOTED.sub("", line) for line in _IMPORT.findall(self.text))
        imported = {name for line in imports for name in _NAME.findall(line)} - _SYNTAX
        return imported | set(_DEFINED.findall(self.text))

    @cached_property
    def bound(self) -> set[str]:
        """Names that are imported, defined or assigned here."""
        assigned = {name for pair in _ASSIGNED.findall(self.text) for name in pair if name}
        return self.defined | assigned

    @cached_property
    def unbound(self) -> set[str]:
        """Names of Python code that must be bound elsewhere.

        In JavaScript none is known to: pages share their globals.
        """
        if not self.python:
            return set()
        made = (word for found in _PARAMETERS.findall(self._code) for word in found)
        own = {word for text in made for word in _WORD.findall(text)}
        return self.names - own - self.bound - _BUILTIN

    def imports(self) -> bool:
        """Whether this begins with an import."""
        return bool(_IMPORT.match(self.text))

    @cached_property
    def begins(self) -> set[str]:
        """What the import or definition that this begins with binds; nothing for other code."""
        first = _DECORATORS.sub("", self.text, count=1).partition("\n")[0]
        return Fragment(first, self.python).bound if _PART.match(first.lstrip()) else set()

    def needed(self, words: set[str]) -> str:
        """The text without the imports and definitions that nothing else speaks of.

        Args:
            words: those of the rest of the file.
        """
        parts, kept, known = self._parts(), set[int](), set(words)
        while True:
            new = {
                number
                for number, part in enumerate(parts)
                if number not in kept and (not part.begins or part.begins & known)
            }
            if not new:
                return "".join(part.text for number, part in enumerate(parts) if number in kept)
            kept |= new
            known.update(*(parts[number].words for number in new))

    def _parts(self) -> list[Fragment]:
        """The text cut before its outermost imports and definitions."""
        lines = self.text.splitlines(keepends=True)
        depth = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        parts: list[str] = []
        for line in lines:
            starts = bool(_PART.match(line[depth:])) and not line[:depth].strip()
            if not parts or (starts and not _DECORATORS.fullmatch(parts[-1])):
                parts.append(line)
            else:
                parts[-1] += line
        return [Fragment(part, self.python) for part in parts]

    @cached_property
    def _code(self) -> str:
        return (_PYTHON_LITERAL if self.python else _SCRIPT_LITERAL).sub("", self.text)
