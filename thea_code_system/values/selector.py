"""What a user writes to speak of rules: a family, a code, or the beginning of a code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleSelector:
    """A selector in full: ``ruff``, ``ruff/F401``, ``ruff/F`` or ``ruff/ALL``."""

    code: str

    def covers(self, rule: str) -> bool:
        """Whether it speaks of a rule, given as ``family/name``."""
        family = rule.partition("/")[0]
        if "/" not in self.code:
            return family == self.code
        return rule.startswith(self.code) or self.code == f"{family}/ALL"
