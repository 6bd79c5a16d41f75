"""The closed vocabulary: what the model can write without having read it nearby."""

from __future__ import annotations

import keyword
from typing import Final

_OPERATORS: Final = (
    "(", ")", "[", "]", "{", "}", ",", ":", ";", ".",
    "=", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "//", "%", "**", "@",
    "&", "|", "^", "~", "<<", ">>", "->", ":=",
    "+=", "-=", "*=", "/=", "%=", "**=", "//=", "|=", "&=", "^=", "...",
    "!", "&&", "||", "??", "?.", "?", "=>", "===", "!==", "++", "--", ">>>", "<>",
    "'", '"', "`", "'''", '"""', "\\", "#", "//", "/*", "*/", "$", "</",
)  # fmt: skip
_SCRIPT: Final = (
    "function", "const", "let", "var", "new", "this", "typeof", "instanceof", "of", "export",
    "default", "extends", "null", "undefined", "true", "false", "switch", "catch", "throw",
    "delete", "void", "super", "interface", "type", "enum", "implements", "private", "public",
    "protected", "static", "readonly", "get", "set", "do",
)  # fmt: skip
_COMMON: Final = (
    "self", "cls", "print", "len", "str", "int", "range", "match", "case", "super", "open",
    "f", "r", "b", "u", "0", "1", "2", "3", "10", "-1", "exec", "object", "Exception",
)  # fmt: skip
WORDS: Final[tuple[str, ...]] = tuple(
    dict.fromkeys((*_OPERATORS, *keyword.kwlist, *_SCRIPT, *_COMMON))
)
"""Each word once. Its place is its number in every weights file: new words go to the end."""
