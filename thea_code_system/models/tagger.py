"""From edits of a text to the tags that say the same."""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from thea_code_system.languages.base import Language
from thea_code_system.models.tags import EDITS, INSERTS, NAMED, Tag, Tagging
from thea_code_system.models.tokens import LINE, CodeToken, CodeTokens
from thea_code_system.models.words import WORDS
from thea_code_system.values.correction import Edit

_MARKS: Final = frozenset(("'", '"', "`", "'''", '"""', "#", "//", "/*", "*/"))
_ALIKE: Final = 0.7  # share of two words' letters that a slip of the pen leaves as they were
_EDIT: Final = {name: index for index, name in enumerate(EDITS)}
_INSERT: Final = {name: index for index, name in enumerate(INSERTS)}


@dataclass
class _Found:
    """What is known so far: tags, tokens gone with their line, and new columns of lines.

    A line's column is None where its start is gone.
    """

    tags: list[Tag] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    columns: dict[int, int | None] = field(default_factory=dict)

    def move(self, index: int, old: CodeToken, new: CodeToken) -> None:
        """Note where the line starts that is there before and after."""
        if old.kind == LINE and old.column != new.column:
            self.columns[index] = new.column


class Tagger:
    """Tells what edits of one text mean, in the model's tags; owned by one reader."""

    def __init__(self, text: str, tokens: CodeTokens, language: Language) -> None:
        self._text, self._tokens, self._language = text, tokens, language

    def __call__(self, edits: Sequence[Edit]) -> Tagging:
        """The tags of disjoint edits: marks first, then line by line, shifts of lines last."""
        marks = [edit for edit in edits if self._is_mark(edit)]
        found = _Found([self._mark(edit) for edit in marks])
        for first, last, group in self._groups([edit for edit in edits if not self._is_mark(edit)]):
            self._pair(first, *self._sides(first, last, group), found)
        return Tagging((*found.tags, *self._shifts(found.columns)), frozenset(found.gone))

    # Marks ---------------------------------------------------------------------------------------

    def _is_mark(self, edit: Edit) -> bool:
        """Whether a mark goes in or out that turns tokens into a string or a comment, or back."""
        gone = self._text[edit.start : edit.end].strip(" ")
        new = edit.replacement.strip(" ")
        return (gone in _MARKS and not new) or (new in _MARKS and not gone)

    def _mark(self, edit: Edit) -> Tag:
        items, index = self._tokens.items, self._tokens.at(edit.start)
        new = edit.replacement.strip(" ")
        if index < len(items):
            token = items[index]
            inside = token.kind != LINE and token.start < edit.start + (not new)
            if not new and self._text[token.start : token.end] == self._text[edit.start : edit.end]:
                return Tag(index, False, _EDIT["delete"])
            if (inside and edit.start < token.end) or not new:
                return Tag(index, False, _EDIT["inner"])
            if edit.start >= token.end:
                index += 1
        return Tag(index, True, _INSERT[new])

    # Lines before and after ----------------------------------------------------------------------

    @cached_property
    def _lines(self) -> list[int]:
        """The indices of the tokens that start lines."""
        return [i for i, token in enumerate(self._tokens.items) if token.kind == LINE]

    @cached_property
    def _starts(self) -> list[int]:
        """Where those tokens start."""
        return [self._tokens.items[index].start for index in self._lines]

    def _groups(self, edits: Sequence[Edit]) -> list[tuple[int, int, list[Edit]]]:
        """Edits with the tokens of the whole lines that they touch, from first to before last."""
        out: list[tuple[int, int, list[Edit]]] = []
        for edit in sorted(edits):
            first, last = self._touched(edit)
            if out and (first < out[-1][1] or first == out[-1][0]):
                before = out[-1]
                before[2].append(edit)
                out[-1] = (before[0], max(last, before[1]), before[2])
            else:
                out.append((first, last, [edit]))
        return out

    def _touched(self, edit: Edit) -> tuple[int, int]:
        """The tokens of the lines that an edit changes, from first to before last.

        The line that begins where an edit ends is one of them, unless whole lines go or come.
        """
        items, lines, starts = self._tokens.items, self._lines, self._starts
        above = max(bisect.bisect_right(starts, edit.start) - 1, 0)
        below = bisect.bisect_left(starts, edit.end)
        whole = edit.replacement.endswith("\n") or not edit.replacement
        begins = below < len(lines) and starts[below] == edit.end
        if begins and not (whole and edit.start in {starts[above], edit.end} and below > above):
            below += 1
        below = max(below, above + 1) if edit.start < edit.end or not begins or not whole else below
        end = lines[below] if below < len(lines) else len(items)
        return (lines[above] if lines else 0), end

    def _sides(
        self, first: int, last: int, edits: Sequence[Edit]
    ) -> tuple[list[CodeToken], list[CodeToken]]:
        """The tokens of some whole lines before and after edits."""
        items = self._tokens.items
        start = min(items[first].start if first < len(items) else len(self._text), edits[0].start)
        end = items[last].start if last < len(items) else len(self._text)
        position, parts = start, []
        for edit in edits:
            parts += [self._text[position : edit.start], edit.replacement]
            position = edit.end
        piece = "".join((*parts, self._text[position:end]))
        new = CodeTokens.of(self._language.lexemes(piece)).items
        return list(items[first:last]), list(new)

    # Comparing -----------------------------------------------------------------------------------

    def _pair(self, first: int, old: list[CodeToken], new: list[CodeToken], found: _Found) -> None:
        """Set equal ends aside, and compare what is between."""
        shorter, head, tail = min(len(old), len(new)), 0, 0
        while head < shorter and self._same(old[head], new[head]):
            head += 1
        while tail < shorter - head and self._same(old[-1 - tail], new[-1 - tail]):
            tail += 1
        longer = max(old, new, key=len)
        only = head and shorter == head + tail < len(longer)  # something went, or something came
        if only and longer[head - 1].kind == LINE and longer[-1 - tail].kind == LINE:
            head, tail = head - 1, tail + 1  # whole lines: with their own start, not the next one's
        for place in range(head):
            found.move(first + place, old[place], new[place])
        for place in range(1, tail + 1):
            found.move(first + len(old) - place, old[-place], new[-place])
        between = old[head : len(old) - tail], new[head : len(new) - tail]
        self._compare(first + head, *between, found)

    @staticmethod
    def _same(old: CodeToken, new: CodeToken) -> bool:
        return old.text == new.text and (old.kind == LINE) == (new.kind == LINE)

    def _compare(
        self, first: int, old: list[CodeToken], new: list[CodeToken], found: _Found
    ) -> None:
        """Tell how old tokens became new ones; ``first`` is the index of the first old one."""
        if len(old) == 2 and [t.text for t in old] == [t.text for t in reversed(new)]:
            found.tags.append(Tag(first, False, _EDIT["swap"]))
        elif new and new[0].kind == "comment" and old and self._commented(old, new):
            label, _ = self._insert(new[0].text[:1], new[0], 0)
            found.tags.append(Tag(first, True, label))
            found.gone.update(range(first, first + len(old)))
        else:
            self._align(first, old, new, found)

    @staticmethod
    def _commented(old: list[CodeToken], new: list[CodeToken]) -> bool:
        body = new[0].text.lstrip("#/ ")
        return all(t.text in body for t in old if t.kind != LINE) and len(new) <= 2

    def _align(self, first: int, old: list[CodeToken], new: list[CodeToken], found: _Found) -> None:
        """What stands for what is replaced, pair by pair; what is left goes, or comes after."""
        for op, i1, i2, j1, j2 in self._steps(self._texts(old), self._texts(new)):
            if op == "equal":
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                    found.move(first + i, old[i], new[j])
                continue
            common = min(i2 - i1, j2 - j1)
            for step in range(common):
                label, name = self._write(old[i1 + step], new[j1 + step])
                found.tags.append(Tag(first + i1 + step, False, label, name))
            self._delete(first + i1 + common, first + i2, found)
            for token in new[j1 + common : j2]:
                label, name = self._insert(token.text, token, self._column_at(first + i2))
                found.tags.append(Tag(first + i2, True, label, name))

    @staticmethod
    def _steps(
        old: list[tuple[bool, str]], new: list[tuple[bool, str]]
    ) -> list[tuple[str, int, int, int, int]]:
        """How one side becomes the other, as difflib tells it, or place by place if that is less.

        So of ``a, b`` that becomes ``b, a`` two names change, and nothing comes or goes.
        """
        matcher: difflib.SequenceMatcher[tuple[bool, str]] = difflib.SequenceMatcher(
            None, old, new, autojunk=False
        )
        told: list[tuple[str, int, int, int, int]] = list(matcher.get_opcodes())
        changed = sum(max(i2 - i1, j2 - j1) for op, i1, i2, j1, j2 in told if op != "equal")
        pairs = [one == other for one, other in zip(old, new, strict=False)]
        if len(old) != len(new) or pairs.count(False) >= changed:
            return told
        return [
            ("equal" if same else "replace", i, i + 1, i, i + 1) for i, same in enumerate(pairs)
        ]

    @staticmethod
    def _texts(side: list[CodeToken]) -> list[tuple[bool, str]]:
        return [(token.kind == LINE, token.text) for token in side]

    def _delete(self, first: int, last: int, found: _Found) -> None:
        """Whole lines go as one; what is left goes token by token."""
        items, index = self._tokens.items, first
        while index < last:
            end = index + 1
            if items[index].kind == LINE:
                while end < len(items) and items[end].kind != LINE:
                    end += 1
                found.columns[index] = None
                if end <= last and end - index > 1:
                    found.tags.append(Tag(index, False, _EDIT["delete-line"]))
                    found.gone.update(range(index + 1, end))
                    index = end
                    continue
            found.tags.append(Tag(index, False, _EDIT["delete"]))
            index += 1

    # Names of tags -------------------------------------------------------------------------------

    def _write(self, old: CodeToken, new: CodeToken) -> tuple[int, str]:
        """The label, and the word, of writing one token for another."""
        if (label := _EDIT.get(f"write {new.text}")) is not None and new.text:
            return label, new.text
        if new.kind == LINE:
            return _EDIT["write a line"], ""
        if old.kind != LINE and self._alike(old.text, new.text):
            return _EDIT["inner"], new.text
        return _EDIT[f"write a {self._named(new)}"], new.text

    @staticmethod
    def _alike(old: str, new: str) -> bool:
        """Whether the one came of the other by a slip of the pen."""
        if not old or not new or abs(len(old) - len(new)) > 3:
            return old[:1] in "'\"" and new[:1] in "'\""
        return difflib.SequenceMatcher(None, old, new, autojunk=False).ratio() > _ALIKE

    @staticmethod
    def _named(token: CodeToken) -> str:
        if token.kind in NAMED:
            return token.kind
        return "name" if token.kind == "keyword" else "other"

    def _insert(self, text: str, token: CodeToken, column: int) -> tuple[int, str]:
        """The label, and the word, of a token inserted after a line that starts at a column."""
        if token.kind == LINE:
            units, odd = divmod(token.column - column, self._tokens.unit)
            known = _INSERT.get(f"a line {units}") if not odd else None
            return (_INSERT["a line elsewhere"] if known is None else known), ""
        if (label := _INSERT.get(text)) is not None and text in WORDS:
            return label, text
        return _INSERT[f"a {self._named(token)}"], text

    def _column_at(self, index: int) -> int:
        """The column of the line that the token before an index is on."""
        items = self._tokens.items
        if not items:
            return 0
        index = min(index, len(items) - 1)
        return items[self._tokens.line_before(max(index - 1, 0))].column

    # Shifts --------------------------------------------------------------------------------------

    def _shifts(self, columns: dict[int, int | None]) -> list[Tag]:
        """How lines move against the line above; what moves together with it has no tag."""
        if not columns:
            return []
        out: list[Tag] = []
        before = 0
        for index in self._lines[self._lines.index(min(columns)) :]:
            column = self._tokens.items[index].column
            wanted = columns.get(index, column)
            if wanted is None:
                continue
            if (moved := wanted - column) != before:
                out.append(Tag(index, False, self._shift(moved - before)))
            before = moved
            if index > max(columns):
                break
        return out

    def _shift(self, columns: int) -> int:
        units, odd = divmod(columns, self._tokens.unit)
        known = _EDIT.get(f"shift {units}") if not odd else None
        return _EDIT[f"shift odd {'left' if columns < 0 else 'right'}"] if known is None else known
