"""Two arguments of a call that stand in each other's place."""

from __future__ import annotations

from typing import Final

from thea_code_system.correctors.learned.options import Option, Options
from thea_code_system.models.tokens import CodeToken
from thea_code_system.values.correction import Edit

_FARTHEST: Final = 60  # tokens from an argument back to its call
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class Swaps:
    """Organ of one search: pairs of arguments.

    Args:
        options: what could be done at either of them alone.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._items = options.opinion.tokens.items

    def neighbours(self, index: int) -> list[int]:
        """The tokens with which one may have been swapped."""
        both = ((index, index + 2), (index - 2, index))
        return [left + right - index for left, right in both if self._are_arguments(left, right)]

    def option(self, left: int, right: int) -> tuple[Option, float]:
        """The swap of a pair and its probability: that of both its halves."""
        one, other = self._items[left], self._items[right]
        edits = Edit(one.start, one.end, other.text), Edit(other.start, other.end, one.text)
        words = f"the arguments `{one.text}` and `{other.text}` seem to be swapped"
        expected = f"{other.text}, {one.text}"
        odds = [self._options.odds(at, its.text) for at, its in ((left, other), (right, one))]
        option = Option("learned/swapped-arguments", words, expected, edits, min(odds), left)
        return option, self.half(left, other.text) * self.half(right, one.text)

    def half(self, index: int, word: str) -> float:
        """The probability that a word belongs in a token's place, if nothing else does."""
        import torch

        return float(torch.tensor(self._options.odds(index, word)).sigmoid())

    def _are_arguments(self, left: int, right: int) -> bool:
        """Whether two tokens are whole neighbouring arguments of one call."""
        items = self._items
        if left < 2 or right + 1 >= len(items) or items[left + 1].text != ",":
            return False
        if items[left - 1].text not in {",", "("} or items[right + 1].text not in {",", ")"}:
            return False
        if items[left].text == items[right].text:
            return False
        return all(map(self._is_value, (items[left], items[right]))) and self._is_call(left)

    def _is_value(self, token: CodeToken) -> bool:
        return token.kind in {"number", "string"} or (
            token.kind == "name"
            and token.text not in {"self", "cls"}
            and self._options.names.is_read(token)
        )

    def _is_call(self, index: int) -> bool:
        """Whether the bracket around a token is that of a call."""
        depth = 0
        for at in range(index - 1, max(index - _FARTHEST, 0), -1):
            text = self._items[at].text
            if text in _CLOSE:
                depth += 1
            elif text in _OPEN:
                if depth == 0:
                    called = self._items[at - 1]
                    defined = self._items[at - 2].text if at > 1 else ""
                    calls = called.kind == "name" or called.text in {")", "]"}
                    return text == "(" and calls and defined not in {"def", "function", "class"}
                depth -= 1
        return False
