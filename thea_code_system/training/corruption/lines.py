"""What goes wrong with whole lines: indentation, newlines, bodies, comments, merges."""

from __future__ import annotations

from thea_code_system.models.tokens import LINE
from thea_code_system.training.corruption.base import Breaker
from thea_code_system.values.correction import Edit


class LineBreaker(Breaker):
    """Breaks the layout of a text."""

    def shift_a_line(self, near: int | None) -> list[Edit] | None:
        """A line has the wrong indentation."""
        index = self._line(near)
        if index is None:
            return None
        return self._shifted(index, index + 1)

    def shift_a_block(self, near: int | None) -> list[Edit] | None:
        """Some lines have the wrong indentation by the same amount."""
        index = self._line(near)
        if index is None:
            return None
        lines = [i for i in range(index, len(self._items)) if self._items[i].kind == LINE]
        column = self._items[index].column
        chance = self._rng.random()
        if chance < 0.6:  # the block, or what is left of it
            size = next(
                (n for n, i in enumerate(lines) if self._items[i].column < column), len(lines)
            )
        else:
            size = self._rng.randint(2, 6)
        lines = lines[: min(size, 30)]
        return self._shifted(lines[0], lines[-1] + 1) if len(lines) > 1 else None

    def join_lines(self, near: int | None) -> list[Edit] | None:
        """A line follows the one above: newline and indentation are lost."""
        index = self._line(near)
        if index is None or index == 0:
            return None
        return [
            Edit(self._items[index - 1].end, self._items[index].end, self._rng.choice(("", " ")))
        ]

    def split_a_line(self, near: int | None) -> list[Edit] | None:
        """A line goes on below between two of its tokens."""
        index = self._pick(lambda t: t.kind != LINE, near)
        if index is None or index + 1 >= len(self._items):
            return None
        left, right = self._items[index], self._items[index + 1]
        if right.kind == LINE:
            return None
        column = self._items[self._tokens.line_before(index)].column
        white = " " * (column if self._rng.random() < 0.6 else 0)
        return [Edit(left.end, right.start, f"\n{white}")]

    def cut_a_line(self, near: int | None) -> list[Edit] | None:
        """The last tokens of a line are lost."""
        index = self._line(near)
        if index is None:
            return None
        end = self._line_end(index)
        if end - index < 4:
            return None
        keep = self._rng.randint(index + 2, end - 1)
        if end - keep > 3:
            keep = end - self._rng.randint(1, 3)
        return [Edit(self._items[keep - 1].end, self._items[end - 1].end, "")]

    def double_a_line_start(self, near: int | None) -> list[Edit] | None:
        """A line begun, and then begun again: the first start is left behind."""
        index = self._line(near)
        if index is None:
            return None
        end = self._line_end(index)
        if end - index < 4:
            return None
        last = self._rng.randint(index + 1, min(end - 2, index + 5))
        start, stop = self._items[index].start, self._items[last].end
        return [Edit(start, start, f"{self._text[start:stop]}\n")]

    def lose_a_body(self, near: int | None) -> list[Edit] | None:
        """In Python, a header's one or two lines are gone, or commented out."""
        index = self._line(near)
        if index is None or not self._python:
            return None
        end = self._line_end(index)
        if self._items[end - 1].text != ":" or end >= len(self._items):
            return None
        last, column = end, self._items[index].column
        count = 0
        while last < len(self._items) and self._items[last].column > column:
            last = self._line_end(last)
            count += 1
        if not 0 < count <= 2:
            return None
        if self._rng.random() < 0.35:
            return [
                Edit(self._items[i].end, self._items[i].end, "# ")
                for i in range(end, last)
                if self._items[i].kind == LINE
            ]
        return [Edit(self._items[end - 1].end, self._items[last - 1].end, "")]

    def merge_conflict(self, near: int | None) -> list[Edit] | None:
        """Marks of a merge stand around some lines and a varied copy; one mark may be lost."""
        index = self._line(near)
        if index is None:
            return None
        last = index
        for _ in range(self._rng.randint(1, 4)):
            if last < len(self._items):
                last = self._line_end(last)
        start = self._items[index].start
        stop = self._items[last].start if last < len(self._items) else len(self._text)
        ours = self._text[start:stop]
        if not ours.endswith("\n"):
            return None
        theirs = self._varied(ours)
        head, tail = self._rng.choice(
            (
                ("HEAD", "origin/master"),
                ("HEAD", "feature"),
                ("Updated upstream", "Stashed changes"),
                ("HEAD", "1f3a9c2"),
            )
        )
        marks = (f"<<<<<<< {head}\n", "=======\n", f">>>>>>> {tail}\n")
        if self._rng.random() < 0.2:  # someone took one mark out
            gone = self._rng.randrange(3)
            marks = tuple("" if n == gone else m for n, m in enumerate(marks))  # type: ignore[assignment]
        if self._rng.random() < 0.5:  # what was right stood first
            return [Edit(start, start, marks[0]), Edit(stop, stop, f"{marks[1]}{theirs}{marks[2]}")]
        return [Edit(start, start, f"{marks[0]}{theirs}{marks[1]}"), Edit(stop, stop, marks[2])]

    def comment_out(self, near: int | None) -> list[Edit] | None:
        """A comment that lost its mark, or a line of prose."""
        index = self._pick(lambda t: t.kind == "comment", near)
        if index is not None:
            token = self._items[index]
            mark = "#" if self._python else "//"
            if token.text.startswith(mark) and " " in token.text.strip("#/ "):
                size = len(mark) + token.text.startswith(f"{mark} ")
                return [Edit(token.start, token.start + size, "")]
        return None

    def _line(self, near: int | None) -> int | None:
        return self._pick(lambda t: t.kind == LINE, near)

    def _indent(self, index: int, columns: int) -> Edit:
        token = self._items[index]
        tab = "\t" in self._text[token.start : token.end] or (
            not token.column and "\n\t" in self._text
        )
        white = "\t" * (columns // 8) + " " * (columns % 8) if tab else " " * columns
        return Edit(token.start, token.end, white)

    def _shifted(self, first: int, last: int) -> list[Edit] | None:
        unit = self._tokens.unit
        by = self._rng.choices(
            (unit, -unit, 1, -1, 2 * unit, -2 * unit, 2, -2, -99), (28, 28, 10, 8, 5, 6, 5, 3, 7)
        )[0]
        edits = []
        for index in range(first, last):
            token = self._items[index]
            if token.kind != LINE:
                continue
            wanted = max(0, token.column + by)
            if wanted != token.column:
                edits.append(self._indent(index, wanted))
        return edits or None

    def _varied(self, lines: str) -> str:
        kept = [line for line in lines.splitlines(keepends=True) if self._rng.random() < 0.8]
        names = [t.text for t in self._items if t.kind == "name" and len(t.text) > 2]
        text = "".join(kept)
        if names and text:
            text = text.replace(self._rng.choice(names), self._rng.choice(names))
        return text if self._rng.random() < 0.9 else ""
