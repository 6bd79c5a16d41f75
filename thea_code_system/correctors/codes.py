"""Which codes there are, so that a mistaken one is noticed before the run."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from thea_code_system.correctors.extensions import Extensions
from thea_code_system.correctors.registry import BUILT_IN
from thea_code_system.errors import ConfigError, UsageError
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import Settings

_ID = re.compile(r"^\s*(?:-\s+)?id:\s*['\"]?([^'\"\s#]+)", re.MULTILINE)


class CodeBook:
    """Organ that knows the rules of every family; tools are asked only when codes need them.

    Args:
        toolbox: the tools.
        patterns: file names and texts of the ast-grep rules there are.
        origins: where each setting was made, for messages; none for flags.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        patterns: Sequence[tuple[str, str]] = (),
        origins: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._toolbox = toolbox
        self._patterns = patterns
        self._origins = origins
        self._extensions = Extensions().points.keys()
        self._known: dict[str, frozenset[str]] = {}

    @property
    def families(self) -> tuple[str, ...]:
        """The built-in families, then those of extensions."""
        return (*BUILT_IN, *sorted(self._extensions - set(BUILT_IN)))

    async def resolve(self, settings: Settings) -> Settings:
        """The settings with every code in full: ``ruff/F401`` for ``F401``.

        Raises:
            UsageError: where a code is unknown, naming the nearest; or known to several families.
            ConfigError: the same of a code whose origin is known.
            ToolError: where a tool has to be asked for its rules and cannot be run.
        """
        return dataclasses.replace(
            settings,
            select=await self._resolved("select", settings.select),
            ignore=await self._resolved("ignore", settings.ignore),
            extend_select=await self._resolved("extend_select", settings.extend_select),
            per_file_ignores=tuple(
                [
                    (glob, await self._resolved("per_file_ignores", codes))
                    for glob, codes in settings.per_file_ignores
                ]
            ),
        )

    async def rules(self, family: str) -> frozenset[str]:
        """The names of a family's rules, without the family; none where it does not tell."""
        if family not in self._known:
            self._known[family] = frozenset(await self._ask(family))
        return self._known[family]

    async def _resolved(self, key: str, codes: Sequence[str]) -> tuple[str, ...]:
        try:
            return tuple([await self._full(code) for code in codes])
        except UsageError as error:
            if key not in self._origins:
                raise
            raise ConfigError(f"{self._origins[key]}: {error.message}", error.hint) from error

    async def _full(self, code: str) -> str:
        if code in self.families:
            return code
        family, slash, name = code.partition("/")
        if slash and family in self.families:
            if await self._has(family, name):
                return code
            raise await self._unknown(code)
        owners = [family for family in BUILT_IN if await self._has(family, code)]
        if len(owners) > 1:
            choices = " or ".join(f"{owner}/{code}" for owner in owners)
            raise UsageError(f"{code} is known to several families", f"write {choices}")
        if not owners:
            raise await self._unknown(code)
        return f"{owners[0]}/{code}"

    async def _has(self, family: str, name: str) -> bool:
        """Whether a family has a rule of this name or prefix."""
        if family in self._extensions:
            return bool(name)
        if name == "ALL":
            return family in {"ruff", "oxlint"}
        return bool(name) and any(rule.startswith(name) for rule in await self.rules(family))

    async def _unknown(self, code: str) -> UsageError:
        every = [f"{family}/{rule}" for family in BUILT_IN for rule in await self.rules(family)]
        bare = {rule.partition("/")[2]: rule for rule in every}
        near = difflib.get_close_matches(code, [*self.families, *every], 1, 0.5)
        if "/" not in code and not near:
            near = [bare[name] for name in difflib.get_close_matches(code, sorted(bare), 1, 0.5)]
        families = f"The families are {', '.join(self.families)}."
        hint = f"Did you mean {near[0]}?" if near else families
        return UsageError(f"there is no rule {code}", f"{hint} `thea rules` lists all.")

    async def _ask(self, family: str) -> Sequence[str]:
        match family:
            case "ruff":
                return [rule["code"] for rule in await self._toolbox.ruff.rules()]
            case "oxlint":
                return [rule["value"] for rule in await self._toolbox.oxlint.rules()]
            case "syntax":
                return self._syntax()
            case "spelling":
                return ["typo"]
            case "learned":
                return self._learned()
            case "patterns":
                return [name for _, text in self._patterns for name in _ID.findall(text)]
            case _:
                return []

    @staticmethod
    def _learned() -> Sequence[str]:
        from thea_code_system.correctors.learned.classes import CODES

        return [code.partition("/")[2] for code in CODES]

    @staticmethod
    def _syntax() -> Sequence[str]:
        from thea_code_system.correctors.syntax.discovery import RuleBook

        names = [rule.name for rule in RuleBook().rules]
        return [name.partition("/")[2] for name in [*names, "syntax/search"]]
