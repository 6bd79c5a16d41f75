"""Closing tags of JSX that are missing, or that nothing opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from thea_code_system.correctors.syntax.base import SyntaxRule
from thea_code_system.correctors.syntax.broken import BrokenSource
from thea_code_system.correctors.syntax.rules.javascript.tags import Tag
from thea_code_system.values.correction import Edit, Proposal

_TRIED: Final = 24
_BLANK: Final = " \t"


class ClosingTag(SyntaxRule):
    """An element that is never closed, or a closing tag without its element.

    The tags that stand alone in their lines pair up by indentation, so the pair that does not match
    tells where a tag is missing or which one is too many.
    """

    name: ClassVar[str] = "syntax/closing-tag"
    languages: ClassVar[frozenset[str]] = frozenset({"javascript", "tsx"})
    prior: ClassVar[float] = 0.9
    CLEAN: ClassVar[tuple[str, ...]] = ("const a = <p>{b < c && d}<br /></p>;\n",)
    FIXES: ClassVar[dict[str, str]] = {
        "const a = (\n  <div>\n    <p>b</p>\n);\n": (
            "const a = (\n  <div>\n    <p>b</p>\n  </div>\n);\n"
        ),
        "const a = (\n  <div>\n    <p>b\n  </div>\n);\n": (
            "const a = (\n  <div>\n    <p>b</p>\n  </div>\n);\n"
        ),
        "const a = (\n  <div>\n    <p>b</p>\n    </span>\n  </div>\n);\n": (
            "const a = (\n  <div>\n    <p>b</p>\n  </div>\n);\n"
        ),
        "const a = <p>b</i></p>;\n": "const a = <p>b</p>;\n",
    }

    def repairs(self, broken: BrokenSource) -> Iterator[Proposal]:
        """What makes the text parse, by how well the remaining tags pair up."""
        opened, stray = self._unpaired([*Tag.all_of(broken)])
        found: list[tuple[float, str, Edit]] = []
        for tag in opened:
            found += self._closed(broken, tag)
        for tag in stray:
            found += self._removed(broken, tag)
            found += (
                (0.5, f"Close <{other.name}>", Edit(tag.start + 2, tag.end - 1, other.name))
                for other in opened
                if other.start < tag.start
            )
        found = found[:_TRIED]
        whole = [item for item in found if self._heals(broken, item[2])]
        for weight, message, edit in sorted(whole or found, key=lambda item: -item[0]):
            trust = self.prior if whole else 0.4
            yield self.proposal(message, edit, score=trust * weight)

    @staticmethod
    def _heals(broken: BrokenSource, edit: Edit) -> bool:
        text = broken.text
        return broken.language.parses(f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}")

    @staticmethod
    def _unpaired(tags: list[Tag]) -> tuple[list[Tag], list[Tag]]:
        """Opening tags never closed, and closing tags never opened."""
        stack: list[Tag] = []
        opened: list[Tag] = []
        stray: list[Tag] = []
        for tag in tags:
            if tag.sort == "open":
                stack.append(tag)
            elif tag.sort == "close":
                partners = [
                    at
                    for at, other in enumerate(stack)
                    if other.name == tag.name
                    and (min(tag.width, other.width) < 0 or tag.width == other.width)
                ]
                if partners:
                    opened += stack[partners[-1] + 1 :]
                    del stack[partners[-1] :]
                else:
                    stray.append(tag)
        return [*opened, *stack], stray

    @staticmethod
    def _closed(broken: BrokenSource, tag: Tag) -> Iterator[tuple[float, str, Edit]]:
        """Where the missing closing tag may stand: on this line, or below what is deeper."""
        text, newline = broken.text, broken.source.newline
        closing, message = f"</{tag.name}>", f"Close <{tag.name}>"
        line = broken.line_of(tag.end - 1)
        _, end = broken.span(line)
        content = text[tag.end : end]
        below = broken.next_code(line)
        width = broken.column(tag.line)
        body = below and broken.column(below) > width
        if not body or content.strip():
            place = tag.end + len(content.rstrip())
            yield 1.0 if not body else 0.5, message, Edit(place, place, closing)
            cut = content.find("</")
            if cut > 0 and content[:cut].strip():
                yield 0.9, message, Edit(tag.end + cut, tag.end + cut, closing)
            if content.endswith(" "):
                yield 0.6, message, Edit(end, end, closing)
        last = line
        while below and broken.column(below) > width:
            last, below = below, broken.next_code(below)
        if last != line:
            indent = broken.indent(tag.line)
            stop = below or broken.line_count + 1
            hole = next((n for n in range(last + 1, stop) if broken.line(n) == indent), None)
            if hole:
                _, end = broken.span(hole)
                yield 1.0, message, Edit(end, end, closing)
            _, end = broken.span(last)
            yield 0.9, message, Edit(end, end, f"{newline}{indent}{closing}")

    @staticmethod
    def _removed(broken: BrokenSource, tag: Tag) -> Iterator[tuple[float, str, Edit]]:
        """Without the stray tag, and without its line where it stands alone."""
        start, end = broken.span(tag.line)
        message = f"Remove </{tag.name}>"
        if broken.text[start:end].strip(_BLANK) == broken.text[tag.start : tag.end]:
            yield 1.0, message, Edit(*broken.lines.line_span(tag.line), "")
        else:
            yield 0.8, message, Edit(tag.start, tag.end, "")
