"""Small bugs in code that parses: a wrong name, operator, literal or attribute."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from thea_code_system.correctors.learned.classes import BUILTINS
from thea_code_system.correctors.learned.scopes import PythonNames
from thea_code_system.models.tokens import LINE
from thea_code_system.training.corruption.base import CLOSERS, Breaker
from thea_code_system.values.correction import Edit

_CLOSE: Final = 40  # tokens on each side, where names are copied from most
_CLASSES: Final = (
    ("==", "!=", "<", ">", "<=", ">="),
    ("===", "!==", "==", "!=", "<", ">", "<=", ">="),
    ("+", "-", "*", "/", "%", "//"),
    ("and", "or"),
    ("&&", "||"),
    ("in", "not in"),
    ("True", "False"),
    ("true", "false"),
    ("+=", "-=", "*="),
    ("0", "1", "2", "-1"),
    ("&", "|"),
    ("<<", ">>"),
)


class MeaningBreaker(Breaker):
    """Changes what code does, and mostly not whether it parses."""

    def other_name(self, near: int | None) -> list[Edit] | None:
        """A variable is read for another one that is visible there, of the same function mostly."""
        index = self._pick(lambda t: t.kind == "name", near)
        if index is None or not self._is_read(index):
            return None
        called = index + 1 < len(self._items) and self._items[index + 1].text == "("
        if called and self._rng.random() < 0.7:
            return None
        others = self._rivals(index) - {self._items[index].text, "self", "cls"}
        return self._replace(index, self._rng.choice(sorted(others))) if others else None

    def _rivals(self, index: int) -> frozenset[str]:
        """The names that may be read in a token's place and stand near it, or in its function."""
        low, high = self._function(index)
        if self._rng.random() < 0.5:
            low, high = max(low, index - _CLOSE), min(high, index + _CLOSE)
        if self._names is not None:
            words = {token.text for token in self._items[low:high] if token.kind == "name"}
            return (self._names.visible(self._items[index]) - BUILTINS) & words
        return frozenset(
            self._items[i].text for i in range(low, high) if self._is_variable(i) or self._binds(i)
        )

    def _is_read(self, index: int) -> bool:
        if self._names is not None:
            return self._names.is_read(self._items[index])
        return self._is_variable(index)

    @cached_property
    def _names(self) -> PythonNames | None:
        """What Python's own syntax tree tells of names; None where there is none."""
        if not self._python:
            return None
        try:
            return PythonNames(self._text, self._items)
        except (SyntaxError, ValueError, RecursionError):
            return None

    def other_operator(self, near: int | None) -> list[Edit] | None:
        """An operator, or a small literal, is another of its class."""
        index = self._pick(
            lambda t: t.kind in {"operator", "keyword"} and any(t.text in c for c in _CLASSES), near
        )
        if index is None:
            return None
        text = self._items[index].text
        before = self._items[index - 1] if index else None
        if text in {"-", "+", "*", "&"} and (
            before is None
            or (before.kind not in {"name", "number", "string"} and before.text not in CLOSERS)
        ):
            return None  # a sign or a star, no operation
        if text == "in" and self._python:
            line = self._tokens.line_before(index)
            if any(t.text == "for" for t in self._items[line:index]):
                return None
        options = [w for c in _CLASSES if text in c for w in c if w != text]
        return self._replace(index, self._rng.choice(options))

    def negation(self, near: int | None) -> list[Edit] | None:
        """A condition is negated, or a negation is lost."""
        if not self._python:
            index = self._pick(lambda t: t.text == "!", near)
            return None if index is None else self._drop(index)
        index = self._pick(
            lambda t: t.text in {"not", "if", "and", "or", "is", "while", "return"}, near
        )
        if index is None or index + 1 >= len(self._items):
            return None
        token, after = self._items[index], self._items[index + 1]
        if token.text == "not":
            return [Edit(token.start, after.start, "")] if after.kind != LINE else None
        if token.text == "is":
            if after.text == "not":
                return [Edit(token.end, after.end, "")]
            return [Edit(token.end, token.end, " not")]
        if (
            after.text == "not"
            or after.kind == LINE
            or (token.text == "return" and self._rng.random() < 0.8)
        ):
            return None
        return [Edit(after.start, after.start, "not ")]

    def swap_arguments(self, near: int | None) -> list[Edit] | None:
        """Two plain neighbours among arguments change places."""
        index = self._pick(lambda t: t.text == ",", near)
        if index is None or not 0 < index < len(self._items) - 2:
            return None
        left, right = self._items[index - 1], self._items[index + 1]
        ends = self._items[index + 2].text in {",", ")"}
        begins = index >= 2 and self._items[index - 2].text in {",", "("}
        plain = {"name", "number", "string"}
        if not (ends and begins and left.kind in plain and right.kind in plain):
            return None
        if left.text == right.text or left.text in {"self", "cls"}:
            return None
        return [Edit(left.start, left.end, right.text), Edit(right.start, right.end, left.text)]

    def other_literal(self, near: int | None) -> list[Edit] | None:
        """A number, a truth value or None is another one."""
        index = self._pick(
            lambda t: t.kind == "number" or t.text in {"True", "False", "true", "false", "None"},
            near,
        )
        if index is None:
            return None
        text = self._items[index].text
        if text in {"True", "False"}:
            return self._replace(index, "False" if text == "True" else "True")
        if text in {"true", "false"}:
            return self._replace(index, "false" if text == "true" else "true")
        if text == "None":
            return self._replace(index, self._rng.choice(("0", "False", "True", "[]")))
        if text.isdigit() and len(text) < 4:
            number = int(text)
            new = self._rng.choice((number + 1, max(number - 1, 0), 0, 1, 2 * number))
            return self._replace(index, str(new)) if new != number else None
        return None

    def other_attribute(self, near: int | None) -> list[Edit] | None:
        """An attribute is another one that the text names, called or not alike."""
        index = self._pick(lambda t: t.kind == "name", near)
        if index is None or not index or self._items[index - 1].text != ".":
            return None
        called = index + 1 < len(self._items) and self._items[index + 1].text == "("
        others = {
            t.text
            for n, t in enumerate(self._items[1:], 1)
            if t.kind == "name"
            and self._items[n - 1].text == "."
            and (n + 1 < len(self._items) and self._items[n + 1].text == "(") == called
        } - {self._items[index].text}
        return self._replace(index, self._rng.choice(sorted(others))) if others else None

    def drop_a_name_part(self, near: int | None) -> list[Edit] | None:
        """``self.x`` for ``x``: the owner is forgotten."""
        index = self._pick(lambda t: t.text in {"self", "this"}, near)
        if index is None or index + 1 >= len(self._items) or self._items[index + 1].text != ".":
            return None
        return [Edit(self._items[index].start, self._items[index + 1].end, "")]

    def _is_variable(self, index: int) -> bool:
        """Whether a name is read here: no attribute, no definition, no keyword argument."""
        items = self._items
        if items[index].kind != "name":
            return False
        before = items[index - 1].text if index else ""
        after = items[index + 1].text if index + 1 < len(items) else ""
        if before in {".", "?.", "def", "class", "import", "from", "as", "function", "let", "const",
                      "var", "@", "global", "nonlocal", "interface", "type"}:  # fmt: skip
            return False
        return after not in {"=", ":=", "=>", ":"} and not (after == "(" and before == "new")

    def _binds(self, index: int) -> bool:
        items = self._items
        if items[index].kind != "name" or index + 1 >= len(items):
            return False
        before = items[index - 1].text if index else ""
        return before != "." and items[index + 1].text in {"=", ",", ")", "in", ":"}

    def _function(self, index: int) -> tuple[int, int]:
        """The tokens of the function around a token, or of forty lines."""
        low = index
        for _ in range(40):
            low = self._tokens.line_before(max(low - 1, 0))
            first = self._items[low + 1].text if low + 1 < len(self._items) else ""
            if first in {"def", "function", "async"} or low == 0:
                break
        high = min(len(self._items), index + 200)
        for i in range(index, high):
            if (
                self._items[i].kind == LINE
                and i + 1 < high
                and self._items[i + 1].text in {"def", "class", "function"}
            ):
                return low, i
        return low, high
