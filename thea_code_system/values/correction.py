"""What correctors propose, and what the gate makes of it."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field

from thea_code_system.values.portable import Portable


class Safety(enum.IntEnum):
    """What applying an edit can do to behaviour; declared by the rule, never by confidence."""

    DISPLAY_ONLY = 0
    UNSAFE = 1
    SAFE = 2


class State(str, enum.Enum):
    """Where a candidate ended."""

    APPLIED = "applied"
    SUGGESTED = "suggested"
    SUPPRESSED = "suppressed"
    CONFLICTED = "conflicted"
    REJECTED = "rejected"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True, order=True)
class Edit(Portable):
    """Replace a half-open span, in code points; an empty span inserts."""

    start: int
    end: int
    replacement: str

    def touches(self, other: Edit) -> bool:
        """Whether two edits overlap, or write at the same place."""
        if self.start == other.start:
            return True
        return self.start < other.end and other.start < self.end


Evidence = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One atomic set of edits that a corrector puts forward.

    ``rules`` are codes such as ``syntax/missing-colon``; the first one is the most telling, and a
    repair made by several rules counts under each. ``score`` is raw: only the gate makes a
    confidence of it. ``evidence`` is what speaks for the proposal, as pairs of name and text.
    ``broken`` is True for the repair of a file that did not parse. ``imports`` are those of the
    edits that do nothing but import names which the others use.
    """

    rules: tuple[str, ...]
    message: str
    edits: tuple[Edit, ...]
    safety: Safety
    score: float
    evidence: Evidence = ()
    broken: bool = False
    imports: tuple[Edit, ...] = ()

    @property
    def rule(self) -> str:
        """The code it is shown under."""
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class Correction(Portable):
    """A proposal after the gate: it has a confidence, a state and a reason.

    ``edits`` are in the coordinates of the original file, whatever pass they came from.
    ``confidence`` is the probability that the owner of the code would keep the edit, rounded to two
    decimals. ``id`` names this very correction of this very file; ``fingerprint`` survives moves of
    its lines. ``score`` is the confidence before rounding, and only orders candidates.
    """

    id: str
    fingerprint: str
    rules: tuple[str, ...]
    message: str
    edits: tuple[Edit, ...]
    safety: Safety
    confidence: float
    state: State
    reason: str = ""
    pass_: int = 1
    evidence: Evidence = ()
    score: float = field(default=0.0, compare=False)

    @property
    def rule(self) -> str:
        """The code it is shown under."""
        return self.rules[0]

    @property
    def is_placed(self) -> bool:
        """Whether applying it would change the text; one that only names a place does not."""
        return any(edit.replacement or edit.start < edit.end for edit in self.edits)

    @staticmethod
    def identify(path: str, rules: tuple[str, ...], digest: str, edits: tuple[Edit, ...]) -> str:
        """The id of a correction: a hash of path, rules, original digest and edits."""
        parts = (path, *sorted(rules), digest, *(repr(edit) for edit in sorted(edits)))
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    @staticmethod
    def fingerprint_of(
        path: str, rules: tuple[str, ...], text: str, edits: tuple[Edit, ...]
    ) -> str:
        """A name that survives line moves: path, rules, each edit's lines and its replacement."""
        parts = [path, *sorted(rules)]
        for edit in sorted(edits):
            start = text.rfind("\n", 0, edit.start) + 1
            end = text.find("\n", edit.end)
            lines = text[start : end if end >= 0 else len(text)].split()
            parts += [" ".join(lines), text[edit.start : edit.end], edit.replacement]
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
