"""The search under the rules: every small edit of tokens around a fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import EVERY, SyntaxRule
from thea_code_system.correctors.syntax.brackets import Brackets
from thea_code_system.correctors.syntax.broken import WORDS, BrokenSource
from thea_code_system.languages.base import Lexeme
from thea_code_system.values.correction import Edit, Proposal, Safety

_BRACKETS: Final = ("(", ")", "[", "]", "{", "}")
_NARROW: Final = (*_BRACKETS, ",", ":", "=", "==", ".", "'", '"', "+")
_PYTHON: Final = (
    *_NARROW,
    *("-", "*", "/", "%", "|", "&", "@", "<", ">", "<=", ">=", "!=", "+=", "-=", "->", "**", ":="),
    *(
        "in",
        "not",
        "and",
        "or",
        "is",
        "if",
        "else",
        "for",
        "as",
        "import",
        "from",
        "return",
        "def",
        "class",
    ),
    *(
        "lambda",
        "pass",
        "None",
        "await",
        "async",
        "try",
        "with",
        "self",
        "0",
        "''",
        "()",
        "[]",
        "):",
        "),",
        '"""',
    ),
    *("not in", "is not", "else:", "try:"),
)
_ECMASCRIPT: Final = (
    *_NARROW,
    *(
        ";",
        "=>",
        "&&",
        "||",
        "?",
        "!",
        "===",
        "!==",
        "`",
        "-",
        "*",
        "/",
        "<",
        ">",
        "+=",
        "...",
        "?.",
        "</",
    ),
    *(
        "const",
        "let",
        "function",
        "return",
        "if",
        "else",
        "new",
        "async",
        "await",
        "from",
        "of",
        "in",
    ),
    *(
        "import",
        "export",
        "default",
        "0",
        "()",
        "{}",
        "({",
        "})",
        ")}",
        "){",
        ") {",
        "/>",
        ");",
        "};",
        "});",
    ),
)
NAMES: Final = {
    **dict.fromkeys(_BRACKETS, ("syntax/missing-bracket", "syntax/extra-bracket")),
    **dict.fromkeys(("):", "})", ")}", "){", ");", "};", "});"), ("syntax/missing-bracket", "")),
    ",": ("syntax/missing-comma", "syntax/extra-comma"),
    ":": ("syntax/missing-colon", "syntax/extra-colon"),
    **dict.fromkeys(("'", '"', '"""', "'''", "`"), ("syntax/unterminated-string",) * 2),
}
_TRAILING: Final = frozenset({",", ";", ":", ")", "]"})  # they end a line rather than begin one
_CODE: Final = frozenset("()[]{}=`\"'")  # what hardly a remark has, and code that it would hide
_QUOTES: Final = frozenset({"'", '"'})
_NEAR: Final = 16
_FAR: Final = 60


class TokenSearch(SyntaxRule):
    """Inserts, deletes, replaces and swaps one to three tokens, joins and splits lines."""

    name: ClassVar[str] = "syntax/search"
    languages: ClassVar[frozenset[str]] = EVERY
    prior: ClassVar[float] = 0.1
    CLEAN: ClassVar[tuple[str, ...]] = ("x = 1\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "for x y:\n    pass\n": "for x in y:\n    pass\n",
        "x = 1 +\n": "x = 1\n",
        "import a form b\n": "import a\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """First what is likely around the fault, then every word near it, then the rest."""
        wide = _PYTHON if broken.language.name == "python" else _ECMASCRIPT
        places = self._places(broken)
        near = places[:_NEAR]
        for lexeme, following in near:
            yield from self._deletions(broken, lexeme, following)
            yield from self._joins(broken, lexeme, following)
            yield from self._words(broken, lexeme, following, _NARROW)
        for lexeme, following in near[: _NEAR // 2]:
            yield from self._pairs(lexeme, following)
            yield from self._words(broken, lexeme, following, wide[len(_NARROW) :])
        for lexeme, following in places[_NEAR:]:
            yield from self._deletions(broken, lexeme, following)
            yield from self._joins(broken, lexeme, following)
            yield from self._words(broken, lexeme, following, _NARROW)
        for lexeme, following in near[_NEAR // 2 :]:
            yield from self._pairs(lexeme, following)
            yield from self._words(broken, lexeme, following, wide[len(_NARROW) :])

    def _words(
        self, broken: BrokenSource, lexeme: Lexeme, following: Lexeme | None, words: Sequence[str]
    ) -> Iterator[Proposal]:
        yield from self._inserts(broken, lexeme, following, words)
        if lexeme.kind not in {"name", "number", "string"}:
            yield from self._replacements(lexeme, words)
        elif lexeme.kind == "number" and lexeme.text.endswith("."):
            shorter = Edit(lexeme.end - 1, lexeme.end, "")
            yield self._step("remove '.'", shorter)

    def _places(self, broken: BrokenSource) -> list[tuple[Lexeme, Lexeme | None]]:
        """Lexemes of code near every place where a parser or the brackets object, nearest first."""
        faults = broken.faults[:3]
        lines = {n for fault in faults for n in self._lines(broken, fault.line)}
        offsets = [fault.offset for fault in faults]
        for bracket in Brackets.of(broken).unclosed[-2:]:
            lines.add(broken.line_of(bracket.start))
        code = [x for number in sorted(lines) for x in broken.code_of(number)]
        pairs = list(zip_longest(code, code[1:]))
        pairs.sort(key=lambda pair: min(abs(pair[0].start - offset) for offset in offsets))
        return pairs[:_FAR]

    @staticmethod
    def _lines(broken: BrokenSource, line: int) -> Iterator[int]:
        above, below = broken.previous_code(line), broken.next_code(line)
        yield from (n for n in (line, above, below) if n)
        if above:
            yield from (n for n in (broken.previous_code(above),) if n)

    def _step(
        self, message: str, *edits: Edit, rule: str = "", safety: Safety = Safety.SAFE
    ) -> Proposal:
        return Proposal(
            rules=(rule or self.name,),
            message=message,
            edits=edits if len(edits) == 1 else tuple(sorted(edits)),
            safety=safety,
            score=self.prior,
            broken=True,
        )

    def _deletions(
        self, broken: BrokenSource, lexeme: Lexeme, following: Lexeme | None
    ) -> Iterator[Proposal]:
        rule = NAMES.get(lexeme.text, ("", ""))[1]
        message = f"remove {lexeme.text[:20]!r}"
        end = lexeme.end
        if (
            following is not None
            and broken.text[end : following.start].isspace()
            and "\n" not in broken.text[end : following.start]
        ):
            end = following.start
        double = following is not None and following.text == lexeme.text
        safety = Safety.UNSAFE if lexeme.kind in WORDS and not double else Safety.SAFE
        yield self._step(message, Edit(lexeme.start, end, ""), rule=rule, safety=safety)
        begins = not broken.text[
            broken.span(broken.line_of(lexeme.start))[0] : lexeme.start
        ].strip()
        if begins and end > lexeme.end:  # what follows is the line's indentation
            yield self._step(message, Edit(lexeme.start, lexeme.end, ""), rule=rule, safety=safety)
        if following is not None:
            both = Edit(lexeme.start, following.end, "")
            unsafe = lexeme.kind in WORDS or following.kind in WORDS
            yield self._step(
                "remove two tokens", both, safety=Safety.UNSAFE if unsafe else Safety.SAFE
            )

    def _inserts(
        self, broken: BrokenSource, lexeme: Lexeme, following: Lexeme | None, words: Sequence[str]
    ) -> Iterator[Proposal]:
        """Before a lexeme; after it where a line ends, since elsewhere the next sees to it."""
        ends = following is None or "\n" in broken.text[lexeme.end : following.start]
        line = broken.line_of(lexeme.start)
        begins = not broken.text[broken.span(line)[0] : lexeme.start].strip()
        above = broken.code_of(broken.previous_code(line)) if begins else ()
        for word in words:
            if word == "`" and broken.tears_placeholder(lexeme.start):
                continue
            if word in _QUOTES and broken.doubles_quote(lexeme.start, word):
                continue
            rule = NAMES.get(word, ("", ""))[0]
            spaced = word[0].isalpha() or word in {"=", "==", "=>", "+", "->", "&&", "||"}
            before = Edit(lexeme.start, lexeme.start, f"{word} " if spaced else word)
            if word in _TRAILING and above:
                before = Edit(above[-1].end, above[-1].end, word)
            yield self._step(f"insert {word!r}", before, rule=rule)
            if ends:
                after = Edit(lexeme.end, lexeme.end, f" {word}" if spaced else word)
                yield self._step(f"insert {word!r}", after, rule=rule)

    def _replacements(self, lexeme: Lexeme, vocabulary: Sequence[str]) -> Iterator[Proposal]:
        plain = lexeme.text.removesuffix("=")  # of an assignment, the operation alone
        words = vocabulary if plain in {lexeme.text, ""} else (plain, *vocabulary)
        for word in dict.fromkeys(words):
            if word != lexeme.text:
                spaced = word[0].isalpha() and not lexeme.text[0].isalpha()
                edit = Edit(lexeme.start, lexeme.end, f" {word} " if spaced else word)
                yield self._step(f"write {word!r} for {lexeme.text!r}", edit)

    def _joins(
        self, broken: BrokenSource, left: Lexeme, right: Lexeme | None
    ) -> Iterator[Proposal]:
        """What may stand between two lexemes: nothing, an underscore, a line's end."""
        if right is None or right.start < left.end:
            return
        between = broken.text[left.end : right.start]
        if "\n" in between and left.text == ":" and broken.language.name == "python":
            return  # what stands below a header is indented, not pulled up
        gap = Edit(left.end, right.start, "")
        if between:
            yield self._step("join what belongs together", gap)
        if "\n" in between:
            yield self._step("join the lines", Edit(gap.start, gap.end, " "))
            yield self._step("continue the line", Edit(left.end, left.end, " \\"))
            return
        if left.kind == right.kind == "name":
            yield self._step("join what belongs together", Edit(gap.start, gap.end, "_"))
        line = broken.line_of(left.start)
        newline = broken.source.newline + broken.indent(line)
        yield self._step("begin a new line", Edit(gap.start, gap.end, newline))
        if not _CODE.intersection(broken.text[right.start : broken.span(line)[1]]):
            comment = f"  {broken.language.line_comment} "
            yield self._step("begin a comment", Edit(gap.start, gap.end, comment))

    def _pairs(self, left: Lexeme, right: Lexeme | None) -> Iterator[Proposal]:
        if right is None:
            return
        edits = (Edit(left.start, left.end, right.text), Edit(right.start, right.end, left.text))
        yield self._step("swap two tokens", *edits)
        for opener, closer in (("(", ")"), ("[", "]"), ("{", "}"), ("'", "'"), ('"', '"')):
            for first, last in ((left, left), (left, right)):
                around = (Edit(first.start, first.start, opener), Edit(last.end, last.end, closer))
                yield self._step(
                    "put it in brackets" if opener not in "'\"" else "quote it", *around
                )
        for word in ("=", "==", ":", ",", "."):
            yield self._step(f"write {word!r} for two tokens", Edit(left.start, right.end, word))
