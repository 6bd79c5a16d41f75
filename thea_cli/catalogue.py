"""What correctors and rules say of themselves."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_origin

from thea_code_system.confidence.calibration import Calibration
from thea_code_system.correctors.base import Corrector
from thea_code_system.correctors.extensions import Extensions
from thea_code_system.correctors.registry import BUILT_IN


@dataclass(frozen=True, slots=True)
class Family:
    """A family of rules."""

    name: str
    languages: tuple[str, ...]
    about: str
    origin: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of our own, with its examples."""

    code: str
    languages: tuple[str, ...]
    safety: str
    confidence: str
    about: str
    details: str
    clean: tuple[str, ...]
    fixes: tuple[tuple[str, str], ...]


_UNUSED_SUPPRESSION = Rule(
    "thea/unused-suppression",
    ("javascript", "python", "tsx", "typescript"),
    "display-only",
    "certain, and never applied",
    "A comment that tells Thea to leave something alone, where there is nothing.",
    "A comment that tells Thea to leave something alone, where there is nothing.",
    (),
    (("x = 1  # thea: ignore[ruff/F401]\n", "x = 1\n"),),
)


class Catalogue:
    """Asks the correctors that are installed, built in or as extensions."""

    @cached_property
    def _correctors(self) -> dict[str, tuple[type[Corrector], str]]:
        found = {name: (self._built_in(name), "thea") for name in BUILT_IN}
        for name, point in sorted(Extensions().points.items()):
            origin = point.dist.name if point.dist else "an extension"
            found.setdefault(name, (point.load(), origin))
        return found

    def families(self) -> list[Family]:
        """All families, the built-in ones first."""
        return [
            Family(name, tuple(sorted(corrector.languages)), self._first_line(corrector), origin)
            for name, (corrector, origin) in self._correctors.items()
        ]

    def rules(self, family: str) -> list[Rule]:
        """The rules of a family that are files of ours; the tools' own rules are theirs to list."""
        if family != "syntax":
            return []
        from thea_code_system.correctors.syntax.discovery import RuleBook

        by_code: dict[str, Rule] = {}
        for rule in RuleBook().rules:
            entry = self._rule(rule)
            known = by_code.get(entry.code)
            by_code[entry.code] = entry if known is None else self._joined(known, entry)
        return list(by_code.values())

    def find(self, code: str) -> Rule | None:
        """The rule of that code, with or without its family."""
        if code == _UNUSED_SUPPRESSION.code:
            return _UNUSED_SUPPRESSION
        family, _, _ = code.partition("/")
        names = [family] if "/" in code else [each.name for each in self.families()]
        for name in names:
            for rule in self.rules(name):
                if code in {rule.code, rule.code.partition("/")[2]}:
                    return rule
        return None

    def codes(self) -> Iterator[str]:
        """Everything that `thea explain` knows without asking a tool."""
        for family in self.families():
            yield family.name
            yield from (rule.code for rule in self.rules(family.name))

    def confidence(self, code: str) -> str:
        """The measured confidence of a code or its family, in words; empty if there is none."""
        curves = Calibration.packaged().curves
        curve = curves.get(code) or curves.get(code.partition("/")[0])
        if curve is None:
            return ""
        first, last = curve.probabilities[0], curve.probabilities[-1]
        span = f"{first:.2f}" if first == last else f"{first:.2f} to {last:.2f}"
        return f"{span} (n = {curve.n})" if curve.n else f"{span} (first guess)"

    def _rule(self, rule: Any) -> Rule:
        text = inspect.getdoc(type(rule)) or ""
        measured = self.confidence(rule.name) if self._measured(rule.name) else ""
        return Rule(
            rule.name,
            tuple(sorted(rule.languages)),
            rule.safety.name.lower().replace("_", "-"),
            measured or f"{rule.prior:.2f} (first guess)",
            text.split("\n")[0],
            text,
            tuple(rule.CLEAN),
            tuple(rule.FIXES.items()),
        )

    @staticmethod
    def _measured(code: str) -> bool:
        return code in Calibration.packaged().curves

    @staticmethod
    def _joined(one: Rule, other: Rule) -> Rule:
        """Two classes under one code (for two languages) are one rule to its user."""
        return Rule(
            one.code,
            tuple(sorted({*one.languages, *other.languages})),
            one.safety,
            one.confidence,
            one.about,
            f"{one.details}\n\n{other.details}" if other.details != one.details else one.details,
            (*one.clean, *other.clean),
            (*one.fixes, *other.fixes),
        )

    @staticmethod
    def _built_in(name: str) -> type[Corrector]:
        module = importlib.import_module(f"thea_code_system.correctors.{name}.corrector")
        for member in vars(module).values():
            if get_origin(member) is not None:  # 3.10 takes `tuple[str, ...]` for a class
                continue
            if not (inspect.isclass(member) and issubclass(member, Corrector)):
                continue
            if vars(member).get("name") == name:
                return member
        raise LookupError(name)

    @staticmethod
    def _first_line(corrector: type[Corrector]) -> str:
        return re.sub(r"``([^`]*)``", r"\1", (inspect.getdoc(corrector) or "").split("\n")[0])
