"""What a file's windows were asked, and what the edit model said: bytes that a cache can keep."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from array import array
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Final, Literal

from thea_code_system import models
from thea_code_system.correctors.learned.tables import Question
from thea_code_system.models.editor import Opinion

_KEY: Final = 16  # bytes of a digest
_WIDTH: Final = 3  # numbers of a question
FEWEST: Final = 4  # windows of a text from which an edit leaves enough of them the same


class Memo:
    """Answers by window and question, for one file.

    A window's key is a digest of all that decides about an answer: what the network reads, the
    words that its tokens stand for, the weights, and what computes. So an answer that is found is
    the one that would be computed. What is no memo, or was damaged, is an empty one.

    Args:
        data: a former memo of the file, from :meth:`dumps`, or nothing.
        origin: names the weights and what computes, from :class:`Origin`.
    """

    def __init__(self, data: bytes, origin: bytes) -> None:
        self._origin = origin
        self._known: dict[bytes, dict[Question, float]] = {}
        self._noted: dict[bytes, dict[Question, float]] = {}
        with contextlib.suppress(ValueError):
            self._known = self._load(data)

    def keys(self, opinion: Opinion) -> list[bytes]:
        """The content address of each window of a text."""
        rows, items = opinion.reading.rows, opinion.tokens.items
        numbers = array("i", chain.from_iterable(rows))
        width = len(rows[0])
        keys = []
        for first, last in opinion.windows.spans:
            digest = hashlib.blake2b(self._origin, digest_size=_KEY)
            digest.update(numbers[first * width : last * width].tobytes())
            around = items[max(first - 1, 0) : last + 1]  # a token's class is told by neighbours
            words = "\0".join((str(first > 0), *(f"{item.kind} {item.text}" for item in around)))
            digest.update(words.encode("utf-8", "surrogatepass"))
            keys.append(digest.digest())
        return keys

    def recall(self, key: bytes) -> dict[Question, float] | None:
        """What is known of a window; None where that is nothing."""
        return self._known.get(key)

    def note(self, key: bytes) -> dict[Question, float]:
        """Where the answers about a window go that are to be kept."""
        return self._noted.setdefault(key, {})

    # --- bytes ----------------------------------------------------------------------------------

    def dumps(self) -> bytes:
        """What was asked since this was made: a digest, sizes, keys, questions, answers."""
        answers = [answer for noted in self._noted.values() for answer in noted.values()]
        questions = chain.from_iterable(chain.from_iterable(self._noted.values()))
        sizes = [len(self._noted), *map(len, self._noted.values())]
        body = b"".join((
            array("i", sizes).tobytes(), *self._noted,
            array("h", questions).tobytes(), array("f", answers).tobytes(),
        ))  # fmt: skip
        return self._digest(body) + body

    @classmethod
    def _load(cls, data: bytes) -> dict[bytes, dict[Question, float]]:
        """The inverse of :meth:`dumps`.

        Raises:
            ValueError: it is damaged.
        """
        if data[:_KEY] != cls._digest(data[_KEY:]):
            raise ValueError("not what was written")
        body = _Body(data[_KEY:])
        (count,) = body.whole("i", 1)
        sizes = body.whole("i", count)
        keys = [body.take(_KEY) for _ in sizes]
        numbers = iter(body.whole("h", _WIDTH * sum(sizes)))
        answers = array("f", body.take(4 * sum(sizes)))
        if min(sizes, default=0) < 0 or not all(map(isfinite, answers)):
            raise ValueError("no answers")
        pairs = zip(zip(numbers, numbers, numbers, strict=True), answers, strict=True)
        return {key: dict(islice(pairs, size)) for key, size in zip(keys, sizes, strict=True)}

    @staticmethod
    def _digest(body: bytes) -> bytes:
        return hashlib.blake2b(body, digest_size=_KEY).digest()


class _Body:
    """Bytes that are taken from the front.

    Every method raises a ValueError where there are too few.
    """

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def take(self, size: int) -> bytes:
        """So many bytes."""
        if not 0 <= size <= len(self._rest):
            raise ValueError("cut short")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def whole(self, code: Literal["i", "h"], count: int) -> array[int]:
        """So many integers."""
        found = array(code)
        found.frombytes(self.take(found.itemsize * count))
        return found


class Origin:
    """What decides about all answers besides windows: weights, code, torch, and the processor.

    Args:
        weights: a digest of them.
    """

    def __init__(self, weights: str) -> None:
        self._weights = weights

    @property
    def digest(self) -> bytes:
        """It counts what files hold and not their stamps, so that machines can share a cache."""
        import torch

        parts = (self._weights, torch.__version__, torch.backends.cpu.get_cpu_capability())
        digest = hashlib.blake2b("\0".join((*parts, sys.byteorder)).encode(), digest_size=_KEY)
        for folder in (Path(models.__file__).parent, Path(__file__).parent):
            for file in sorted(folder.glob("*.py")):
                digest.update(file.read_bytes())
        return digest.digest()
