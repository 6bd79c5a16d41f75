"""Edits as the edit model speaks of them: a tag for a token, or for the gap before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from thea_code_system.models.words import WORDS

NAMED: Final = ("name", "number", "string", "comment", "other")
"""Kinds of tokens that are written by kind where their very text is no word of the vocabulary."""
_SHIFTS: Final = (-4, -3, -2, -1, 1, 2, 3, 4)
_NEW_LINES: Final = (-3, -2, -1, 0, 1, 2)

KEEP: Final = 0
EDITS: Final[tuple[str, ...]] = (
    "keep", "delete", "swap", "inner", "delete-line",
    *(f"shift {units}" for units in _SHIFTS), "shift odd left", "shift odd right",
    *(f"write a {kind}" for kind in NAMED), "write a line",
    *(f"write {word}" for word in WORDS),
)  # fmt: skip
"""What can happen to a token.

``swap`` is with the next one, ``inner`` within the token itself; ``delete-line`` stands at the
start of a line that goes with all its tokens, and ``shift`` at the start of one that moves by so
many levels of indentation against the line above.
"""
INSERTS: Final[tuple[str, ...]] = (
    "nothing",
    *(f"a {kind}" for kind in NAMED),
    *(f"a line {units}" for units in _NEW_LINES), "a line elsewhere",
    *WORDS,
)  # fmt: skip
"""What can be inserted before a token; a line so many levels right of the one it is made from."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One thing that an edit does: at token ``index``, a class of :data:`EDITS` or of inserts.

    ``name`` is the word written where the class only tells its kind, for the pointer.
    """

    index: int
    insert: bool
    label: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tagging:
    """What a set of edits does to a text: its tags, and tokens that are gone with their line."""

    tags: tuple[Tag, ...]
    gone: frozenset[int]
