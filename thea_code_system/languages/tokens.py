"""Lossless lexemes of any text: a tolerant tokenizer that knows no grammar."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Final

from thea_code_system.languages.base import Lexeme

_SPACE: Final = r"(?P<space>[ \t\f\v\xa0]+|\\(?:\r\n|\r|\n))|(?P<newline>\r\n|\r|\n)"
_NUMBER: Final = (
    r"(?P<number>0[xX][\da-fA-F_]+[nlL]?|0[bB][01_]+[nlL]?|0[oO][0-7_]+[nlL]?"
    r"|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?[jJnlL]?)"
)
_PY_OPERATORS: Final = r"\*\*=|//=|>>=|<<=|\.\.\.|->|:=|[-+*/%&|^=!<>@]=|\*\*|//|<<|>>|<>"
_JS_OPERATORS: Final = (
    r">>>=|\*\*=|&&=|\|\|=|\?\?=|===|!==|>>>|<<=|>>=|\.\.\.|=>|\?\.(?!\d)|[-+*/%&|^=!<>]=|\+\+|--|&&|\|\|"
    r"|\?\?|\*\*|<<|>>"
)
_PUNCTUATION: Final = r"[-+*/%&|^=<>~.,:;?@()\[\]{}!]"
_QUOTED: Final = r"'(?:\\(?:\r\n|[\s\S])|[^'\\\r\n])*'|\"(?:\\(?:\r\n|[\s\S])|[^\"\\\r\n])*\""
_REGEX: Final = r"(?P<regex>/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\\[\r\n])+/[a-z]*)|"
_JS_KEYWORDS: Final = frozenset(
    [
        "async",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "from",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "of",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "type",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "abstract",
        "as",
        "declare",
        "is",
        "keyof",
        "namespace",
        "readonly",
        "satisfies",
    ]
)
_VALUE_WORDS: Final = frozenset({"this", "super", "null", "true", "false"})
_SILENT: Final = frozenset({"space", "newline", "comment"})
_OPENING: Final = frozenset({"'", '"', "`", '"""', "'''", "/"})
_ROWS: Final = frozenset({"'", '"'})  # what must close on its line
_IN_VAIN: Final = 5_000_000  # characters of one text looked through for what closes a string


_ENCLOSING: Final = frozenset({"comment", "string"})


class Tokenizer:
    """Cuts a text into lexemes that, put together, are the text; owned by one language."""

    def __init__(self, parts: Mapping[str, str], keywords: frozenset[str], regex: str = "") -> None:
        pattern = "|".join(parts.values())
        self._plain = re.compile(pattern)
        self._flat = re.compile("|".join(parts[name] for name in parts if name not in _ENCLOSING))
        self._with_regex = re.compile(regex + pattern) if regex else self._plain
        self._keywords = keywords

    def __call__(self, text: str) -> list[Lexeme]:
        """All lexemes, in order and without gaps.

        Where it takes too long to find that nothing closes what opens, the rest holds no strings.
        """
        out: list[Lexeme] = []
        reached = self._cut(text, self._matches(text), out, _OPENING)
        if reached < len(text):
            self._cut(text, self._flat.finditer(text, reached), out, frozenset())
        return out

    def _cut(
        self,
        text: str,
        matches: Iterator[re.Match[str]],
        out: list[Lexeme],
        opening: frozenset[str],
    ) -> int:
        """Take lexemes to the end of a text, or as long as patience lasts; how far that is.

        Patience is lost with what stands in ``opening`` and is closed nowhere.
        """
        fresh, vain = True, 0
        for match in matches:
            kind, piece = match.lastgroup or "other", match.group()
            if kind == "name":
                kind = "keyword" if piece in self._keywords else kind
            elif kind == "space":
                kind = "indent" if fresh and piece[0] != "\\" else kind
            elif kind == "regex":
                kind = "string"
            out.append(Lexeme(kind, match.start(), match.end(), piece))
            fresh = kind == "newline"
            if piece in opening:
                vain += self._looked(text, match.end(), piece)
                if vain > _IN_VAIN:
                    return match.end()
        return len(text)

    @staticmethod
    def _looked(text: str, position: int, piece: str) -> int:
        """How many characters were looked through in vain for what closes an opening."""
        if piece == "/" and text[position : position + 1] != "*":
            return 0
        end = text.find("\n", position) if piece in _ROWS else -1
        return (end if end >= 0 else len(text)) - position

    def _matches(self, text: str) -> Iterator[re.Match[str]]:
        """Every pattern ends with one that takes any character, so that there are no gaps."""
        if self._with_regex is self._plain:
            return self._plain.finditer(text)
        return self._matches_with_regex(text)

    def _matches_with_regex(self, text: str) -> Iterator[re.Match[str]]:
        position, operand, vain = 0, True, 0
        while match := (self._with_regex if operand else self._plain).match(text, position):
            yield match
            position = match.end()
            if operand and match.group() == "/":
                vain += self._looked(text, position, "'")
            if match.lastgroup not in _SILENT:
                operand = self._expects_operand(str(match.lastgroup), match.group())
                operand = operand and vain < _IN_VAIN

    def _expects_operand(self, kind: str, piece: str) -> bool:
        """Whether a value may begin after this lexeme, so that a slash begins a pattern."""
        if kind == "name" and piece in self._keywords:
            return piece not in _VALUE_WORDS
        return kind in {"operator", "other"} and piece not in {")", "]", "}", "++", "--"}

    @classmethod
    def python(cls) -> Tokenizer:
        """Python's lexemes; a quote that is never closed is a lexeme of kind ``other``."""
        prefix = r"(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?"
        string = (
            rf"(?P<string>{prefix}(?:\"\"\"(?:\\[\s\S]|(?!\"\"\")[^\\])*\"\"\""
            rf"|'''(?:\\[\s\S]|(?!''')[^\\])*'''|(?!\"\"\"|''')(?:{_QUOTED})))"
        )
        other = r"(?P<other>\"\"\"|'''|[\s\S])"
        parts = {
            "space": _SPACE,
            "comment": r"(?P<comment>#[^\r\n]*)",
            "string": string,
            "number": _NUMBER,
            "name": r"(?P<name>[^\W\d]\w*)",
            "operator": rf"(?P<operator>{_PY_OPERATORS}|{_PUNCTUATION})",
            "other": other,
        }
        return cls(parts, frozenset(keyword.kwlist))

    @classmethod
    def ecmascript(cls) -> Tokenizer:
        """The lexemes of JavaScript and TypeScript; templates are one lexeme, JSX text is words."""
        parts = {
            "space": _SPACE,
            "comment": r"(?P<comment>//[^\r\n]*|/\*[\s\S]*?\*/|#![^\r\n]*)",
            "string": rf"(?P<string>{_QUOTED}|`(?:\\[\s\S]|[^`\\])*`)",
            "number": _NUMBER,
            "name": r"(?P<name>#?(?:[^\W\d]|\$)[\w$]*)",
            "operator": rf"(?P<operator>{_JS_OPERATORS}|{_PUNCTUATION})",
            "other": r"(?P<other>[\s\S])",
        }
        return cls(parts, _JS_KEYWORDS, _REGEX)
