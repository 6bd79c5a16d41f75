"""A client of the ast-grep program: matches of rules and what replaces them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from thea_code_system.errors import ToolError
from thea_code_system.tools.positions import Utf8Text
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.tools.scratch import ScratchTree
from thea_code_system.values.correction import Edit
from thea_code_system.values.source import SourceFile

_CONFIG = "tree/.thea-patterns.yml"
_AT_ONCE = 2_000  # paths in one command line


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """A match that its rule can rewrite; ``metadata`` is what the rule says about itself."""

    rule: str
    message: str
    edit: Edit
    metadata: Mapping[str, Any] = field(default_factory=dict)


class AstGrepClient:
    """Organ: asks ast-grep on a scratch tree of its own, where no configuration lies but ours."""

    def __init__(self, runner: ToolRunner) -> None:
        self._runner = runner
        self._scratch = ScratchTree()
        self._busy = asyncio.Lock()

    def version(self) -> str:
        """The version of the program."""
        return self._runner.version()

    async def scan(
        self, sources: Sequence[SourceFile], rules: Sequence[tuple[str, str]]
    ) -> Mapping[str, tuple[PatternMatch, ...]]:
        """Matches by path; ``rules`` are file names and YAML texts.

        Raises:
            ToolError: if ast-grep cannot be run, or does not understand a rule.
        """
        async with self._busy:
            laid = [f"rules/{number}.yml" for number, _ in enumerate(rules)]
            for path, (_, text) in zip(laid, rules, strict=True):
                self._scratch.write(path, text)
            self._scratch.write(_CONFIG, "ruleDirs: [../rules]\n")
            paths = self._scratch.lay({source.path: source.text for source in sources})
            self._scratch.forget([*paths, *laid, _CONFIG])
            found: dict[str, list[PatternMatch]] = {}
            texts = {source.path: source for source in sources}
            for start in range(0, len(paths), _AT_ONCE):
                for path, match in await self._some(paths[start : start + _AT_ONCE], texts):
                    found.setdefault(path, []).append(match)
        return {
            path: tuple(sorted(matches, key=lambda match: (match.edit, match.rule)))
            for path, matches in found.items()
        }

    def close(self) -> None:
        """Remove the scratch tree."""
        self._scratch.close()

    async def _some(
        self, paths: Sequence[str], sources: Mapping[str, SourceFile]
    ) -> list[tuple[str, PatternMatch]]:
        arguments = ["scan", "--config", ".thea-patterns.yml", "--json=stream"]
        arguments += ["--include-metadata", "--no-ignore", "hidden"]
        inside = [f"./{path.removeprefix('tree/')}" for path in paths]
        output = await self._runner.run([*arguments, *inside], cwd=self._scratch.root / "tree")
        places: dict[str, Utf8Text] = {}
        matches = []
        try:
            for line in output.stdout.splitlines():
                item = json.loads(line)
                if "replacement" not in item:
                    continue
                path = self._scratch.meant(item["file"].removeprefix("./"))
                source = sources[path]
                place = places.setdefault(path, Utf8Text(source.text))
                matches.append((path, self._match(item, source, place)))
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"ast-grep {self.version()} answers oddly: {error!r}") from error
        return matches

    @staticmethod
    def _match(item: Mapping[str, Any], source: SourceFile, place: Utf8Text) -> PatternMatch:
        span = item["replacementOffsets"]
        replacement = re.sub(r"\r\n|\r|\n", source.newline, item["replacement"])
        edit = Edit(place.offset(span["start"]), place.offset(span["end"]), replacement)
        return PatternMatch(
            item["ruleId"], item["message"] or item["ruleId"], edit, item.get("metadata") or {}
        )
