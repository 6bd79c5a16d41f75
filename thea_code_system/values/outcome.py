"""What became of one file: a closed union of frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from thea_code_system.values.correction import Correction, State
from thea_code_system.values.patch import Patch
from thea_code_system.values.portable import Portable
from thea_code_system.values.source import SourceFile

Fact: TypeAlias = "tuple[str, str, str]"  # kind, key and the value that was read
INCOMPLETE = "incomplete"
"""The kind of fact that says what an outcome was made without, so that it is not kept."""


class SkipReason(str, enum.Enum):
    """Why a file was left alone."""

    BINARY = "binary"
    NOT_TEXT = "not text"
    OVERSIZE = "larger than max-file-size"
    EXCLUDED = "excluded"
    GENERATED = "generated"
    VENDORED = "vendored"
    NEWER_SYNTAX = "newer-syntax"
    FLOW = "flow"
    TEMPLATE = "template"
    SKIP_FILE = "thea: skip-file"
    DELIBERATE = "looks deliberate"
    TIME = "time"
    CHANGED = "changed by somebody else during the run"
    GONE = "staged, but no longer in the working tree"
    BUDGET = "not reached"
    UNSTABLE = "rules that fight"


@dataclass(frozen=True, slots=True)
class Clean(Portable):
    """Nothing was applied; there may be suggestions."""

    path: str
    digest: str
    corrections: tuple[Correction, ...] = ()
    facts: tuple[Fact, ...] = ()

    status: ClassVar[str] = "clean"
    reason: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Corrected(Portable):
    """Edits were applied: ``after`` is the digest of the bytes that they make."""

    path: str
    digest: str
    after: str
    corrections: tuple[Correction, ...]
    facts: tuple[Fact, ...] = ()

    status: ClassVar[str] = "corrected"
    reason: ClassVar[str] = ""

    @property
    def applied(self) -> tuple[Correction, ...]:
        """The corrections that make ``after``."""
        return tuple(one for one in self.corrections if one.state is State.APPLIED)

    @classmethod
    def of(
        cls,
        source: SourceFile,
        corrections: tuple[Correction, ...],
        facts: tuple[Fact, ...] = (),
    ) -> Corrected | Clean:
        """What becomes of a file with those of its corrections that are applied."""
        made = cls(source.path, source.digest, "", corrections, facts)
        text = Patch.corrected(source.text, made.applied)
        if text == source.text:
            return Clean(source.path, source.digest, corrections, facts)
        return replace(made, after=SourceFile.digest_of(source.encode_text(text)))


@dataclass(frozen=True, slots=True)
class Skipped(Portable):
    """Left alone for a reason; repairs that look deliberate are shown as suggestions."""

    path: str
    digest: str
    why: SkipReason
    detail: str = ""
    corrections: tuple[Correction, ...] = ()
    facts: tuple[Fact, ...] = ()

    status: ClassVar[str] = "skipped"

    @property
    def reason(self) -> str:
        """The reason in words."""
        return f"{self.why.value}: {self.detail}" if self.detail else self.why.value


@dataclass(frozen=True, slots=True)
class Failed(Portable):
    """Something is wrong with the file.

    ``broken`` is True where it still does not parse (exit code 1); else it could not be processed,
    read or written (exit code 2). ``line`` counts from 1, and is where the parser objects first.
    """

    path: str
    digest: str
    error: str
    broken: bool = False
    corrections: tuple[Correction, ...] = ()
    facts: tuple[Fact, ...] = ()
    line: int = 1

    status: ClassVar[str] = "failed"

    @property
    def reason(self) -> str:
        """The reason in words."""
        return self.error


FileOutcome: TypeAlias = "Corrected | Clean | Skipped | Failed"
Finished: TypeAlias = "tuple[SourceFile, FileOutcome]"  # a file as it was, and what became of it
