"""Which corrections of a run are meant."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, replace

from thea_code_system.errors import UsageError
from thea_code_system.values.correction import Correction
from thea_code_system.values.selector import RuleSelector


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of a run's corrections; without any part, all of them.

    ``files`` are globs or paths, relative to the root. ``rules`` are families, codes and prefixes
    as ``--select`` takes them. ``correction`` is the id of the only one.
    """

    files: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    correction: str = ""

    @property
    def partial(self) -> bool:
        """Whether it may leave something out."""
        return bool(self.files or self.rules or self.correction)

    def has_file(self, path: str) -> bool:
        """Whether a file is meant."""
        return not self.files or any(
            path == glob or path.startswith(f"{glob.rstrip('/')}/") or fnmatch.fnmatch(path, glob)
            for glob in self.files
        )

    def has(self, correction: Correction) -> bool:
        """Whether a correction of such a file is meant; one rule of several is enough."""
        if self.correction:
            return correction.id == self.correction
        return not self.rules or any(
            RuleSelector(code).covers(rule) for code in self.rules for rule in correction.rules
        )

    def in_full(self, rules: Iterable[str]) -> Choice:
        """The same with every selector in full: ``ruff/F401`` for ``F401``.

        Args:
            rules: those that corrections were made by.

        Raises:
            UsageError: a selector may mean rules of several families.
        """
        known = frozenset(rules)
        return replace(self, rules=tuple(self._full(code, known) for code in self.rules))

    @staticmethod
    def _full(code: str, known: frozenset[str]) -> str:
        families = {rule.partition("/")[0] for rule in known}
        if "/" in code or code in families:
            return code
        owners = sorted(
            one for one in families if any(rule.startswith(f"{one}/{code}") for rule in known)
        )
        if owners[1:]:
            choices = " or ".join(f"{owner}/{code}" for owner in owners)
            raise UsageError(f"{code} is known to several families", f"write {choices}")
        return f"{owners[0]}/{code}" if owners else code

    def __str__(self) -> str:
        parts = {
            "file": ", ".join(self.files),
            "rule": ", ".join(self.rules),
            "correction": self.correction,
        }
        return " and ".join(f"{name} {words}" for name, words in parts.items() if words)


WHOLE_RUN = Choice()
