"""From a text to the numbers that the network reads."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from thea_code_system.languages.base import Fault
from thea_code_system.models.balance import Balance
from thea_code_system.models.tokens import KINDS, LINE, CodeToken, CodeTokens
from thea_code_system.models.vocabulary import PIECES, Vocabulary
from thea_code_system.models.words import WORDS

SAID: Final = (
    "never closed", "unmatched", "does not match opening", "expected ':'", "forgot a comma",
    "Maybe you meant '=='", "unterminated triple", "unterminated", "unexpected indent",
    "expected an indented block", "unindent does not match", "inconsistent use of tabs",
    "invalid decimal", "expected '('", "expression cannot contain assignment", "invalid syntax",
    "cannot", "missing )", "missing }", "missing ]", "missing ;", "missing", "unexpected '}",
    "unexpected ')", "unexpected", "expected", "f-string", "invalid character", "leading zeros",
    "Missing parentheses", "positional argument", "Did you mean",
)  # fmt: skip
"""What parsers say, in the words that tell one complaint from another, most telling first."""
MESSAGES: Final = len(SAID) + 2  # none, each of these, and any other
PARSES: Final = 0
LANGUAGES: Final = ("python", "javascript", "typescript", "tsx")
CONTEXTS: Final = 32_768
COLUMNS: Final = (
    *(f"piece {number}" for number in range(PIECES)),
    "kind", "spaced", "delta", "level", "gap", "depth", "mark", "balance", "uses", "message",
    "language", "context",
)  # fmt: skip
SIZES: Final = {
    "kind": len(KINDS), "spaced": 2, "delta": 15, "level": 10, "gap": 3, "depth": 10, "mark": 4,
    "balance": len(Balance.STATES), "uses": 17, "message": MESSAGES, "language": len(LANGUAGES),
}  # fmt: skip
"""How many values each small column takes."""
_NEVER: Final = -1
_ODD_LEFT, _ODD_RIGHT = 13, 14
_FARTHEST: Final = 6  # levels of a step of indentation
_DEEPEST: Final = 9  # levels of indentation, and of brackets
_AROUND: Final = 128  # tokens on each side in which uses of a name are counted
_MOST_USES: Final = 3
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_END: Final = CodeToken("pad", 0, 0, "<end>")
_CLOSED: Final = frozenset(WORDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in numbers: for each token a row of :data:`COLUMNS`; the last row is the end.

    ``focus`` is the index of the token where the parser objects, or 0.
    """

    tokens: CodeTokens
    rows: tuple[tuple[int, ...], ...]
    focus: int

    def window(self, size: int, focus: int | None = None) -> tuple[int, int]:
        """The span of at most ``size`` rows that has a token, by default the fault's, inside it.

        One third of the window lies below the token: a cause is above a fault more often. The
        span is half-open.
        """
        middle = self.focus if focus is None else focus
        start = max(0, min(middle - 2 * size // 3, len(self.rows) - size))
        return start, min(start + size, len(self.rows))


class Reader:
    """Turns tokens into rows of numbers; owned by one model."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def read(self, tokens: CodeTokens, fault: Fault | None, language: str) -> Reading:
        """The rows of all tokens of a text, and where its parser objects.

        Raises:
            ValueError: the language is none of :data:`LANGUAGES`.
        """
        items = (*tokens.items, _END)
        focus = tokens.at(fault.offset) if fault else _NEVER
        marks = self._marks(tokens, focus)
        message = self._message(fault)
        spoken = LANGUAGES.index(language)
        classes = [self._class(item) for item in items]
        uses = self._uses(items)
        balance = Balance(items, python=language == "python").states
        rows = []
        for index, (item, shape) in enumerate(
            zip(items, self._shapes(items, tokens.unit), strict=True)
        ):
            text = "<line>" if item.kind == LINE else item.text
            before = classes[index - 1] if index else ""
            after = classes[index + 1] if index + 1 < len(classes) else ""
            context = crc32(f"{before} {classes[index]} {after}".encode()) % CONTEXTS
            rows.append((
                *self._vocabulary.pieces(text), KINDS.index(item.kind), int(item.spaced), *shape,
                marks.get(index, 0), balance[index], uses.get(index, 0), message, spoken, context,
            ))  # fmt: skip
        return Reading(tokens, tuple(rows), max(focus, 0))

    @staticmethod
    def _class(item: CodeToken) -> str:
        if item.kind == LINE:
            return "\n"
        if item.kind in {"operator", "keyword", "other"} or item.text in _CLOSED:
            return item.text
        return item.kind

    @staticmethod
    def _uses(items: Sequence[CodeToken]) -> dict[int, int]:
        """How often each name stands nearby, above and below: 1 plus two digits of base 4."""
        places: dict[str, list[int]] = {}
        for index, item in enumerate(items):
            if item.kind == "name":
                places.setdefault(item.text, []).append(index)
        out: dict[int, int] = {}
        for found in places.values():
            for order, index in enumerate(found):
                above = order - bisect.bisect_left(found, index - _AROUND)
                below = bisect.bisect_right(found, index + _AROUND) - order - 1
                out[index] = 1 + 4 * min(above, _MOST_USES) + min(below, _MOST_USES)
        return out

    @staticmethod
    def _marks(tokens: CodeTokens, focus: int) -> dict[int, int]:
        """1 on the line of the fault, 2 at its token, 3 at the token before."""
        if focus < 0:
            return {}
        items = tokens.items
        first = tokens.line_before(focus)
        last = focus + 1
        while last < len(items) and items[last].kind != LINE:
            last += 1
        out = dict.fromkeys(range(first, last), 1)
        if focus:
            out[focus - 1] = 3
        out[focus] = 2
        return out

    @staticmethod
    def _message(fault: Fault | None) -> int:
        if fault is None:
            return PARSES
        found = (n for n, words in enumerate(SAID) if words in fault.message)
        return next(found, len(SAID)) + 1

    @staticmethod
    def _shapes(items: Iterable[CodeToken], unit: int) -> Iterable[tuple[int, int, int, int]]:
        """Of each token: step of indentation, its level, blank lines above, depth of brackets."""
        column, depth = 0, 0
        for item in items:
            delta = level = 0
            if item.kind == LINE:
                units, odd = divmod(item.column - column, unit)
                if odd:
                    delta = _ODD_LEFT if item.column < column else _ODD_RIGHT
                else:
                    delta = max(-_FARTHEST, min(_FARTHEST, units)) % (2 * _FARTHEST + 1)
                level = min(item.column // unit, _DEEPEST)
                column = item.column
            elif item.text in _CLOSE:
                depth -= 1
            yield delta, level, min(item.gap, 2), max(0, min(depth + 1, _DEEPEST))
            if item.text in _OPEN and item.kind == "operator":
                depth += 1
            depth = max(depth, -1)
