"""What other programs, languages and machines leave in code: marks, quotes, prompts, prose."""

from __future__ import annotations

from typing import Final

from thea_code_system.models.tokens import LINE
from thea_code_system.training.corruption.base import BRACKETS, CLOSERS, Breaker
from thea_code_system.values.correction import Edit

_SMART: Final = (("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u201d", "\u201d"))
_UNSEEN: Final = ("\u00a0", "\u200b", "\ufeff", "\u00ad", "\x08", "\x1b[A", "\x0f")
_WIDE: Final = {
    "(": "\uff08", ")": "\uff09", ",": "\uff0c", ":": "\uff1a", ";": "\uff1b", "=": "\uff1d",
    "[": "\uff3b", "]": "\uff3d", "{": "\uff5b", "}": "\uff5d", "-": "\u2013", "*": "\u00d7",
}  # fmt: skip
_ALIKE: Final = dict(
    zip("aceiopxy", "\u0430\u0441\u0435\u0456\u043e\u0440\u0445\u0443", strict=True)
)
_PROSE: Final = (
    "Here is the updated code:", "Here's the fixed version:", "Sure! Here is the code.",
    "This function should work now.", "Let me know if you have any questions.",
    "Explanation:", "... rest of the code ...", "The rest stays the same.", "Certainly!",
    "I hope this helps!", "You can use it like this:", "Note that this needs testing.",
)  # fmt: skip
_FOREIGN: Final = {
    "True": ("true", "TRUE"), "False": ("false",), "None": ("null", "nil", "NULL"),
    "and": ("&&",), "or": ("||",), "not": ("!",), "def": ("function", "func"),
    "elif": ("else if", "elseif"), "except": ("catch",), "raise": ("throw",), "self": ("this",),
    "pass": (";", "..."), "import": ("#include", "include", "using"), "is": ("===",),
}  # fmt: skip
_PYTHONIC: Final = {
    "true": ("True",), "false": ("False",), "null": ("None",), "&&": ("and",), "||": ("or",),
    "!": ("not ",), "function": ("def",), "catch": ("except",), "throw": ("raise",),
    "===": ("is",), "this": ("self",), "else": ("elif",), "const": ("let const", "local"),
}  # fmt: skip
_NUMBERED: Final = ("{} ", "{}: ", "{}| ", "{:4} ")
_MARKED: Final = ("+", "> ", ">>> ")
_MOST_LINES: Final = 8
_ENDS: Final = 60  # tokens that count as the beginning, or the end, of a text
_RAISED: Final = 12  # tokens at most from `except` to its `as`


class ArtefactBreaker(Breaker):
    """Puts into a text what is no code of its language."""

    # Whole lines ---------------------------------------------------------------------------------

    def prefixed_lines(self, near: int | None) -> list[Edit] | None:
        """Line numbers, marks of a diff, or prompts stand before some lines."""
        lines = self._some_lines(near)
        number, style = self._rng.randint(1, 400), self._rng.choice((*_NUMBERED, *_MARKED))
        edits = []
        for order, index in enumerate(lines):
            place = self._items[index].start
            mark = "... " if style == ">>> " and self._items[index].column else style
            edits.append(Edit(place, place, mark.format(number + order)))
        return edits or None

    def old_lines(self, near: int | None) -> list[Edit] | None:
        """A diff was pasted: old lines, or its head, stand between the others."""
        index = self._pick(lambda t: t.kind == LINE, near)
        if index is None:
            return None
        place = self._items[index].start
        if self._rng.random() < 0.4:
            first, size = self._rng.randint(1, 300), self._rng.randint(3, 9)
            return [Edit(place, place, f"@@ -{first},{size} +{first},{size + 1} @@\n")]
        line = self._text[place : self._items[self._line_end(index) - 1].end]
        return [Edit(place, place, f"-{line}\n{self._rng.choice(('+', ''))}")]

    def fence_or_prose(self, near: int | None) -> list[Edit] | None:
        """What a chat leaves: fences of a code block, sentences before, after or between."""
        index = self._pick(lambda t: t.kind == LINE, near)
        if index is None:
            return None
        language = self._rng.choice(("python", "py", "")) if self._python else "javascript"
        said, end = self._rng.choice(_PROSE), len(self._text)
        above, below = f"```{language}\n", "```\n" if self._text.endswith("\n") else "\n```\n"
        edits = []
        if index < _ENDS and self._rng.random() < 0.7:
            top = self._rng.choice((above, above, f"{said}\n\n{above}", f"{said}\n"))
            edits.append(Edit(0, 0, top))
        if len(self._items) - index < _ENDS and self._rng.random() < 0.7:
            edits.append(Edit(end, end, self._rng.choice((below, f"{below}\n{said}\n"))))
        place = self._items[index].start
        return edits or [Edit(place, place, f"{self._rng.choice((said, '```', '...'))}\n")]

    # Within a line -------------------------------------------------------------------------------

    def smart_quotes(self, near: int | None) -> list[Edit] | None:
        """A word processor made the quotes of a string round, or one of them."""
        index = self._pick(lambda t: t.kind == "string" and len(t.text) > 2, near)
        if index is None:
            return None
        token = self._items[index]
        mark = token.text[0]
        if mark not in "'\"" or token.text[1] == mark or "\n" in token.text:
            return None
        left, right = self._rng.choice(_SMART)
        edits = [Edit(token.start, token.start + 1, left), Edit(token.end - 1, token.end, right)]
        return edits if self._rng.random() < 0.8 else [self._rng.choice(edits)]

    def unseen_character(self, near: int | None) -> list[Edit] | None:
        """A character that editors do not show stands before a token."""
        index = self._pick(lambda t: t.kind != LINE, near)
        if index is None:
            return None
        place = self._items[index].start
        return [Edit(place, place, self._rng.choice(_UNSEEN))]

    def wide_or_alike(self, near: int | None) -> list[Edit] | None:
        """Punctuation of another keyboard, or a letter of another alphabet that looks alike."""
        if self._rng.random() < 0.7:
            index = self._pick(lambda t: t.text in _WIDE and t.kind == "operator", near)
            return None if index is None else self._replace(index, _WIDE[self._items[index].text])
        index = self._pick(lambda t: t.kind in {"name", "keyword"}, near)
        word = "" if index is None else self._items[index].text
        places = [place for place, letter in enumerate(word) if letter in _ALIKE]
        if index is None or not places:
            return None
        place = self._rng.choice(places)
        return self._replace(index, f"{word[:place]}{_ALIKE[word[place]]}{word[place + 1 :]}")

    def foreign_word(self, near: int | None) -> list[Edit] | None:
        """A keyword of another language."""
        table = _FOREIGN if self._python else _PYTHONIC
        index = self._pick(lambda t: t.text in table, near)
        if index is None:
            return None
        return self._replace(index, self._rng.choice(table[self._items[index].text]))

    def foreign_comment(self, near: int | None) -> list[Edit] | None:
        """A comment begins as in another language."""
        mark = "#" if self._python else "//"
        index = self._pick(lambda t: t.kind == "comment" and t.text.startswith(mark), near)
        if index is None:
            return None
        start = self._items[index].start
        other = self._rng.choice(("//", "--", "/*")) if self._python else "#"
        return [Edit(start, start + len(mark), other)]

    def foreign_block(self, near: int | None) -> list[Edit] | None:
        """In Python, a header ends with a brace, or a counter is raised by ``++``."""
        if not self._python:
            return None
        index = self._pick(lambda t: t.text in {":", "+=", "-="}, near)
        if not index:
            return None
        mark = self._items[index].text
        if mark == ":":
            other = self._rng.choice((" {", "{", " then", ";"))
            return self._replace(index, other) if self._is_last(index) else None
        if index + 1 >= len(self._items) or self._items[index + 1].text != "1":
            return None
        return [Edit(self._items[index - 1].end, self._items[index + 1].end, mark[0] * 2)]

    # Python 2 ------------------------------------------------------------------------------------

    def old_python(self, near: int | None) -> list[Edit] | None:
        """What Python 2 wrote in another way."""
        if not self._python:
            return None
        old = {
            "print": self._old_call,
            "exec": self._old_call,
            "raise": self._old_raise,
            "except": self._old_except,
            "repr": self._old_repr,
        }
        del near  # such statements are rare
        found = [i for i, t in enumerate(self._items) if t.text in old and i]
        index = self._rng.choice(found) if found else 0
        return old[self._items[index].text](index) if index else None

    def _old_call(self, index: int) -> list[Edit] | None:
        """``print(x)`` as the statement ``print x``."""
        close = self._closing(index + 1)
        if close is None or self._items[index - 1].kind != LINE or not self._is_last(close):
            return None
        inside = {token.text for token in self._items[index + 2 : close]}
        if not inside or not inside.isdisjoint({"", "sep", "end", "file", "*"}):
            return None
        opener, closer = self._items[index + 1], self._items[close]
        return [Edit(opener.start, opener.end, " "), Edit(closer.start, closer.end, "")]

    def _old_raise(self, index: int) -> list[Edit] | None:
        """``raise E("m")`` as ``raise E, "m"``."""
        close = self._closing(index + 2)
        if close is None or not self._is_last(close) or close == index + 3:
            return None
        opener, closer = self._items[index + 2], self._items[close]
        return [Edit(opener.start, opener.end, ", "), Edit(closer.start, closer.end, "")]

    def _old_except(self, index: int) -> list[Edit] | None:
        """``except E as e:`` as ``except E, e:``."""
        end = min(index + _RAISED, len(self._items))
        place = next((i for i in range(index, end) if self._items[i].text == "as"), None)
        if place is None or any(token.kind == LINE for token in self._items[index:place]):
            return None
        return [Edit(self._items[place - 1].end, self._items[place].end, ",")]

    def _old_repr(self, index: int) -> list[Edit] | None:
        """``repr(x)`` between backticks."""
        close = self._closing(index + 1)
        if close is None:
            return None
        start, end = self._items[index].start, self._items[index + 1].end
        closer = self._items[close]
        return [Edit(start, end, "`"), Edit(closer.start, closer.end, "`")]

    # Places --------------------------------------------------------------------------------------

    def _some_lines(self, near: int | None) -> list[int]:
        """Where a line begins, and some of those below it."""
        index = self._pick(lambda t: t.kind == LINE, near)
        if index is None:
            return []
        lines = [i for i in range(index, len(self._items)) if self._items[i].kind == LINE]
        return lines[: self._rng.randint(1, _MOST_LINES)]

    def _is_last(self, index: int) -> bool:
        """Whether a token ends its line, but for a comment."""
        after = index + 1
        return after >= len(self._items) or self._items[after].kind in {LINE, "comment"}

    def _closing(self, index: int) -> int | None:
        """The index of the bracket that closes a round one at an index; None if there is none."""
        if index >= len(self._items) or self._items[index].text != "(":
            return None
        depth = 0
        for place in range(index, len(self._items)):
            text = self._items[place].text
            depth += (text in BRACKETS) - (text in CLOSERS)
            if not depth:
                return place
        return None
