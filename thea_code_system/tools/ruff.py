"""A client of Ruff: findings with edits in code points, one process for any number of files."""

from __future__ import annotations

import asyncio
import json
import posixpath
import re
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from thea_code_system.errors import ToolError
from thea_code_system.tools.runner import ToolOutput, ToolRunner
from thea_code_system.tools.scratch import ScratchTree
from thea_code_system.values.correction import Edit
from thea_code_system.values.source import LineMap, SourceFile

INVALID = "invalid-syntax"
_NEWEST = 14  # the latest minor version that the oldest Ruff we take knows
RUNNING_VERSION = f"--target-version=py3{min(sys.version_info.minor, _NEWEST)}"
"""Makes Ruff name what the running Python's parser is too old for."""
_CONFIG_NAMES = frozenset({"pyproject.toml", "ruff.toml", ".ruff.toml"})
_ADDED_LATER = "(syntax was added in Python"  # Ruff parses it, but not for the target's version
_ERRORS = "F,E9"
_IS_ERROR = re.compile(r"F\d|E9")
_RECENT = 4  # analyses: an actor has two batches in hand, before and after their corrections
_BASE = ("check", "--no-cache", "--no-fix", "--quiet", "--output-format", "json-lines")


@dataclass(frozen=True, slots=True)
class RuffFinding:
    """One diagnostic; ``start`` is an offset, ``edits`` are empty where Ruff offers no fix.

    ``applicability`` is Ruff's word: ``safe``, ``unsafe``, ``display`` or nothing.
    """

    code: str
    message: str
    start: int
    edits: tuple[Edit, ...] = ()
    applicability: str = ""
    title: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether no Python version's grammar accepts what stands here."""
        return self.code == INVALID and not self.is_newer

    @property
    def is_newer(self) -> bool:
        """Whether what stands here is good syntax of a later Python than was asked about."""
        return self.code == INVALID and _ADDED_LATER in self.message

    @property
    def is_error(self) -> bool:
        """Whether it is among what :meth:`RuffClient.errors` looks for."""
        return self.code == INVALID or _IS_ERROR.match(self.code) is not None


@dataclass(frozen=True, slots=True)
class RuffRequest:
    """What decides about findings besides the texts.

    ``configs`` are the target's own configurations by path, ``defaults`` the text of a
    ``ruff.toml`` for files that none of them governs, ``arguments`` further flags, and
    ``first_party`` the tree's own top-level modules.
    """

    configs: tuple[tuple[str, str], ...] = ()
    defaults: str = ""
    arguments: tuple[str, ...] = ()
    first_party: tuple[str, ...] = ()

    @classmethod
    def relevant(cls, configs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Those tool configurations that Ruff reads, and that say something about Ruff."""
        return tuple(
            (path, text)
            for path, text in sorted(configs.items())
            if (name := posixpath.basename(path)) in _CONFIG_NAMES
            and (name != "pyproject.toml" or "tool.ruff" in text)
        )

    @property
    def tells_syntax(self) -> bool:
        """Whether the answer names every fault, and every use of syntax too new for us."""
        return not self.configs and RUNNING_VERSION in self.arguments

    @property
    def finds_errors(self) -> bool:
        """Whether the answer names every error: our own selection, and nothing else, decides."""
        return not self.configs and self.arguments == (RUNNING_VERSION,)

    def without_configs(self) -> RuffRequest:
        """The same, ignoring the target's own configurations."""
        return RuffRequest((), self.defaults, self.arguments, self.first_party)


@dataclass(frozen=True, slots=True)
class RuffAnswer:
    """Findings by path; ``fallback`` says why the target's configuration could not be used."""

    findings: Mapping[str, tuple[RuffFinding, ...]]
    fallback: str = ""


_Answers: TypeAlias = "dict[tuple[str, str], tuple[RuffFinding, ...]]"  # by path and text


class RuffClient:
    """Organ: asks Ruff on a scratch tree of its own, and remembers the latest batches' answers."""

    def __init__(self, runner: ToolRunner) -> None:
        self._runner = runner
        self._scratch = ScratchTree()
        self._busy = asyncio.Lock()
        self._request: RuffRequest | None = None
        self._recent: deque[_Answers] = deque(maxlen=_RECENT)
        self._fallback = ""
        self._rules: tuple[dict[str, Any], ...] = ()
        self._asked: Mapping[str, str] = {}
        self._bare: Mapping[str, tuple[RuffFinding, ...]] = {}

    def version(self) -> str:
        """The version of the program."""
        return self._runner.version()

    async def rules(self) -> tuple[dict[str, Any], ...]:
        """What ``ruff rule --all`` lists: the code, name and summary of each rule, and more."""
        if not self._rules:
            listing = ["rule", "--all", "--output-format", "json"]
            output = await self._runner.run(listing, cwd=self._scratch.root)
            rules = json.loads(output.stdout)
            self._rules = tuple(
                rule for rule in rules if rule["code"] and "Removed" not in rule["status"]
            )
        return self._rules

    async def check(self, sources: Sequence[SourceFile], request: RuffRequest) -> RuffAnswer:
        """The findings of each source under a request; only texts not known yet are analysed.

        Raises:
            ToolError: if Ruff cannot be run; never because of the target's configuration.
        """
        async with self._busy:
            if request != self._request:
                self._scratch.close()
                self._recent.clear()
                self._request, self._fallback = request, ""
            found = self._remembered(sources)
            fresh = [source for source in sources if source.path not in found]
            if fresh:
                analysed = await self._analyse(fresh, request)
                self._recent.append(analysed)
                found.update((path, findings) for (path, _), findings in analysed.items())
            return RuffAnswer(found, self._fallback)

    async def errors(
        self, sources: Sequence[SourceFile], request: RuffRequest | None
    ) -> Mapping[str, tuple[RuffFinding, ...]]:
        """What F and E9 find under no configuration, by path; only files with some are there.

        The language is the running Python's: what is too new for it is among the findings. Where
        ``request``, which the corrector makes anyway, finds all of that, its answers serve both.

        Raises:
            ToolError: if Ruff cannot be run.
        """
        if request is None or not request.finds_errors:
            return await self._isolated({source.path: source.text for source in sources})
        answer = await self.check(sources, request)
        found = {
            source.path: tuple(one for one in answer.findings[source.path] if one.is_error)
            for source in sources
        }
        return {path: some for path, some in found.items() if some}

    def close(self) -> None:
        """Remove the scratch tree."""
        self._scratch.close()

    def _remembered(self, sources: Sequence[SourceFile]) -> dict[str, tuple[RuffFinding, ...]]:
        """Findings by path of those texts that were analysed lately."""
        keys = [(source.path, source.text) for source in sources]
        return {key[0]: answers[key] for key in keys for answers in self._recent if key in answers}

    async def _isolated(self, texts: Mapping[str, str]) -> Mapping[str, tuple[RuffFinding, ...]]:
        """The last answer is remembered: two verifiers that ask about the same cost one process."""
        async with self._busy:
            if texts != self._asked:
                paths = self._scratch.lay(texts, "bare")
                self._scratch.forget(paths)
                arguments = ("--isolated", RUNNING_VERSION, "--select", _ERRORS)
                output = await self._run(paths, arguments, frozenset({0, 1}))
                self._bare = self._parse(output.stdout, texts, "bare")
                self._asked = texts
            return self._bare

    async def _analyse(self, sources: Sequence[SourceFile], request: RuffRequest) -> _Answers:
        if self._fallback:
            request = request.without_configs()
        output = await self._attempt(sources, request)
        if output.code == 2:
            self._fallback = self._scrubbed(output.stderr)
            output = await self._attempt(sources, request.without_configs())
        texts = {source.path: source.text for source in sources}
        findings = self._parse(output.stdout, texts, "tree")
        return {(path, text): findings.get(path, ()) for path, text in texts.items()}

    async def _attempt(self, sources: Sequence[SourceFile], request: RuffRequest) -> ToolOutput:
        """One process; status 2 is an answer only where the target's configuration may be why."""
        self._scratch.write("ruff.toml", request.defaults)
        self._scratch.configure(dict(request.configs))
        for name in request.first_party:
            self._scratch.folder(f"tree/{name}")  # so Ruff knows it when it sorts imports
        paths = self._scratch.lay({source.path: source.text for source in sources})
        self._scratch.forget([*paths, "ruff.toml"])
        exclusion = "--force-exclude" if request.configs else "--no-force-exclude"
        accept = frozenset({0, 1, 2} if request.configs else {0, 1})
        return await self._run(paths, (exclusion, *request.arguments), accept)

    async def _run(
        self, paths: Sequence[str], arguments: Sequence[str], accept: frozenset[int]
    ) -> ToolOutput:
        """Paths go through a file: there is no limit to their number."""
        listing = self._scratch.root / "arguments"
        listing.write_text("\n".join([*_BASE, *arguments, "--", *paths]), encoding="utf-8")
        return await self._runner.run([f"@{listing}"], cwd=self._scratch.root, accept=accept)

    def _parse(
        self, stdout: bytes, texts: Mapping[str, str], area: str
    ) -> dict[str, tuple[RuffFinding, ...]]:
        skipped = len(f"{self._scratch.root}/{area}/")
        raw: dict[str, list[dict[str, Any]]] = {}
        try:
            for line in stdout.splitlines():
                item = json.loads(line)
                path = self._scratch.meant(item["filename"][skipped:])
                raw.setdefault(path, []).append(item)
            return {
                path: self._findings(items, LineMap.of(texts[path]))
                for path, items in raw.items()
                if path in texts
            }
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"ruff {self.version()} answers oddly: {error!r}") from error

    @staticmethod
    def _findings(items: Sequence[dict[str, Any]], lines: LineMap) -> tuple[RuffFinding, ...]:
        found = []
        for item in items:
            fix = item["fix"] or {"edits": (), "applicability": "", "message": ""}
            edits = tuple(
                Edit(
                    lines.offset(edit["location"]["row"], edit["location"]["column"]),
                    lines.offset(edit["end_location"]["row"], edit["end_location"]["column"]),
                    edit["content"],
                )
                for edit in fix["edits"]
            )
            start = lines.offset(item["location"]["row"], item["location"]["column"])
            found.append(
                RuffFinding(
                    item["code"] or INVALID,
                    item["message"],
                    start,
                    edits,
                    fix["applicability"],
                    fix["message"] or "",
                )
            )
        return tuple(found)

    def _scrubbed(self, words: str) -> str:
        """Ruff's complaint about a configuration, in the target's own paths, on one line."""
        plain = words.replace(f"{self._scratch.root}/tree/", "")
        return " ".join(re.sub(r"\bCause:", "", plain.partition("\n")[2] or plain).split())[:300]
