"""What mining finds: a text that was wrong, and what its owner made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pair comes from; ``message`` is the first line of the commit's."""

    repository: str
    commit: str
    path: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class MinedPair:
    """One repair that somebody made.

    ``family`` is ``syntax`` (``broken`` does not parse) or ``bug`` (it does); ``kind`` says what
    was wrong; ``details`` are further facts, of plain types, that go into the row.
    """

    origin: Origin
    family: str
    language: str
    kind: str
    broken: str
    fixed: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name that is the same in every run: a hash of commit and path."""
        origin = self.origin
        digest = hashlib.sha256(f"{origin.commit}{origin.path}".encode()).hexdigest()[:16]
        return digest if self.family == "syntax" else f"{self.family}-{digest}"

    def row(self) -> dict[str, object]:
        """The pair as one object of JSON: a case file for ``thea evaluate`` is made of such."""
        origin = self.origin
        return {
            "id": self.id, "family": self.family, "language": self.language, "kind": self.kind,
            "broken": self.broken, "fixed": self.fixed, "repository": origin.repository,
            "commit": origin.commit, "path": origin.path, "message": origin.message, **self.details,
        }  # fmt: skip

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> MinedPair:
        """The pair that a row was made of, less its details."""
        origin = Origin(row["repository"], row["commit"], row["path"], row.get("message", ""))
        family = row.get("family", "syntax")
        return cls(origin, family, row["language"], row["kind"], row["broken"], row["fixed"])
