"""Keeps what the model is measured by out of what it learns from."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Final

_DIGEST: Final = 32  # hexadecimal digits kept of a text's SHA-256
_LINE: Final = 8  # and of a line's
_DRAWN: Final = 10  # lines that stand for a text
_FEWEST: Final = 4  # a text of fewer lines is known as a whole only
_SHORTEST: Final = 12  # characters, without spaces, of a line that tells texts apart
_SHARE: Final = 0.7  # of the drawn lines: then one text is a version of the other


class DevSets:
    """Knows the texts of the frozen dev sets by hashes; an organ of whoever gathers training data.

    A text is held if it is, but for white space, the broken or the fixed side of a case, or a near
    duplicate of one: if it has at least 7 in 10 of the lines that were drawn from a case.

    Args:
        signatures: one for each case, made by :meth:`signature`.
    """

    def __init__(self, signatures: Iterable[str]) -> None:
        self._texts: set[str] = set()
        self._drawn: list[int] = []
        self._cases: defaultdict[str, list[int]] = defaultdict(list)
        for broken, fixed, lines in (signature.split(" ") for signature in signatures):
            self._texts |= {broken, fixed}
            drawn = [lines[at : at + _LINE] for at in range(0, len(lines), _LINE)]
            for line in drawn if len(drawn) >= _FEWEST else ():
                self._cases[line].append(len(self._drawn))
            self._drawn.append(len(drawn))

    def __len__(self) -> int:
        return len(self._drawn)

    @classmethod
    def committed(cls) -> DevSets:
        """The dev sets of this project."""
        folder = resources.files("thea_code_system.training").joinpath("data")
        text = folder.joinpath("dev_sets.sha256").read_text(encoding="ascii")
        return cls(line for line in text.splitlines() if not line.startswith("#"))

    @classmethod
    def signature(cls, broken: str, fixed: str) -> str:
        """A case as one line: the hash of each side, and those of ten lines of the fixed one.

        The lines with the smallest hashes are drawn, so the choice is the same on every machine.
        """
        drawn = sorted(set(cls._lines(fixed)))[:_DRAWN]
        return f"{cls._text(broken)} {cls._text(fixed)} {''.join(drawn)}"

    def holds(self, text: str) -> bool:
        """Whether a text is one of a dev set, or nearly so."""
        if self._text(text) in self._texts:
            return True
        cases = (self._cases.get(line, ()) for line in set(self._lines(text)))
        met = Counter(case for some in cases for case in some)
        return any(count >= _SHARE * self._drawn[case] for case, count in met.items())

    def holds_any(self, texts: Sequence[str]) -> bool:
        """Whether any of these texts is held."""
        return any(self.holds(text) for text in texts)

    @staticmethod
    def _text(text: str) -> str:
        return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[
            :_DIGEST
        ]

    @staticmethod
    def _lines(text: str) -> Iterator[str]:
        for line in text.splitlines():
            bare = "".join(line.split())
            if len(bare) >= _SHORTEST and not bare.startswith(("#", "//", "*", "/*", "import")):
                yield hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()[:_LINE]
