"""Which words a file uses as names, and which it merely writes, once or more often."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_WORD = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")
_PLAIN = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_PYTHON_PROSE = re.compile(rf"#[^\n]*|\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|{_PLAIN}")
_SCRIPT_PROSE = re.compile(rf"//[^\n]*|/\*[\s\S]*?\*/|`(?:[^`\\]|\\.)*`|{_PLAIN}")


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
        counts = Counter(word.lower() for word in _WORD.findall(text))
        prose = _PYTHON_PROSE if path.endswith((".py", ".pyi", ".pyw")) else _SCRIPT_PROSE
        names = {word.lower() for word in _WORD.findall(prose.sub(" ", text))}
        by_count: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
        for word, count in counts.items():
            by_count[3 if word in names else min(count, 3)].add(word)
        return cls(frozenset(by_count[3]), frozenset(by_count[2]), frozenset(by_count[1]))

    def pack(self) -> str:
        """As a line for each kind."""
        return "\n".join(" ".join(sorted(words)) for words in (self.common, self.twice, self.once))

    @classmethod
    def unpack(cls, packed: str) -> FileWords:
        """The inverse of :meth:`pack`."""
        return cls(*(frozenset(line.split()) for line in packed.split("\n")))


class TreeWords:
    """The words of a tree that are names in it, or stand in it more than twice."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._twice: set[str] = set()
        self._common: set[str] = set()

    def add(self, words: FileWords) -> None:
        """Take in one more file."""
        self._common |= words.common | (self._twice & words.once) | (self._seen & words.twice)
        self._twice |= (self._seen & words.once) | words.twice
        self._seen |= words.once | words.twice

    def common(self) -> frozenset[str]:
        """The words, as far as files were added."""
        return frozenset(self._common)
