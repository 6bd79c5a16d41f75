"""A client of oxlint: diagnostics in one process, edits from its language server in another."""

from __future__ import annotations

import asyncio
import bisect
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thea_code_system.errors import ToolError
from thea_code_system.tools.lsp import LspSession
from thea_code_system.tools.positions import Utf16Text
from thea_code_system.tools.runner import ToolRunner
from thea_code_system.tools.scratch import ScratchTree
from thea_code_system.values.correction import Edit
from thea_code_system.values.source import SourceFile

_CODE = re.compile(
    r"([a-z][\w-]*)\(([\w/-]+)\)"
)  # eslint(no-debugger); syntax has none or TS(1005)
_COMMENTS = re.compile(r"Disable (\S+) for this (?:line|whole file)")
_AT_ONCE = 2_000  # paths in one command line
_EVERYWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 10_000_000, "character": 0}}
_PUBLISHED = "textDocument/publishDiagnostics"


@dataclass(frozen=True, slots=True)
class OxlintDiagnostic:
    """One diagnostic; ``rule`` is empty where the parser objects."""

    rule: str
    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class OxlintFix:
    """One code action; ``safe`` is oxlint's own label."""

    rule: str
    title: str
    message: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class OxlintAnswer:
    """Fixes by path; ``fallback`` says why the target's configuration could not be used."""

    fixes: Mapping[str, tuple[OxlintFix, ...]]
    fallback: str = ""


class OxlintClient:
    """Organ: asks oxlint on a scratch tree of its own."""

    def __init__(self, runner: ToolRunner) -> None:
        self._runner = runner
        self._scratch = ScratchTree()
        self._busy = asyncio.Lock()
        self._rules: tuple[dict[str, Any], ...] = ()

    def version(self) -> str:
        """The version of the program."""
        return self._runner.version()

    async def rules(self) -> tuple[dict[str, Any], ...]:
        """What ``oxlint --rules`` lists: scope, value (the rule's name), category, fix, default."""
        if not self._rules:
            listing = ["--rules", "--format", "json"]
            output = await self._runner.run(listing, cwd=self._scratch.root)
            self._rules = tuple(json.loads(output.stdout))
        return self._rules

    async def check(
        self, texts: Mapping[str, str], arguments: Sequence[str]
    ) -> Mapping[str, tuple[OxlintDiagnostic, ...]]:
        """Diagnostics by path of texts in paths of the caller's making, under no configuration.

        Raises:
            ToolError: if oxlint cannot be run.
        """
        async with self._busy:
            paths = self._scratch.lay(texts, "bare")
            self._scratch.forget(paths)
            found = await self._diagnose(paths, ("--disable-nested-config", *arguments))
            if found is None:
                raise ToolError("oxlint does not answer in JSON", "thea doctor checks the tools")
            return {path.removeprefix("bare/"): some for path, some in found.items()}

    async def fixes(
        self, sources: Sequence[SourceFile], configs: Mapping[str, str], defaults: str
    ) -> OxlintAnswer:
        """Every fix that oxlint offers, file by file.

        ``configs`` are the target's own configurations by path, ``defaults`` the text of the one
        for files that none of them governs.

        Raises:
            ToolError: if oxlint cannot be run; never because of the target's configuration.
        """
        async with self._busy:
            fallback = ""
            found = await self._lint(sources, {".oxlintrc.json": defaults, **configs})
            if found is None:
                fallback = "oxlint cannot read this project's configuration"
                found = await self._lint(sources, {".oxlintrc.json": defaults})
            if found is None:
                raise ToolError("oxlint does not answer in JSON", "thea doctor checks the tools")
            worth = [source for source in sources if any(x.rule for x in found[source.path])]
            return OxlintAnswer(await self._ask(worth) if worth else {}, fallback)

    def close(self) -> None:
        """Remove the scratch tree."""
        self._scratch.close()

    async def _lint(
        self, sources: Sequence[SourceFile], configs: Mapping[str, str]
    ) -> defaultdict[str, tuple[OxlintDiagnostic, ...]] | None:
        self._scratch.configure(configs)
        paths = self._scratch.lay({source.path: source.text for source in sources})
        self._scratch.forget(paths)
        inside = [path.removeprefix("tree/") for path in paths]
        return await self._diagnose(inside, (), "tree")

    async def _diagnose(
        self, paths: Sequence[str], arguments: Sequence[str], area: str = ""
    ) -> defaultdict[str, tuple[OxlintDiagnostic, ...]] | None:
        """Diagnostics by path, or None where oxlint answers in words instead of JSON."""
        found: defaultdict[str, tuple[OxlintDiagnostic, ...]] = defaultdict(tuple)
        for start in range(0, len(paths), _AT_ONCE):
            some = [f"./{path}" for path in paths[start : start + _AT_ONCE]]
            output = await self._runner.run(
                ["--format", "json", *arguments, *some], cwd=self._scratch.root / area
            )
            _, brace, rest = output.stdout.decode("utf-8", "replace").partition("{")
            try:
                diagnostics = json.loads(brace + rest)["diagnostics"]
            except (ValueError, KeyError, TypeError):
                return None
            for item in diagnostics:
                if not item.get("filename"):
                    continue
                match = _CODE.fullmatch(item.get("code") or "")
                one = OxlintDiagnostic(match[2] if match else "", item["message"], item["severity"])
                found[self._scratch.meant(item["filename"].removeprefix("./"))] += (one,)
        return found

    async def _ask(self, sources: Sequence[SourceFile]) -> dict[str, tuple[OxlintFix, ...]]:
        """The fixes of files that have diagnostics, in one conversation."""
        try:
            return await asyncio.wait_for(self._converse(sources), self._runner.seconds)
        except asyncio.TimeoutError:
            raise self._runner.late() from None

    async def _converse(self, sources: Sequence[SourceFile]) -> dict[str, tuple[OxlintFix, ...]]:
        """First all fixes, then the safe ones: what is among both is safe."""
        root = self._scratch.root / "tree"
        laid = {source.path: root.joinpath(self._scratch.said(source.path)) for source in sources}
        uris = {path: place.as_uri() for path, place in laid.items()}
        async with self._runner.process(["--lsp"], cwd=root) as process:
            session = LspSession(process, "oxlint")
            folder = {"uri": root.as_uri(), "name": "tree"}
            await session.request(
                "initialize",
                {
                    "processId": None,
                    "rootUri": root.as_uri(),
                    "workspaceFolders": [folder],
                    "capabilities": {},
                    "initializationOptions": self._options(root, "all"),
                },
            )
            await session.notify("initialized", {})
            said: dict[str, Any] = {}
            every = {}
            for source in sources:  # one by one: a server that nobody listens to stands still
                uri = uris[source.path]
                document = {"uri": uri, "languageId": "", "version": 1, "text": source.text}
                await session.notify("textDocument/didOpen", {"textDocument": document})
                said |= await self._published(session, [uri])
                every[source.path] = await self._actions(session, uri)
            await session.notify(
                "workspace/didChangeConfiguration", {"settings": self._options(root, "safe_fix")}
            )
            await self._published(session, uris.values())
            safe = {path: await self._actions(session, uri) for path, uri in uris.items()}
        return {
            source.path: tuple(
                self._fixes(source, every[source.path], safe[source.path], said[uris[source.path]])
            )
            for source in sources
        }

    @staticmethod
    def _options(root: Path, kind: str) -> list[dict[str, Any]]:
        options = {"run": "onType", "fixKind": kind, "typeAware": False}
        return [{"workspaceUri": root.as_uri(), "options": options}]

    @staticmethod
    async def _published(session: LspSession, uris: Iterable[str]) -> dict[str, Any]:
        """The diagnostics of each file, once the server has sent them for all."""
        found: dict[str, Any] = {}
        missing = set(uris)
        while missing:
            published = await session.heard(_PUBLISHED)
            found[published["uri"]] = published["diagnostics"]
            missing.discard(published["uri"])
        return found

    @staticmethod
    async def _actions(session: LspSession, uri: str) -> list[dict[str, Any]]:
        parameters = {
            "textDocument": {"uri": uri},
            "range": _EVERYWHERE,
            "context": {"diagnostics": []},
        }
        return await session.request("textDocument/codeAction", parameters) or []

    def _fixes(
        self,
        source: SourceFile,
        every: Sequence[dict[str, Any]],
        safe: Sequence[dict[str, Any]],
        diagnostics: Sequence[dict[str, Any]],
    ) -> Iterable[OxlintFix]:
        """Each action of one file that does more than silence a rule."""
        spots = Utf16Text(source.text)
        harmless = {(title, edits) for title, _, edits in self._flat(safe, spots)}
        said = self._said(diagnostics, spots)
        for title, rule, edits in self._flat(every, spots):
            message = self._message(said.get(rule, ()), edits[0].start) or title
            yield OxlintFix(rule, title, message, edits, (title, edits) in harmless)

    @staticmethod
    def _flat(
        actions: Sequence[dict[str, Any]], spots: Utf16Text
    ) -> Iterable[tuple[str, str, tuple[Edit, ...]]]:
        """Title, rule and edits; what silences a rule comes right after that rule's fixes."""
        waiting: list[tuple[str, tuple[Edit, ...]]] = []
        for action in actions:
            if match := _COMMENTS.fullmatch(action["title"]):
                yield from ((title, match[1].rpartition("/")[2], edits) for title, edits in waiting)
                waiting = []
                continue
            changes = (action.get("edit") or {}).get("changes") or {}
            edits = tuple(sorted(spots.edit(edit) for some in changes.values() for edit in some))
            if edits and action.get("kind") == "quickfix":
                waiting.append((action["title"], edits))

    @staticmethod
    def _said(
        diagnostics: Sequence[dict[str, Any]], spots: Utf16Text
    ) -> dict[str, list[tuple[int, str]]]:
        """By rule, the offsets of its diagnostics, in order, and what they say."""
        said: dict[str, list[tuple[int, str]]] = {}
        for one in diagnostics:
            if match := _CODE.fullmatch(one.get("code") or ""):
                message = one["message"].partition("\nhelp:")[0]
                said.setdefault(match[2], []).append((spots.offset(one["range"]["start"]), message))
        return {rule: sorted(some) for rule, some in said.items()}

    @staticmethod
    def _message(said: Sequence[tuple[int, str]], offset: int) -> str:
        """What the diagnostic nearest to an offset says."""
        row = bisect.bisect_left(said, (offset, ""))
        near = said[max(row - 1, 0) : row + 1]
        return min(near, key=lambda one: abs(one[0] - offset))[1] if near else ""
