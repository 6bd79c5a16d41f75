"""Which words a file uses as names, and which it merely writes, once or more often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(rb"[a-z]{5,}")
_PART = re.compile(rb"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
_KEEP = bytes(c if chr(c).isascii() and chr(c).isalpha() else 32 for c in range(256))
_LOWER = _KEEP.lower()
_TEXT = r"(?<=Q)(?:QQ[\s\S]*?QQQ|[^Q\\\n]*(?:\\.[^Q\\\n]*)*Q?)"
_QUOTED = f"""{_TEXT.replace("Q", '"')}|{_TEXT.replace("Q", "'")}"""
# A set of characters first lets the regular expression skip quickly to where it may match.
_PYTHON_PROSE = re.compile(rf"([\"'#](?:(?<=#)[^\n]*|{_QUOTED}))")
_SCRIPT_PROSE = re.compile(
    rf"([\"'/`](?:(?<=/)(?:/[^\n]*|\*[\s\S]*?\*/)|(?<=`)[^`\\]*(?:\\.[^`\\]*)*`|{_QUOTED}))"
)


@dataclass(frozen=True, slots=True)
class FileWords:
    """Lower-case words of five letters or more, by how much they speak for themselves.

    ``common`` are part of a name or stand there three times or more; the others are prose that
    stands there ``twice`` or ``once``.
    """

    common: frozenset[str]
    twice: frozenset[str]
    once: frozenset[str]

    @classmethod
    def scan(cls, path: str, text: str) -> FileWords:
        """The words of one file; parts of ``camelCase`` and ``snake_case`` are words."""
        prose = _PYTHON_PROSE if path.endswith((".py", ".pyi", ".pyw")) else _SCRIPT_PROSE
        code_and_prose = prose.split(text)
        common = cls._names(cls._letters(code_and_prose[::2]).translate(_KEEP))
        counts = Counter(_WORD.findall(cls._letters(code_and_prose[1::2]).translate(_LOWER)))
        by_count: dict[int, set[bytes]] = {1: set(), 2: set(), 3: common}
        for word, count in counts.items():
            if word not in common:
                by_count[min(count, 3)].add(word)
        return cls(*(cls._decoded(by_count[count]) for count in (3, 2, 1)))

    @staticmethod
    def _letters(parts: list[str]) -> bytes:
        return " ".join(parts).encode("ascii", "replace")

    @staticmethod
    def _names(code: bytes) -> set[bytes]:
        names: set[bytes] = set()
        for name in set(code.split()):
            names.update((name,) if name.islower() else _PART.findall(name))
        return {name.lower() for name in names if len(name) >= 5}

    @staticmethod
    def _decoded(words: set[bytes]) -> frozenset[str]:
        return frozenset(b" ".join(words).decode().split())

    def pack(self) -> str:
        """As a line for each kind."""
        return "\n".join(" ".join(sorted(words)) for words in (self.common, self.twice, self.once))

    @staticmethod
    def of_tree(packed: Iterable[str]) -> frozenset[str]:
        """Words that are names in some file, or stand in all of them three times: of packed words.

        A million words are counted without a step of Python's own for each of them.
        """
        kinds = zip(*(words.split("\n") for words in packed), strict=True)
        common, twice, once = (" ".join(words).split() for words in kinds)
        counts = Counter(twice)
        counts.update(counts.copy())
        counts.update(once)
        return frozenset(common).union(word for word, count in counts.items() if count > 2)
