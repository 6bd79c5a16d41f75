"""Drawing faults of all kinds, several at once, and knowing how to undo them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from thea_code_system.models.tokens import CodeTokens
from thea_code_system.training.corruption.artefacts import ArtefactBreaker
from thea_code_system.training.corruption.lines import LineBreaker
from thea_code_system.training.corruption.meaning import MeaningBreaker
from thea_code_system.training.corruption.tokens import TokenBreaker
from thea_code_system.values.correction import Edit

_TRIES: Final = 6  # for each fault asked for


@dataclass(frozen=True, slots=True)
class Corruption:
    """A broken text and the edits, in its coordinates, that make it whole again.

    ``kind`` names the faults, joined by ``+``.
    """

    text: str
    repair: tuple[Edit, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way of breaking code, and how often it is drawn against the others."""

    name: str
    weight: int
    make: Callable[[int | None], list[Edit] | None]


class Corruptor:
    """Draws corruptions of one text; owned by one example maker.

    The weights follow what people and editors were seen to break in real histories.
    """

    def __init__(self, text: str, tokens: CodeTokens, rng: random.Random, *, python: bool) -> None:
        self._text, self._rng = text, rng
        token = TokenBreaker(text, tokens, rng, python=python)
        line = LineBreaker(text, tokens, rng, python=python)
        artefact = ArtefactBreaker(text, tokens, rng, python=python)
        meaning = MeaningBreaker(text, tokens, rng, python=python)
        self._syntax = (
            Way("drop a bracket", 16, token.drop_a_bracket),
            Way("drop a comma", 8, token.drop_a_comma),
            Way("drop a colon", 7, token.drop_a_colon),
            Way("drop a quote", 6, token.drop_a_quote),
            Way("drop a token", 10, token.drop_a_token),
            Way("stray token", 9, token.stray_token),
            Way("wrong token", 12, token.wrong_token),
            Way("swap tokens", 3, token.swap_tokens),
            Way("shift a line", 14, line.shift_a_line),
            Way("shift a block", 10, line.shift_a_block),
            Way("join lines", 6, line.join_lines),
            Way("split a line", 4, line.split_a_line),
            Way("cut a line", 5, line.cut_a_line),
            Way("merge conflict", 8, line.merge_conflict),
            Way("lose a body", 4, line.lose_a_body),
            Way("double a line start", 3, line.double_a_line_start),
            Way("slip of the pen", 5, token.slip_of_the_pen),
            Way("comment out", 3, line.comment_out),
            Way("prefixed lines", 3, artefact.prefixed_lines),
            Way("old lines", 2, artefact.old_lines),
            Way("fence or prose", 4, artefact.fence_or_prose),
            Way("smart quotes", 3, artefact.smart_quotes),
            Way("unseen character", 2, artefact.unseen_character),
            Way("wide or alike", 3, artefact.wide_or_alike),
            Way("foreign word", 3, artefact.foreign_word),
            Way("foreign comment", 2, artefact.foreign_comment),
            Way("foreign block", 3, artefact.foreign_block),
            Way("old python", 8, artefact.old_python),
        )
        self._meaning = (
            Way("other name", 40, meaning.other_name),
            Way("other operator", 22, meaning.other_operator),
            Way("negation", 10, meaning.negation),
            Way("swap arguments", 8, meaning.swap_arguments),
            Way("other literal", 10, meaning.other_literal),
            Way("other attribute", 8, meaning.other_attribute),
            Way("drop a name part", 2, meaning.drop_a_name_part),
        )

    def syntax(self, count: int, near: int | None = None) -> Corruption | None:
        """Up to ``count`` faults; ``near`` a token's index if given, else anywhere."""
        return self._draw(self._syntax, count, near)

    def meaning(self, count: int) -> Corruption | None:
        """Up to ``count`` small bugs in code that should still parse."""
        return self._draw(self._meaning, count, None)

    def _draw(self, ways: Sequence[Way], count: int, near: int | None) -> Corruption | None:
        weights = [way.weight for way in ways]
        edits: list[Edit] = []
        kinds: list[str] = []
        for _ in range(count * _TRIES):
            if len(kinds) == count:
                break
            way = self._rng.choices(ways, weights)[0]
            made = way.make(near)
            if made and not any(self._meets(a, b) for a in made for b in edits):
                edits += made
                kinds.append(way.name)
        return self._apply(sorted(edits), "+".join(kinds)) if edits else None

    @staticmethod
    def _meets(a: Edit, b: Edit) -> bool:
        return a.start <= b.end and b.start <= a.end

    def _apply(self, edits: Sequence[Edit], kind: str) -> Corruption:
        parts: list[str] = []
        back: list[Edit] = []
        position = size = 0
        for edit in edits:
            kept = self._text[position : edit.start]
            parts += [kept, edit.replacement]
            size += len(kept)
            gone = self._text[edit.start : edit.end]
            back.append(Edit(size, size + len(edit.replacement), gone))
            size += len(edit.replacement)
            position = edit.end
        parts.append(self._text[position:])
        return Corruption("".join(parts), tuple(back), kind)
