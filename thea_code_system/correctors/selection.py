"""What ``--select``, ``--ignore`` and ``--extend-select`` mean, family by family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thea_code_system.values.context import Settings
from thea_code_system.values.selector import RuleSelector

LEARNED = "learned"
"""The family that reads much for little: no default without a budget."""


@dataclass(frozen=True, slots=True)
class FamilySelection:
    """What is asked of one family.

    ``defaults`` says whether its default (or the target's own) rules are on; ``codes`` are the
    rules or prefixes asked for by name, ``ignored`` those that are off, all without the family.
    """

    family: str
    defaults: bool
    codes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the family runs at all."""
        return (self.defaults or bool(self.codes)) and "" not in self.ignored

    def permits(self, rule: str, *, default: bool = True) -> bool:
        """Whether a rule (without the family) is on; ``default`` where its family decides."""
        if any(rule.startswith(prefix) for prefix in self.ignored):
            return False
        if self.defaults and default:
            return True
        return any(code == "ALL" or rule.startswith(code) for code in self.codes)


class Selection:
    """Organ: a run's selection, and the files for which some rules are off.

    Args:
        settings: with every code in full (``ruff/F401``, not ``F401``).
        families: all that there are.
    """

    def __init__(self, settings: Settings, families: Iterable[str]) -> None:
        opt_in = () if settings.learned_budget else (LEARNED,)
        self._families = {
            family: self._of(family, settings, family not in opt_in) for family in families
        }
        self._files = [(PathGlob(glob), tuple(codes)) for glob, codes in settings.per_file_ignores]

    def of(self, family: str) -> FamilySelection:
        """What is asked of one family."""
        return self._families[family]

    def permits(self, rules: Sequence[str], path: str) -> bool:
        """Whether all of these codes may take part in a correction of this file."""
        off = [code for glob, codes in self._files if glob.matches(path) for code in codes]
        return all(self._permits(rule, off) for rule in rules)

    def _permits(self, rule: str, off: Sequence[str]) -> bool:
        if any(RuleSelector(code).covers(rule) for code in off):
            return False
        family, _, name = rule.partition("/")
        chosen = self._families.get(family)
        if chosen is None:
            return True
        if family == "ruff":  # Ruff has selected already, by rules that prefixes do not tell
            return not any(name.startswith(prefix) for prefix in chosen.ignored)
        return chosen.permits(name)

    @staticmethod
    def _of(family: str, settings: Settings, usual: bool) -> FamilySelection:  # noqa: FBT001
        asked = [*settings.select, *settings.extend_select]
        codes = [code.partition("/")[2] for code in asked if code.startswith(f"{family}/")]
        ignored = [
            code.partition("/")[2]
            for code in settings.ignore
            if code == family or code.startswith(f"{family}/")
        ]
        defaults = family in asked or (usual and not settings.select)
        return FamilySelection(
            family, defaults, tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(ignored))
        )


class PathGlob:
    """A glob as ``.gitignore`` writes it, relative to the root."""

    def __init__(self, glob: str) -> None:
        self._negated = glob.startswith("!")
        body = glob.removeprefix("!").rstrip("/")
        floating = "/" not in body
        body = body.removesuffix("/**")
        parts = body.lstrip("/").split("/")
        pattern = "".join(self._part(part) for part in parts).removesuffix("/")
        self._regex = re.compile(rf"{'(?:.*/)?' if floating else ''}{pattern}(?:/.*)?", re.DOTALL)

    def matches(self, path: str) -> bool:
        """Whether the glob names this path or a folder above it."""
        return (self._regex.fullmatch(path) is not None) is not self._negated

    @staticmethod
    def _part(part: str) -> str:
        if part == "**":
            return "(?:.*/)?"
        pieces = (
            {"*": "[^/]*", "?": "[^/]"}.get(piece)
            or (piece.replace("[!", "[^") if piece.startswith("[") and len(piece) > 1 else "")
            or re.escape(piece)
            for piece in re.findall(r"\[[^\]]+\]|.", part)
        )
        return f"{''.join(pieces)}/"
