"""Source files as values: text that can be turned back into the very bytes it came from."""

from __future__ import annotations

import bisect
import codecs
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate

from thea_code_system.values.portable import Portable

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?\r?$")
_NEWLINE = re.compile(r"\r\n|\r|\n")


class NotTextError(ValueError):
    """These bytes are binary, or not text in the encoding they declare."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: line and column from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class LineMap:
    """Where each line of a text starts; lines end at LF, CRLF or CR only."""

    starts: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, text: str) -> LineMap:
        """Index a text."""
        if "\r" in text:
            return cls((0, *(match.end() for match in _NEWLINE.finditer(text))), len(text))
        widths = [len(line) + 1 for line in text.split("\n")]
        return cls((0, *accumulate(widths[:-1])), len(text))

    def position(self, offset: int) -> Position:
        """The line and column of an offset in code points."""
        row = bisect.bisect_right(self.starts, offset) - 1
        return Position(row + 1, offset - self.starts[row] + 1)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column (both from 1), clamped to the text."""
        if line > len(self.starts):
            return self.length
        return min(self.starts[max(line, 1) - 1] + column - 1, self.length)

    def line_span(self, line: int) -> tuple[int, int]:
        """Start of a line (from 1) and start of the next one, or the end of the text."""
        end = self.starts[line] if line < len(self.starts) else self.length
        return self.starts[line - 1], end


@dataclass(frozen=True, slots=True)
class SourceFile(Portable):
    """A file of source code as it was read.

    ``path`` is relative to the project root, with ``/`` between its parts. ``text`` has no byte
    order mark and keeps every newline as it stands. ``digest`` is that of the bytes on disk.
    ``memo`` is what a former run has computed of this file and a corrector may use again, empty
    where that is nothing; None where nothing is to be remembered.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    newline: str = "\n"
    bom: bool = False
    digest: str = ""
    memo: bytes | None = field(default=None, compare=False, repr=False)

    @classmethod
    def decode(cls, path: str, data: bytes) -> SourceFile:
        """Read bytes as source code.

        Raises:
            NotTextError: where they hold NUL bytes, declare an unknown encoding, or one in which
                bytes outside of an edit would not stay as they are.
        """
        if b"\0" in data:
            raise NotTextError("binary")
        bom = data.startswith(codecs.BOM_UTF8)
        encoding = cls._declared(path, data)
        plain = data[3 if bom else 0 :]
        try:
            text = plain.decode(encoding)
            if encoding != "utf-8" and cls._piecewise(text, encoding) != plain:  # UTF-8 is strict
                raise NotTextError(f"not reversible as {encoding}")
        except (UnicodeError, LookupError) as error:  # some codecs raise no UnicodeDecodeError
            raise NotTextError(f"not {encoding} text") from error
        return cls(path, text, encoding, cls._dominant(text), bom, cls.digest_of(data))

    def encode(self) -> bytes:
        """The bytes of this file: the inverse of :meth:`decode`."""
        return self.encode_text(self.text)

    def encode_text(self, text: str) -> bytes:
        """The bytes that another text would have in this file's encoding."""
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)

    def obstacle(self, text: str) -> str:
        """Why this file cannot hold a text: no bytes of it would be read as that; empty if it can.

        A text may have a character that the encoding lacks, or move a line that declares another.
        What is so with the present text already, which came from no file then, is no obstacle.
        """
        words = self._obstacle(text)
        return "" if words and self._obstacle(self.text) else words

    def _obstacle(self, text: str) -> str:
        try:
            again = self.decode(self.path, self.encode_text(text))
        except (UnicodeError, NotTextError):
            return f"it cannot be written as {self.encoding}"
        same = (again.text, again.encoding, again.bom) == (text, self.encoding, self.bom)
        return "" if same else f"it would be read as {again.encoding}, not {self.encoding}"

    def with_text(self, text: str) -> SourceFile:
        """This file holding another text; its digest stays that of the bytes on disk."""
        return replace(self, text=text)

    @staticmethod
    def length(sources: Iterable[SourceFile]) -> int:
        """How many characters some texts have together."""
        return sum(len(source.text) for source in sources)

    @staticmethod
    def digest_of(data: bytes) -> str:
        """The content address used everywhere in Thea: BLAKE2b, 20 bytes, hexadecimal."""
        return hashlib.blake2b(data, digest_size=20).hexdigest()

    @staticmethod
    def _declared(path: str, data: bytes) -> str:
        """The encoding that PEP 263 finds in the first two lines of a Python file."""
        if not path.endswith((".py", ".pyi", ".pyw")):
            return "utf-8"
        for line in data.split(b"\n", 2)[:2]:
            if match := _COOKIE.match(line):
                name = match.group(1).decode("ascii")
                return "utf-8" if name.lower() in {"utf8", "utf-8", "utf-8-sig"} else name
            if not _BLANK.match(line):
                break
        return "utf-8"

    @staticmethod
    def _piecewise(text: str, encoding: str) -> bytes:
        """A text's characters, each encoded by itself.

        With an encoding that shifts between alphabets these are other bytes: there an edit changes
        what stands for its neighbours.
        """
        if "#\n".encode(encoding) != b"#\n":
            raise NotTextError(f"{encoding} is no superset of ASCII")
        pieces = {character: character.encode(encoding) for character in set(text)}
        return b"".join(map(pieces.__getitem__, text))

    @staticmethod
    def _dominant(text: str) -> str:
        if "\r" not in text:
            return "\n"
        windows = text.count("\r\n")
        counts = {"\n": text.count("\n") - windows, "\r\n": windows}
        counts["\r"] = text.count("\r") - windows
        return max(counts, key=lambda newline: counts[newline])
