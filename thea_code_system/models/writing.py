"""From the model's tags back to edits of the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from thea_code_system.models.editor import Opinion
from thea_code_system.models.tags import EDITS, INSERTS, Tag
from thea_code_system.models.tokens import LINE, CodeToken
from thea_code_system.values.correction import Edit

_BINARY: Final = frozenset(
    ("=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "->", ":=", "=>", "===", "!==", "+", "&&",
     "||", "??", "%", "//", "<", ">")
)  # fmt: skip
_TAGS: Final = 40
_FAINT: Final = -9.0
_NAMES: Final = 2


class Writer:
    """Writes what the model would like to do to a text; owned by one search."""

    def __init__(self, opinion: Opinion, newline: str) -> None:
        self._opinion, self._newline = opinion, newline
        self._items, self._text = opinion.tokens.items, opinion.text
        self._unit = opinion.tokens.unit

    def wishes(self) -> Iterator[tuple[Tag, float]]:
        """Single tags in the window of the fault with their log-odds, best first."""
        import torch

        span = self._opinion.span_of(self._opinion.reading.focus)
        found: list[tuple[float, Tag]] = []
        for insert, table in ((False, span.edits), (True, span.inserts)):
            odds = (table - table[:, :1])[:, 1:]
            best = torch.topk(odds.flatten(), min(_TAGS, odds.numel()))
            for value, place in zip(best.values, best.indices, strict=True):
                row, label = divmod(int(place), odds.shape[1])
                found.append((float(value), Tag(span.first + row, insert, label + 1)))
        for value, tag in sorted(found, key=lambda item: -item[0])[:_TAGS]:
            if value > _FAINT:
                yield tag, value

    def edits(self, tag: Tag) -> Iterator[tuple[Edit, ...]]:
        """Ways to do what a tag says; none where it says too little."""
        name = (INSERTS if tag.insert else EDITS)[tag.label]
        if tag.insert:
            yield from self._inserted(tag.index, name)
        elif tag.index < len(self._items):
            yield from self._changed(tag.index, name)

    def _changed(self, index: int, name: str) -> Iterator[tuple[Edit, ...]]:
        token = self._items[index]
        if name == "delete":
            yield (self._deletion(index),)
        elif name == "delete-line" and token.kind == LINE:
            yield (Edit(token.start, self._next_line(index), ""),)
        elif name == "swap" and index + 1 < len(self._items):
            other = self._items[index + 1]
            if LINE not in {token.kind, other.kind}:
                yield (
                    Edit(token.start, token.end, other.text),
                    Edit(other.start, other.end, token.text),
                )
        elif name.startswith("shift ") and "odd" not in name and token.kind == LINE:
            yield from self._shifted(index, int(name.removeprefix("shift ")))
        elif name.startswith("write "):
            for word in self._words(index, name.removeprefix("write "), insert=False):
                if token.kind != LINE and word != token.text:
                    yield (Edit(token.start, token.end, self._apart(token, word)),)

    def _inserted(self, index: int, name: str) -> Iterator[tuple[Edit, ...]]:
        if name.startswith("a line "):
            if "elsewhere" not in name and 0 < index < len(self._items):
                yield (self._new_line(index, int(name.removeprefix("a line "))),)
            return
        ends = index >= len(self._items) or self._items[index].kind == LINE
        for word in self._words(index, name, insert=True):
            if ends and index:
                place = self._items[index - 1].end
                yield (Edit(place, place, f" {word}" if self._is_spaced(word) else word),)
            elif index < len(self._items):
                place = self._items[index].start
                space = "" if self._text[:place].endswith((" ", "\n", "(", "[", "{")) else " "
                yield (Edit(place, place, f"{space}{word} " if self._is_spaced(word) else word),)

    def _words(self, index: int, what: str, *, insert: bool) -> list[str]:
        """The word of the closed vocabulary, or the likeliest of those that stand nearby."""
        if not what.startswith("a "):
            return [what]
        if index > len(self._items) or what == "a line":
            return []
        kind = what.removeprefix("a ")
        kinds = {item.text: item.kind for item in self._items}
        chances = self._opinion.names(index, insert=insert)
        fitting = [word for word in chances if kinds.get(word) == kind]
        return sorted(fitting, key=lambda word: -chances[word])[:_NAMES]

    @staticmethod
    def _is_spaced(word: str) -> bool:
        return word[0].isalpha() or word in _BINARY

    def _apart(self, token: CodeToken, word: str) -> str:
        """A word with spaces where it would run into its neighbours."""
        if not word[-1].isalnum():
            return word
        before = self._text[token.start - 1 : token.start].isalnum()
        after = self._text[token.end : token.end + 1].isalnum()
        return f"{' ' * before}{word}{' ' * after}"

    def _deletion(self, index: int) -> Edit:
        token = self._items[index]
        if token.kind == LINE:  # what stood on two lines stands on one
            above = self._items[index - 1].end if index else token.start
            return Edit(above, token.end, " " if index else "")
        end = token.end
        if token.spaced and self._text[end : end + 1] == " ":
            end += 1
        return Edit(token.start, end, "")

    def _next_line(self, index: int) -> int:
        later = range(index + 1, len(self._items))
        found = (self._items[i].start for i in later if self._items[i].kind == LINE)
        return next(found, len(self._text))

    def _shifted(self, index: int, units: int) -> Iterator[tuple[Edit, ...]]:
        """The line alone, and with what is deeper below it, and with all of its block."""
        column = self._items[index].column
        lines = [i for i in range(index, len(self._items)) if self._items[i].kind == LINE]
        deeper = next(
            (n for n, i in enumerate(lines[1:], 1) if self._items[i].column <= column), len(lines)
        )
        block = next(
            (n for n, i in enumerate(lines[1:], 1) if self._items[i].column < column), len(lines)
        )
        for count in dict.fromkeys((1, deeper, block)):
            edits = [self._indented(i, units) for i in lines[:count]]
            if all(edits):
                yield tuple(edit for edit in edits if edit)

    def _indented(self, index: int, units: int) -> Edit | None:
        token = self._items[index]
        wanted = token.column + units * self._unit
        if wanted < 0:
            return None
        tabs = "\t" in self._text[token.start : token.end]
        white = "\t" * (wanted // 8) + " " * (wanted % 8) if tabs else " " * wanted
        return Edit(token.start, token.end, white)

    def _new_line(self, index: int, units: int) -> Edit:
        before, token = self._items[index - 1], self._items[index]
        column = self._items[self._opinion.tokens.line_before(index - 1)].column
        white = " " * max(0, column + units * self._unit)
        return Edit(before.end, token.start, f"{self._newline}{white}")
