"""Finds the rules: adding one is adding one file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cached_property

from thea_code_system.correctors.syntax import rules as package
from thea_code_system.correctors.syntax.base import SyntaxRule


class RuleBook:
    """All rules below the ``rules`` package, in the order of their codes."""

    @cached_property
    def rules(self) -> tuple[SyntaxRule, ...]:
        """One instance of each rule."""
        found: dict[str, SyntaxRule] = {}
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for _, member in inspect.getmembers(
                importlib.import_module(module.name), inspect.isclass
            ):
                if issubclass(member, SyntaxRule) and not inspect.isabstract(member):
                    found[f"{member.name} {member.__qualname__}"] = member()
        return tuple(found[key] for key in sorted(found))

    def for_language(self, name: str) -> tuple[SyntaxRule, ...]:
        """The rules that know a language."""
        return tuple(rule for rule in self.rules if name in rule.languages)
