"""What the family ``learned`` replaces: which tokens may become which, and under which code."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from thea_code_system.models.tags import EDITS, INSERTS
from thea_code_system.models.tokens import LINE, CodeToken
from thea_code_system.models.words import WORDS

if TYPE_CHECKING:
    from torch import Tensor

CODES: Final[Mapping[str, str]] = {
    "learned/variable-misuse": "Another name that is visible here was meant.",
    "learned/wrong-operator": "Another operator of its class was meant, such as `<=` for `<`.",
    "learned/wrong-literal": "The other truth value, or another small number, was meant.",
    "learned/swapped-arguments": "Two neighbouring arguments stand in each other's place.",
    "learned/negation": "A `not` or `!` is missing, or is too much.",
    "learned/wrong-attribute": "Another attribute was meant.",
    "learned/undefined-name": "A name that is bound nowhere; another one was meant.",
}
VARIABLE, ATTRIBUTE, NUMBER, STRING, NEGATION = "variable", "attribute", "number", "string", "not"
NOTHING: Final = ""
_OPERATORS: Final = (
    ("==", "!=", "<", ">", "<=", ">=", "===", "!=="),
    ("and", "or"),
    ("&&", "||", "??"),
    ("+", "-", "*", "/", "//", "%", "**"),
    ("&", "|", "^", "<<", ">>", ">>>"),
    ("+=", "-=", "*=", "/=", "//=", "%=", "**="),
    ("|=", "&=", "^="),
)
_TRUTHS: Final = (("True", "False"), ("true", "false"))
_SCRIPT_ONLY: Final = frozenset(("===", "!==", "&&", "||", "??", ">>>"))
_PYTHON_ONLY: Final = frozenset(("and", "or", "//", "//="))
_SIGNS: Final = frozenset("+-*&/%<>|^")
_ENDS: Final = frozenset((")", "]", "}"))
_NOT_READ: Final = frozenset((
    "def", "class", "import", "from", "as", "function", "let", "const", "var", "@", "global",
    "nonlocal", "interface", "type", "enum", "namespace",
))  # fmt: skip
_BEFORE_NOT: Final = frozenset(("if", "elif", "while", "and", "or", "return", "assert", "=", "("))
_BEFORE_BANG: Final = frozenset(("(", "&&", "||", "return", "=", "?", ":", "=>", ","))
_VALUES: Final = frozenset(("name", "number", "string"))
SMALLEST_MANY: Final = 1000  # numbers from here on are data


class TokenClasses:
    """Organ: what may become of each token of a language.

    Args:
        python: whether it is Python; else JavaScript or TypeScript.
    """

    def __init__(self, *, python: bool) -> None:
        self.python = python
        self._alien = _SCRIPT_ONLY if python else _PYTHON_ONLY
        self._not = "not" if python else "!"
        self.rivals: dict[str, tuple[str, ...]] = {}
        """For each operator and truth value, what else could stand there."""
        for group in (*_OPERATORS, *_TRUTHS):
            known = [word for word in group if word not in self._alien]
            for word in known:
                self.rivals[word] = tuple(other for other in known if other != word)

    def replaced(self, token: CodeToken, before: CodeToken | None, after: CodeToken | None) -> str:
        """The class of a token that may be replaced or removed; nothing for others."""
        kind, text = token.kind, token.text
        if kind == "name":
            return self._name(before.text if before else "", after.text if after else "")
        if kind == "number":
            return NUMBER if text.isdigit() and int(text) < SMALLEST_MANY else NOTHING
        if kind in {"operator", "keyword"}:
            if text == self._not:
                return NEGATION
            if text not in self.rivals or (text in _SIGNS and not self._ends_a_value(before)):
                return NOTHING
            return text
        return STRING if kind == "string" else NOTHING

    def is_negatable(self, token: CodeToken, before: CodeToken | None) -> bool:
        """Whether a ``not`` may be missing before a token."""
        if before is None or LINE in {token.kind, before.kind} or token.text == self._not:
            return False
        if not self.python:
            begins = token.kind == "name" or token.text in {"(", "this"}
            return begins and before.text in _BEFORE_BANG
        if token.text == "in":
            return self._ends_a_value(before)
        return before.text == "is" or before.text in _BEFORE_NOT

    @staticmethod
    def _name(before: str, after: str) -> str:
        if before in {".", "?."}:
            return ATTRIBUTE
        if before in _NOT_READ or after in {"=", ":=", "=>"}:
            return NOTHING
        return VARIABLE

    @staticmethod
    def _ends_a_value(token: CodeToken | None) -> bool:
        return token is not None and (token.kind in _VALUES or token.text in _ENDS)

    # --- the same as tables for the network's outputs -----------------------------------------

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The row of each class in :attr:`edits`."""
        names = (NOTHING, VARIABLE, ATTRIBUTE, NUMBER, STRING, NEGATION, *self.rivals)
        return {name: row for row, name in enumerate(names)}

    @cached_property
    def edits(self) -> Tensor:
        """Which labels a class may get: truth values ``[classes, len(EDITS)]``."""
        import torch

        table = torch.zeros(len(self.numbers), len(EDITS), dtype=torch.bool)
        for name, row in self.numbers.items():
            for label in self._labels(name):
                table[row, EDITS.index(label)] = True
        return table

    @cached_property
    def negation(self) -> int:
        """The label of an inserted negation."""
        return INSERTS.index(self._not)

    def _labels(self, name: str) -> list[str]:
        words = [f"write {word}" for word in WORDS]
        match name:
            case "":
                return []
            case "variable" | "attribute":
                written = [word for word in WORDS if self._is_name(word)]
                return ["write a name", "inner", *(f"write {word}" for word in written)]
            case "number":
                return ["write a number", *(f"write {w}" for w in WORDS if w.isdigit())]
            case "string":
                return ["write a name", "write a number", "write a string", "inner"]
            case "not":
                return ["delete"]
            case _:
                return [label for word in self.rivals[name] if (label := f"write {word}") in words]

    @staticmethod
    def _is_name(word: str) -> bool:
        return word.isidentifier() and not keyword.iskeyword(word)


BUILTINS: Final = frozenset((
    *dir(builtins), "__file__", "__path__", "__builtins__", "__annotations__", "__class__",
))  # fmt: skip
