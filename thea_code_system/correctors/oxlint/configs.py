"""The configurations that oxlint runs under: the target's, made harmless, or our own."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from thea_code_system.correctors.oxlint.chosen import CHOSEN
from thea_code_system.correctors.selection import FamilySelection

_NAMES = frozenset({".oxlintrc.json", ".oxlintrc.jsonc"})
_RUNS_CODE = frozenset({"jsPlugins"})
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)
_CATEGORIES = ("correctness", "suspicious", "pedantic", "perf", "style", "restriction")


class OxlintConfigs:
    """Organ: makes configurations from a selection and the target's files.

    Args:
        chosen: what is asked of the family.
        rules: what oxlint lists as its rules.
    """

    def __init__(self, chosen: FamilySelection, rules: Sequence[Mapping[str, Any]]) -> None:
        self._chosen = chosen
        self._extra = {
            f"{rule['scope']}/{rule['value']}": "warn"
            for rule in rules
            if any(rule["value"].startswith(code) for code in chosen.codes)
        }
        self._plugins = sorted({name.partition("/")[0] for name in self._extra})

    @property
    def defaults(self) -> str:
        """The configuration of files that none of the target's governs."""
        level = "warn" if "ALL" in self._chosen.codes else "off"
        chosen = CHOSEN if self._chosen.defaults else ()
        config: dict[str, Any] = {
            "categories": dict.fromkeys(_CATEGORIES, level),
            "rules": {**dict.fromkeys(chosen, "warn"), **self._extra},
        }
        if self._plugins:
            config["plugins"] = sorted({"eslint", "typescript", "unicorn", "oxc", *self._plugins})
        return json.dumps(config)

    def harmless(self, configs: Mapping[str, str]) -> dict[str, str]:
        """The target's configurations, with the selection and without what would run its code.

        A selection of rules by name alone replaces the target's. What cannot be read is passed on
        as it stands: oxlint says then what is wrong with it.
        """
        if not self._chosen.defaults:
            return {}
        return {
            path: self._tame(text)
            for path, text in sorted(configs.items())
            if posixpath.basename(path) in _NAMES
        }

    def _tame(self, text: str) -> str:
        try:
            config = json.loads(_TOKEN.sub(self._keep, text.lstrip("\ufeff")))
        except (ValueError, RecursionError):
            return text
        if not isinstance(config, dict):
            return text
        parts = [config, *(one for one in config.get("overrides") or [] if isinstance(one, dict))]
        for part in parts:
            for key in _RUNS_CODE & part.keys():
                del part[key]
        if self._extra:
            config["rules"] = {**(config.get("rules") or {}), **self._extra}
        return json.dumps(config)

    @staticmethod
    def _keep(match: re.Match[str]) -> str:
        """Strings stay; comments and trailing commas go."""
        return match[0] if match[0].startswith('"') else " "
