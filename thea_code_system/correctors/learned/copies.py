"""Lines that were copied and adapted, but for one name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from thea_code_system.correctors.learned.layout import Layout

_FAR: Final = 30  # lines between a line and its copy
_ORIGINALS: Final = 4  # lines of the same shape that one is compared with
_KINDS: Final = frozenset(("name", "string"))

Change = tuple[str, str]


@dataclass
class _Block:
    """Neighbouring lines that stand again further down: what changed, and what did not."""

    changes: dict[Change, int] = field(default_factory=dict)
    same: list[tuple[int, int]] = field(default_factory=list)


class Copies:
    """Organ of one search.

    Where lines stand twice, and names or parts of names are others in the second place, each name
    with such a part that is still the same in both may have been forgotten.

    Args:
        layout: of the text.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.forgotten: dict[tuple[int, tuple[str, ...]], float] = {}
        """For a token and the parts of the name expected there: the share of the same changes that
        were made elsewhere in the block."""
        for block in self._blocks():
            self._judge(block)

    def _blocks(self) -> Iterator[_Block]:
        """Runs of lines, each of the shape of the line that is so many lines above it."""
        layout = self._layout
        seen: dict[tuple[str, ...], list[int]] = {}
        open_: dict[int, tuple[int, _Block]] = {}
        for number, line in enumerate(layout.lines):
            shape = tuple(
                token.kind if token.kind in _KINDS else token.text
                for token in (layout.items[index] for index in line)
            )
            if len(line) < 3:
                continue
            above = seen.setdefault(shape, [])
            for other in above[-_ORIGINALS:]:
                if number - other > _FAR:
                    continue
                last, block = open_.get(number - other, (-9, _Block()))
                if number - last > 2:
                    yield block
                    block = _Block()
                self._compare(layout.lines[other], line, block)
                open_[number - other] = number, block
            above.append(number)
        yield from (block for _, block in open_.values())

    def _compare(self, old: list[int], new: list[int], block: _Block) -> None:
        layout = self._layout
        for one, other in zip(old, new, strict=True):
            if layout.items[one].kind not in _KINDS:
                continue
            before, after = layout.items[one].text, layout.items[other].text
            if before == after:
                block.same.append((one, other))
            else:
                for change in self._changes(before, after):
                    block.changes[change] = block.changes.get(change, 0) + 1

    def _changes(self, before: str, after: str) -> list[Change]:
        """The parts of a name that became others; all of it where it is another altogether."""
        old, new = self._layout.parts(before), self._layout.parts(after)
        if len(old) == len(new):
            pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
            if len(pairs) == 1:
                return pairs
        return [("_".join(old), "_".join(new))]

    def _judge(self, block: _Block) -> None:
        if not block.changes or not block.same:
            return
        kept: dict[str, int] = {}
        for one, _ in block.same:
            for part in {*(own := self._layout.parts(self._layout.text(one))), "_".join(own)}:
                kept[part] = kept.get(part, 0) + 1
        for (a, b), count in block.changes.items():
            for place, (gone, come) in ((1, (a, b)), (0, (b, a))):
                if gone not in kept or not come:
                    continue
                share = count / (count + kept[gone])
                for pair in block.same:
                    self._suspect(pair[place], gone, come, share)

    def _suspect(self, index: int, gone: str, come: str, share: float) -> None:
        own = self._layout.parts(self._layout.text(index))
        if gone in own:
            wanted = tuple(come if part == gone else part for part in own)
        elif "_".join(own) == gone:
            wanted = tuple(come.split("_"))
        else:
            return
        if self._layout.items[index].kind == "name":
            key = index, wanted
            self.forgotten[key] = max(self.forgotten.get(key, 0.0), share)
